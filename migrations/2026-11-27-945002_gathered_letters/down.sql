drop index letter_gathered;
alter table letter drop column gathered;
