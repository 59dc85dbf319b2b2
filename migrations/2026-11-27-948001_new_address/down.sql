drop index letter_account;
delete from letter where purpose = 'new_address';
alter table letter drop constraint letter_purpose_check;
alter table letter add constraint letter_purpose_check check (purpose in ('confirm_address', 'known_address',
    'reset_password', 'invitation', 'claim', 'reminder', 'lapse', 'notice'));
