alter table report drop column by_owner;
alter table stood_for drop column fields;
alter table draft drop column by_moderator;
