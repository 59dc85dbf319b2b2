-- People who keep listings true and those who look after the directory. What lets one in lies here as hashes only; the
-- secret of a second factor apart, which has to be read to be checked.

create table account (
    id uuid primary key,
    email text not null check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    name text not null check (name <> ''),
    password text,
    role text check (role in ('moderator', 'administrator')),
    totp_secret text,
    totp_confirmed boolean not null default false,
    totp_step bigint not null default 0,
    created_at timestamptz not null
);
-- One mailbox, one account, however it is written.
create unique index account_email on account (lower(email));

create table recovery_code (
    account uuid not null references account (id) on delete cascade,
    hash text not null,
    primary key (account, hash)
);

create table session (
    id uuid primary key,
    account uuid not null references account (id) on delete cascade,
    hash text not null unique,
    strong boolean not null,
    browser text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_on date not null
);
create index session_account on session (account);

-- Mail to be sent, and the single-use link that it carries: the link's hash is there once the letter is on its way, so
-- that no link is stored that anybody could follow.
create table letter (
    id uuid primary key,
    purpose text not null check (purpose in ('confirm_address', 'known_address', 'reset_password', 'invitation', 'notice')),
    email text not null,
    account uuid references account (id) on delete cascade,
    payload jsonb not null,
    link_hash text unique,
    link_minutes integer,
    link_expires_at timestamptz,
    created_at timestamptz not null,
    attempts integer not null default 0,
    next_try_at timestamptz not null,
    sent_at timestamptz,
    used_at timestamptz
);
create index letter_waiting on letter (next_try_at) where sent_at is null;

create table audit (
    sequence bigint generated always as identity primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    subject text not null
);

-- Nobody writes history anew by mistake; the application's role has no right to, where there is such a role.
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise insufficient_privilege using message = 'the audit is append-only';
end $$;
create trigger audit_is_append_only before update or delete or truncate on audit
    for each statement execute function audit_is_append_only();
