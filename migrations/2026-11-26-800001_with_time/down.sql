alter table draft drop column licence;
update change set reason = 'withdrawn' where reason = 'unconfirmed';
alter table change drop constraint change_reason_check;
alter table change add constraint change_reason_check check (reason in ('withdrawn', 'expired', 'merged'));
delete from letter where purpose = 'lapse';
alter table letter drop constraint letter_purpose_check;
alter table letter add constraint letter_purpose_check check (purpose in ('confirm_address', 'known_address',
    'reset_password', 'invitation', 'claim', 'reminder', 'notice'));
delete from report where topic = 'last_national_line';
alter table report drop constraint report_topic_check;
alter table report add constraint report_topic_check check (topic in ('wrong_number', 'closed', 'wrong_place',
    'wrong_hours', 'unsafe', 'duplicate', 'missing', 'other'));
drop index helpline_national;
drop table national_country;
drop table lapsed_source;
drop table suggestion;
drop table lapsed;
