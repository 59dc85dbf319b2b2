-- Those who keep a listing take it off, too, and bring it back themselves; and a claim that was decided says why.
alter table lapsed add column taken_off_by text check (taken_off_by in ('moderator', 'keeper'));
update lapsed set taken_off_by = 'moderator' where taken_off is not null;
alter table lapsed add constraint lapsed_taken_off_by_somebody check ((taken_off is null) = (taken_off_by is null));
alter table claim add column reason text check (reason <> '');
