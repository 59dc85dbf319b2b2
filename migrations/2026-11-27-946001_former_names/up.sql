-- What a listing was called is read with it, and goes with it.
create index former_slug_listing on former_slug (listing);
