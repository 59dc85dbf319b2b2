alter table letter add column link_hash text unique;
update letter set link_hash = (select max(hash) from letter_link where letter_link.letter = letter.id);
drop table letter_link;
