-- With which letter it went out first, and goes out again; none before the first try.
alter table letter add column gathered uuid;
create index letter_gathered on letter (gathered) where gathered is not null;
