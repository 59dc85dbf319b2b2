-- Who typed in a draft, beside who opened it and who handed it in: nobody decides on what they typed, even when they keep
-- the organisation no more.
create table draft_typist (
    draft uuid not null references draft (id) on delete cascade,
    account uuid not null references account (id) on delete cascade,
    primary key (draft, account)
);
create index draft_typist_account on draft_typist (account);
