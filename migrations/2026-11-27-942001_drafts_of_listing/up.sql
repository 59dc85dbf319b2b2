-- What was typed of a listing is looked up by the listing: whoever begins anew begins from it.
create index draft_listing on draft (listing, id);
