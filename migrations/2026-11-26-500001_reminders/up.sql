-- Owners are reminded to say whether what they published is still true.
alter table letter drop constraint letter_purpose_check;
alter table letter add constraint letter_purpose_check check (purpose in ('confirm_address', 'known_address',
    'reset_password', 'invitation', 'claim', 'reminder', 'notice'));
create index letter_reminder on letter ((payload ->> 'listing'), created_at) where purpose = 'reminder';
