-- When those who keep a listing were written to of what a feed says otherwise.
alter table suggestion add column told_at timestamptz;
create index suggestion_untold on suggestion (listing) where told_at is null and settled_at is null;
