-- Until when somebody kept an organisation: nobody decides on what was begun there while they did, even when they keep it no
-- more. Forgotten when nothing of that time is open any more: see store/people/forget.rs.
create table former_member (
    organisation uuid not null,
    account uuid not null references account (id) on delete cascade,
    ended_at timestamptz not null,
    primary key (organisation, account)
);
create index former_member_account on former_member (account);
