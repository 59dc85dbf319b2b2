-- The directory: areas, topics, listings of four kinds, their revisions, their published form, and the change log.
--
-- Enumerations are text with checks, tested against the code's own lists. Localised texts and schedules are documents
-- whose shape is checked here and whose meaning is checked where they are parsed. A listing is one row here and one row
-- in the table of its kind; (id, kind) binds the two.

create domain localised_text as jsonb
    check (value is null or (
        jsonb_typeof(value) = 'object'
        and jsonb_typeof(value -> 'source') = 'string'
        and jsonb_typeof(value -> 'text') = 'object'
        and (value -> 'text') ? (value ->> 'source')
    ));

create domain schedule_document as jsonb
    check (value is null or (jsonb_typeof(value) = 'object' and jsonb_typeof(value -> 'time_zone') = 'string'));

create table area (
    code text primary key check (code ~ '^[a-z0-9.-]{2,60}$'),
    kind text not null check (kind <> ''),
    parent text references area (code),
    country text not null check (country ~ '^[A-Z]{2}$'),
    lat double precision check (lat between -90 and 90),
    lon double precision check (lon between -180 and 180),
    time_zone text,
    check ((lat is null) = (lon is null)),
    check (parent is distinct from code)
);
create index area_parent on area (parent);

create table area_name (
    area text not null references area (code) on delete cascade,
    position smallint not null,
    language text not null,
    name text not null check (name <> ''),
    old boolean not null default false,
    primary key (area, position)
);

create table topic (
    slug text primary key check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    parent text references topic (slug),
    check (parent is distinct from slug)
);
create index topic_parent on topic (parent);

create table topic_name (
    topic text not null references topic (slug) on delete cascade,
    position smallint not null,
    language text not null,
    name text not null check (name <> ''),
    primary key (topic, position)
);

create table emergency_number (
    country text not null check (country ~ '^[A-Z]{2}$'),
    number text not null check (number ~ '^[0-9*#+]{2,15}$'),
    position smallint not null,
    names jsonb not null check (jsonb_typeof(names) = 'array'),
    source text not null check (source <> ''),
    source_url text,
    retrieved_on date not null,
    confirmed_on date,
    primary key (country, number)
);

create table listing (
    id uuid primary key,
    number integer generated always as identity unique,
    kind text not null check (kind in ('organisation', 'hub', 'support_group', 'helpline')),
    slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) between 2 and 100),
    name localised_text not null,
    also_known_as text[] not null default '{}',
    summary localised_text not null,
    description localised_text,
    organisation uuid,
    spoken text[] not null default '{}',
    audience text[] not null default '{}' check (audience <@ array[
        'children', 'young_people', 'adults', 'older_people', 'women', 'men', 'lgbtq', 'parents', 'carers',
        'students', 'workers', 'veterans', 'refugees', 'migrants', 'disabled_people', 'survivors_of_violence',
        'people_who_use_drugs', 'bereaved', 'families', 'indigenous_people']),
    age_min smallint check (age_min between 0 and 120),
    age_max smallint check (age_max between 0 and 120),
    delivery text[] not null default '{}'
        check (delivery <@ array['in_person', 'online', 'hybrid', 'phone']),
    covers_everywhere boolean,
    intake_state text check (intake_state in ('open', 'waiting_list', 'closed')),
    intake_as_of date,
    intake_wait_days integer check (intake_wait_days >= 0),
    access text[] not null default '{}'
        check (access <@ array['drop_in', 'appointment', 'referral', 'registration', 'membership']),
    cost_model text check (cost_model in ('free', 'donation', 'sliding', 'fixed', 'insurance', 'mixed')),
    cost_currency text check (cost_currency ~ '^[A-Z]{3}$'),
    cost_from bigint check (cost_from >= 0),
    cost_to bigint check (cost_to >= 0),
    cost_insurance text[] not null default '{}',
    cost_note localised_text,
    status_state text check (status_state in ('operating', 'temporarily_closed', 'moved', 'ended')),
    status_from date,
    status_until date,
    status_note localised_text,
    moved_to text,
    version bigint not null check (version > 0),
    unique (kind, slug),
    unique (id, kind),
    check (age_min <= age_max),
    check ((intake_state is null) = (intake_as_of is null)),
    check (cost_from <= cost_to),
    check (cost_currency is not null or (cost_from is null and cost_to is null)),
    check (status_from <= status_until),
    check (kind <> 'organisation' or organisation is null or organisation <> id)
);
create index listing_organisation on listing (organisation);

