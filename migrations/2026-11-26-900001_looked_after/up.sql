-- Moderators say who looks at claims and reports too, and write notes on them for one another.
alter table claim add column assigned_to uuid references account (id) on delete set null;
alter table report add column assigned_to uuid references account (id) on delete set null;

alter table draft_note rename to moderator_note;
alter table moderator_note add column claim uuid references claim (id) on delete cascade;
alter table moderator_note add column report uuid references report (id) on delete cascade;
alter table moderator_note drop constraint draft_note_on_one;
alter table moderator_note add constraint moderator_note_on_one check (num_nonnulls(draft, batch, claim, report) = 1);
create index moderator_note_claim on moderator_note (claim, id) where claim is not null;
create index moderator_note_report on moderator_note (report, id) where report is not null;
