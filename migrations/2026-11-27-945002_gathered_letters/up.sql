-- With which letter it went out first, and goes out again; none before the first try. Until now each went by itself.
alter table letter add column gathered uuid;
update letter set gathered = id where attempts > 0;
create index letter_gathered on letter (gathered) where gathered is not null;
