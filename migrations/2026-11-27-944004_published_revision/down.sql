alter table published drop constraint published_revision;
