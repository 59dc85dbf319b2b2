-- Who moved to a listing is looked up before that goes.
create index listing_moved_to on listing (kind, moved_to) where moved_to is not null;
