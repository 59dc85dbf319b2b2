-- What is kept is kept no longer than it is of use: see store/people/forget.rs.

-- How many letters an address had lately is counted before another one is written, however the address is typed.
create index letter_address on letter (lower(email), created_at);

-- No question reads it: how long things wait is seen from the drafts of a batch.
drop index batch_decided;
