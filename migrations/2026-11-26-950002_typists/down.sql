drop table draft_typist;
