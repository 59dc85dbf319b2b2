-- A short code is one only within its country. What may be handed in twice is looked for by it as the query writes it, and
-- so it stands in draft.numbers.
create index contact_code on contact ((country || ' ' || value)) where public and number_kind = 'short_code';
