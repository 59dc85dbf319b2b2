-- A letter of which nobody knows whether it arrived goes out again, with another link. The first one works as well until one
-- of them is used: the letter that arrived may be the first, and mailboxes drop repeats.
create table letter_link (
    hash text primary key,
    letter uuid not null references letter (id) on delete cascade
);
create index letter_link_letter on letter_link (letter);
insert into letter_link select link_hash, id from letter where link_hash is not null;
alter table letter drop column link_hash;
