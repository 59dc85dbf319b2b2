drop index former_slug_listing;
