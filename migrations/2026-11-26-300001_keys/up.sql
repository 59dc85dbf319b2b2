-- Keys of apps. What lets one in lies here as a hash only.
create table api_key (
    id uuid primary key,
    account uuid not null references account (id) on delete cascade,
    name text not null check (name <> ''),
    prefix text not null,
    hash text not null unique,
    scopes text[] not null default '{}' check (scopes <@ array['read', 'drafts_read', 'drafts_write']),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_on date
);
create index api_key_account on api_key (account, id);
