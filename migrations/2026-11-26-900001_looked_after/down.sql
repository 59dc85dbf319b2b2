drop index moderator_note_report;
drop index moderator_note_claim;
delete from moderator_note where claim is not null or report is not null;
alter table moderator_note drop constraint moderator_note_on_one;
alter table moderator_note drop column report;
alter table moderator_note drop column claim;
alter table moderator_note add constraint draft_note_on_one check (num_nonnulls(draft, batch) = 1);
alter table moderator_note rename to draft_note;

alter table report drop column assigned_to;
alter table claim drop column assigned_to;
