-- What somebody typed: counted by the day before they open more, and told to them.
create index draft_author on draft (author, created_at);
