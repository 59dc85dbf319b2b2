-- What the public says of listings. Of who said it nothing is kept, and of what they said only until it is settled.
create table report (
    id uuid primary key,
    -- None: something that is missing.
    listing uuid references listing (id) on delete cascade,
    topic text not null check (topic in ('wrong_number', 'closed', 'wrong_place', 'wrong_hours', 'unsafe', 'duplicate',
        'missing', 'other')),
    words text not null,
    -- Somebody may be calling in vain at this moment.
    urgent boolean not null,
    created_at timestamptz not null,
    settled_at timestamptz
);
create index report_waiting on report (urgent desc, created_at, id) where settled_at is null;
