-- Whoever asks what is kept of them is told all of it: see store/people/kept.rs.
create index audit_actor on audit (actor, sequence);
create index audit_subject on audit (subject);
create index draft_submitted_by on draft (submitted_by) where submitted_by is not null;
create index draft_assigned_to on draft (assigned_to) where assigned_to is not null;