create table organisation (
    id uuid primary key,
    kind text not null default 'organisation' check (kind = 'organisation'),
    organisation_kind text not null check (organisation_kind in ('ngo', 'public_body', 'foundation', 'company',
        'university', 'professional_association', 'community_group', 'network')),
    legal_form boolean,
    founded smallint check (founded between 1000 and 2200),
    foreign key (id, kind) references listing (id, kind) on delete cascade
);
alter table listing add constraint listing_organisation_fkey foreign key (organisation) references organisation (id);

create table hub (
    id uuid primary key,
    kind text not null default 'hub' check (kind = 'hub'),
    hub_kind text not null check (hub_kind in ('drop_in', 'clinic', 'hospital', 'counselling_centre',
        'community_centre', 'online_hub')),
    part_of uuid references hub (id),
    foreign key (id, kind) references listing (id, kind) on delete cascade,
    check (part_of is distinct from id)
);
create index hub_part_of on hub (part_of);

create table support_group (
    id uuid primary key,
    kind text not null default 'support_group' check (kind = 'support_group'),
    group_kind text not null check (group_kind in ('general', 'peer_led', 'forum', 'social_media', 'therapist_led',
        'specialised', 'peer_chat', 'virtual_meeting', 'self_help')),
    timing text check (timing in ('live', 'anytime')),
    led_by text check (led_by in ('peer', 'professional', 'trained_volunteer', 'nobody')),
    moderated_by text check (moderated_by in ('professional', 'peer', 'nobody')),
    anonymity text[] not null default '{}' check (anonymity <@ array['anonymous', 'pseudonym', 'real_name']),
    readable_by text check (readable_by in ('anyone', 'members')),
    joining text check (joining in ('open', 'on_request', 'by_referral')),
    join_link text,
    approach text[] not null default '{}' check (approach <@ array['cbt', 'mindfulness', 'psychoeducation',
        'sharing_circle', 'peer_support', 'art', 'movement', 'twelve_step', 'skills_training', 'guest_speakers']),
    leader_training localised_text,
    foreign key (id, kind) references listing (id, kind) on delete cascade,
    constraint therapist_led_by_professional check (group_kind <> 'therapist_led' or led_by = 'professional' or led_by is null),
    constraint peer_led_not_by_professional check (group_kind <> 'peer_led' or led_by is distinct from 'professional'),
    constraint live_groups_are_live check (group_kind not in ('peer_chat', 'virtual_meeting') or timing is distinct from 'anytime')
);

-- The one contradiction between two tables. Whoever changes both sides takes the group's row away first.
create function live_group_is_reachable() returns trigger language plpgsql as $$
begin
    if exists (select from support_group join listing using (id) where id = new.id
            and group_kind in ('peer_chat', 'virtual_meeting')
            and delivery <> '{}' and not delivery && array['online', 'hybrid']) then
        raise check_violation using message = 'a group that meets live online is delivered online',
            constraint = 'live_groups_are_online';
    end if;
    return null;
end $$;
create trigger live_groups_are_online after insert or update of group_kind on support_group
    for each row execute function live_group_is_reachable();
create trigger live_groups_are_online after update of delivery on listing
    for each row when (new.kind = 'support_group') execute function live_group_is_reachable();

create table group_referral (
    support_group uuid not null references support_group (id) on delete cascade,
    refers_to uuid not null references listing (id) on delete cascade,
    primary key (support_group, refers_to)
);
create index group_referral_to on group_referral (refers_to);

create table helpline (
    id uuid primary key,
    kind text not null default 'helpline' check (kind = 'helpline'),
    crisis boolean not null,
    national boolean not null,
    answered_by text check (answered_by in ('peer', 'professional', 'trained_volunteer', 'nobody')),
    foreign key (id, kind) references listing (id, kind) on delete cascade
);

create table listing_topic (
    listing uuid not null references listing (id) on delete cascade,
    position smallint not null,
    topic text not null references topic (slug),
    primary key (listing, topic)
);
create index listing_topic_topic on listing_topic (topic);

create table listing_coverage (
    listing uuid not null references listing (id) on delete cascade,
    area text not null references area (code),
    primary key (listing, area)
);
create index listing_coverage_area on listing_coverage (area);

