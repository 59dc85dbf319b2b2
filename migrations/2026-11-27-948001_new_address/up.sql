-- People move their accounts to other addresses.
alter table letter drop constraint letter_purpose_check;
alter table letter add constraint letter_purpose_check check (purpose in ('confirm_address', 'known_address', 'new_address',
    'reset_password', 'invitation', 'claim', 'reminder', 'lapse', 'notice'));
-- Of one person: how many were written, and what goes with the account.
create index letter_account on letter (account, created_at) where account is not null;
