-- What a moderator took off lies with what lapsed, so that it can come back as it was; and says why, so that neither those
-- who keep it nor a feed bring it back by themselves.
alter table lapsed add column taken_off text check (taken_off <> '');
