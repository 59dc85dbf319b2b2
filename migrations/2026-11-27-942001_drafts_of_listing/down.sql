drop index draft_listing;
