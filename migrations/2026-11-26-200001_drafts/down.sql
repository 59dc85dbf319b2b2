delete from letter where purpose = 'claim';
alter table letter drop constraint letter_purpose_check;
alter table letter add constraint letter_purpose_check check (purpose in ('confirm_address', 'known_address',
    'reset_password', 'invitation', 'notice'));
drop table idempotency;
drop table claim;
drop table draft_note;
drop table draft_remark;
drop table draft;
drop table membership;
