-- What nobody keeps, moderators mend.

-- A draft that a moderator opened, of a listing that nobody owned: the moderators type in it.
alter table draft add column by_moderator boolean not null default false;

-- What moderators changed, as keys of the listing's body: it stands until a feed says the same. See store/listing/said.rs.
alter table stood_for add column fields text[] not null default '{}';

-- Said by those who keep the listing, by the link of a letter.
alter table report add column by_owner boolean not null default false;
