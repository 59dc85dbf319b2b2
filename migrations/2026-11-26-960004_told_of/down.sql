drop index draft_assigned_to;
drop index draft_submitted_by;
drop index audit_subject;
drop index audit_actor;
