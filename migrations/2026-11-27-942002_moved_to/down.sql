drop index listing_moved_to;
