alter table claim drop column reason;
alter table lapsed drop column taken_off_by;
