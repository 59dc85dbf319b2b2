-- What the public change feed needs beside the log: why a listing is gone, the latest change of each thing, and which
-- database this is, so that a place in the log of another one is told apart.

alter table change
    add column reason text check (reason in ('withdrawn', 'expired', 'merged')),
    add column merged_into uuid;
update change set reason = 'withdrawn' where operation = 'delete';
alter table change
    add constraint change_deletion_has_a_reason check ((operation = 'delete') = (reason is not null)),
    add constraint change_merger_has_a_target check ((reason is not distinct from 'merged') = (merged_into is not null));

create index change_of on change (subject, id, sequence);

create table incarnation (
    singleton boolean primary key default true check (singleton),
    id uuid not null default gen_random_uuid()
);
insert into incarnation default values;
