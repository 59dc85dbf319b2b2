-- What is typed and not public yet: drafts, what moderators say of them, and who may type them.

-- Who keeps the listings of an organisation true. The organisation need not be public yet, so nothing is referred to; a
-- listing without organisation is its own.
create table membership (
    organisation uuid not null,
    account uuid not null references account (id) on delete cascade,
    role text not null check (role in ('owner', 'editor', 'viewer')),
    since timestamptz not null,
    primary key (organisation, account)
);
create index membership_account on membership (account);

create table draft (
    id uuid primary key,
    -- The id that the listing has, or will have.
    listing uuid not null,
    organisation uuid not null,
    kind text not null check (kind in ('organisation', 'hub', 'support_group', 'helpline')),
    state text not null check (state in ('draft', 'submitted', 'changes_requested', 'approved', 'rejected', 'withdrawn')),
    version bigint not null check (version > 0),
    -- The version of the listing on which it stands; none of a listing that is not public yet.
    base bigint,
    body jsonb not null check (jsonb_typeof(body) = 'object'),
    reason text,
    author uuid references account (id) on delete set null,
    submitted_by uuid references account (id) on delete set null,
    assigned_to uuid references account (id) on delete set null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    submitted_at timestamptz,
    decided_at timestamptz,
    check (state <> 'submitted' or submitted_at is not null)
);
-- One at a time, so that nobody overwrites what somebody else types.
create unique index draft_open on draft (listing) where state in ('draft', 'submitted', 'changes_requested');
create index draft_organisation on draft (organisation, id);
create index draft_queue on draft (submitted_at, id) where state = 'submitted';
create index draft_decided on draft (decided_at) where decided_at is not null;

create table draft_remark (
    draft uuid not null references draft (id) on delete cascade,
    position smallint not null,
    pointer text not null,
    remark text not null check (remark <> ''),
    primary key (draft, position)
);

create table draft_note (
    id uuid primary key,
    draft uuid not null references draft (id) on delete cascade,
    author uuid references account (id) on delete set null,
    note text not null check (note <> ''),
    created_at timestamptz not null
);
create index draft_note_draft on draft_note (draft, id);

create table claim (
    id uuid primary key,
    organisation uuid not null references listing (id) on delete cascade,
    account uuid not null references account (id) on delete cascade,
    state text not null check (state in ('open', 'granted', 'refused')),
    grounds text not null,
    created_at timestamptz not null,
    decided_at timestamptz
);
create unique index claim_open on claim (organisation, account) where state = 'open';
create index claim_waiting on claim (created_at, id) where state = 'open';

-- Answers to requests that may come twice; kept for a day.
create table idempotency (
    actor text not null,
    key text not null,
    request text not null,
    answer jsonb not null,
    at timestamptz not null,
    primary key (actor, key)
);
create index idempotency_at on idempotency (at);

alter table letter drop constraint letter_purpose_check;
alter table letter add constraint letter_purpose_check check (purpose in ('confirm_address', 'known_address',
    'reset_password', 'invitation', 'claim', 'notice'));
