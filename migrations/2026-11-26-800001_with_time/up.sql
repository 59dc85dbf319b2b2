-- What becomes of listings with time: withdrawn because nobody confirms them, told otherwise by feeds, given under a
-- licence; and the countries that have a national line, which none of them may lose unnoticed.

-- Listings that nobody who keeps them said any more to be true. They are not public, and can be brought back.
create table lapsed (
    listing uuid primary key,
    kind text not null check (kind in ('organisation', 'hub', 'support_group', 'helpline')),
    slug text not null,
    organisation uuid not null,
    -- The version that it had; it goes on from there.
    version bigint not null check (version > 0),
    body jsonb not null check (jsonb_typeof(body) = 'object'),
    lapsed_at timestamptz not null
);
create index lapsed_organisation on lapsed (organisation, listing);

-- What a feed says of a listing whose owner says otherwise. The listing may have lapsed, so nothing is referred to.
create table suggestion (
    id uuid primary key,
    listing uuid not null,
    source text not null check (source <> ''),
    external_id text not null check (external_id <> ''),
    body jsonb not null check (jsonb_typeof(body) = 'object'),
    said_at timestamptz not null,
    settled_at timestamptz,
    unique (listing, source, external_id)
);

-- The sources of lapsed listings, so that a feed does not bring back what its owner let go.
create table lapsed_source (
    name text not null,
    external_id text not null,
    listing uuid not null references lapsed (listing) on delete cascade,
    primary key (name, external_id)
);
create index lapsed_source_listing on lapsed_source (listing);

-- The countries that have a national line. One that has none any more is an alarm.
create table national_country (
    country text primary key check (country ~ '^[A-Z]{2}$')
);
create index helpline_national on helpline (id) where national;
insert into national_country
select area.country from helpline join place on place.listing = helpline.id join area on area.code = place.area
where national
union
select area.country from helpline join listing_coverage on listing_coverage.listing = helpline.id join area on area.code = listing_coverage.area
where national;

alter table report drop constraint report_topic_check;
alter table report add constraint report_topic_check check (topic in ('wrong_number', 'closed', 'wrong_place',
    'wrong_hours', 'unsafe', 'duplicate', 'missing', 'other', 'last_national_line'));

alter table letter drop constraint letter_purpose_check;
alter table letter add constraint letter_purpose_check check (purpose in ('confirm_address', 'known_address',
    'reset_password', 'invitation', 'claim', 'reminder', 'lapse', 'notice'));

alter table change drop constraint change_reason_check;
alter table change add constraint change_reason_check check (reason in ('withdrawn', 'expired', 'merged', 'unconfirmed'));

-- The licence under which it was handed in.
alter table draft add column licence text check (licence <> '');
update draft set licence = 'CC-BY-4.0' where submitted_at is not null;
