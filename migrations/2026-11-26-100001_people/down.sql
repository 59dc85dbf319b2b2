drop table audit;
drop function audit_is_append_only();
drop table letter;
drop table session;
drop table recovery_code;
drop table account;