create table place (
    id uuid primary key,
    listing uuid not null references listing (id) on delete cascade,
    position smallint not null,
    is_virtual boolean not null,
    confidential boolean not null,
    area text not null references area (code),
    name localised_text,
    street localised_text,
    postal_code text,
    lat double precision check (lat between -90 and 90),
    lon double precision check (lon between -180 and 180),
    precision text check (precision in ('exact', 'street', 'area')),
    directions localised_text,
    accessibility text[] not null default '{}' check (accessibility <@ array['wheelchair', 'step_free',
        'accessible_toilet', 'hearing_loop', 'sign_language', 'parking']),
    schedule schedule_document,
    unique (listing, position),
    check ((lat is null) = (lon is null) and (lat is null) = (precision is null)),
    check (not is_virtual or (street is null and lat is null))
);
create index place_area on place (area);

create table contact (
    id uuid primary key,
    listing uuid not null references listing (id) on delete cascade,
    position smallint not null,
    channel text not null check (channel in ('voice', 'sms', 'whatsapp', 'telegram', 'line', 'wechat', 'email',
        'web_chat', 'web_form')),
    number_kind text check (number_kind in ('e164', 'short_code')),
    value text not null check (value <> ''),
    country text check (country ~ '^[A-Z]{2}$'),
    extension text,
    keyword text,
    label localised_text,
    spoken text[] not null default '{}',
    hours schedule_document,
    cost text check (cost in ('free', 'local_rate', 'paid')),
    public boolean not null,
    unique (listing, position),
    check (number_kind is distinct from 'e164' or value ~ '^\+[0-9]{5,15}$'),
    check (number_kind is distinct from 'short_code' or (value ~ '^[0-9]{2,6}$' and country is not null)),
    check ((channel in ('voice', 'sms', 'whatsapp')) = (number_kind is not null))
);

create table link (
    listing uuid not null references listing (id) on delete cascade,
    position smallint not null,
    rel text not null check (rel in ('website', 'facebook', 'instagram', 'x', 'youtube', 'mini_program', 'app',
        'resource', 'appointment', 'other')),
    url text not null check (url ~ '^https?://'),
    language text,
    primary key (listing, position)
);

create table source (
    name text not null check (name <> ''),
    external_id text not null check (external_id <> ''),
    listing uuid not null references listing (id) on delete cascade,
    position smallint not null,
    url text check (url ~ '^https?://'),
    licence text not null check (licence <> ''),
    retrieved_on date not null,
    confirmed_on date,
    evidence text,
    primary key (name, external_id),
    unique (listing, position)
);

create table revision (
    id uuid primary key,
    listing uuid not null references listing (id) on delete cascade,
    version bigint not null check (version > 0),
    format smallint not null check (format > 0),
    body jsonb not null check (jsonb_typeof(body) = 'object'),
    state text not null check (state in ('approved')),
    author text not null,
    approved_at timestamptz not null,
    unique (listing, version)
);

create table published (
    kind text not null,
    id uuid not null,
    number integer not null unique,
    slug text not null,
    version bigint not null,
    document jsonb not null check (jsonb_typeof(document) = 'object'),
    primary key (id),
    unique (kind, slug),
    foreign key (id, kind) references listing (id, kind) on delete cascade
);

-- Slugs that a listing had before: they redirect.
create table former_slug (
    kind text not null,
    slug text not null,
    listing uuid not null references listing (id) on delete cascade,
    primary key (kind, slug)
);

-- The log: its order is the order of commits, because whoever inserts holds one lock until the commit, and because the
-- sequence is drawn only here, after the lock is taken.
create table change (
    sequence bigint generated always as identity primary key,
    subject text not null check (subject in ('organisation', 'hub', 'support_group', 'helpline', 'topic', 'area',
        'emergency_number')),
    id text not null,
    operation text not null check (operation in ('upsert', 'delete')),
    at timestamptz not null default now()
);

create function change_lock() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock(4815926535);
    return null;
end $$;
create trigger change_lock before insert on change for each statement execute function change_lock();

create function change_notify() returns trigger language plpgsql as $$
begin
    perform pg_notify('haven_change', '');
    return null;
end $$;
create trigger change_notify after insert on change for each statement execute function change_notify();

create table follower_cursor (
    name text primary key,
    sequence bigint not null,
    updated_at timestamptz not null default now()
);
