-- What a listing's body cannot tell, since a feed may say the same: that somebody who keeps it confirmed single values, and
-- that moderators set its status.
create table stood_for (
    listing uuid primary key references listing (id) on delete cascade,
    by_owner boolean not null default false,
    status_set boolean not null default false
);
insert into stood_for (listing, by_owner)
select l.id, true from listing l join revision r on r.listing = l.id and r.version = l.version
where r.body ? 'confirmed' and exists (select from membership m where m.role = 'owner'
    and m.organisation = case when l.kind = 'organisation' then l.id else coalesce(l.organisation, l.id) end);
