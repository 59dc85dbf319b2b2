-- Many drafts of one organisation that were handed in as one, and are decided on as one.
create table batch (
    id uuid primary key,
    organisation uuid not null,
    state text not null check (state in ('draft', 'submitted', 'changes_requested', 'approved', 'rejected', 'withdrawn')),
    version bigint not null check (version > 0),
    reason text,
    author uuid references account (id) on delete set null,
    submitted_by uuid references account (id) on delete set null,
    assigned_to uuid references account (id) on delete set null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    submitted_at timestamptz not null,
    decided_at timestamptz
);
create index batch_queue on batch (submitted_at, id) where state = 'submitted';
create index batch_decided on batch (decided_at) where decided_at is not null;

alter table draft add column batch uuid references batch (id) on delete cascade;
-- The row of the file that was handed in.
alter table draft add column batch_row integer;
alter table draft add constraint draft_batch_row check ((batch is null) = (batch_row is null));
create index draft_batch on draft (batch, batch_row) where batch is not null;
-- How many somebody has open is counted before another one is opened.
create index draft_author_open on draft (author) where state in ('draft', 'submitted', 'changes_requested');

-- By what somebody finds out that something is handed in twice: numbers in E.164, hosts of websites, points that are no
-- secret.
alter table draft add column numbers text[] not null default '{}';
alter table draft add column hosts text[] not null default '{}';
alter table draft add column lats double precision[] not null default '{}';
alter table draft add column lons double precision[] not null default '{}';
create index draft_numbers on draft using gin (numbers) where state in ('draft', 'submitted', 'changes_requested');
create index draft_hosts on draft using gin (hosts) where state in ('draft', 'submitted', 'changes_requested');

-- A note is on a draft, or on a batch.
alter table draft_note alter column draft drop not null;
alter table draft_note add column batch uuid references batch (id) on delete cascade;
alter table draft_note add constraint draft_note_on_one check (num_nonnulls(draft, batch) = 1);
create index draft_note_batch on draft_note (batch, id) where batch is not null;
