alter table draft drop column stood_on;
