alter table lapsed drop column taken_off;
