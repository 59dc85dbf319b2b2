create index batch_decided on batch (decided_at) where decided_at is not null;
drop index letter_address;
