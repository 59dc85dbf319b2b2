drop table incarnation;
drop index change_of;
alter table change drop column reason, drop column merged_into;
