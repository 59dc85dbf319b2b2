-- The revision on which a draft stood, where that is gone with its listing: what was decided on stays to be seen.
alter table draft add column stood_on jsonb check (jsonb_typeof(stood_on) = 'object');
