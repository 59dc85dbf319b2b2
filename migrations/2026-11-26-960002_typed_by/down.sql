drop index draft_author;
