-- Invitations are looked up by the organisation that wrote them.
create index letter_invitation on letter ((payload ->> 'organisation'), created_at) where purpose = 'invitation';
