alter table lapsed drop column fields;
alter table lapsed drop column status_set;
alter table lapsed drop column by_owner;
