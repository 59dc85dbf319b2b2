drop index suggestion_untold;
alter table suggestion drop column told_at;
