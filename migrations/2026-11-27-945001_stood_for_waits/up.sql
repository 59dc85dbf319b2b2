-- What those who keep a listing, or moderators, said of it in the face of feeds: it waits with a listing that may come back.
alter table lapsed add column by_owner boolean not null default false;
alter table lapsed add column status_set boolean not null default false;
alter table lapsed add column fields text[] not null default '{}';
