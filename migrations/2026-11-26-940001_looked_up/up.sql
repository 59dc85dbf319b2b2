-- What may be handed in twice is looked for by these, once for each row of a file; so are the batches of an organisation.

create index contact_number on contact (value) where public and number_kind = 'e164';

-- As the query writes it: a website without scheme, `www.`, query and the slash at its end, which may be long; and its host.
create index link_address on link
    using hash ((lower(rtrim(regexp_replace(url, '^https?://(www[.])?|[?#].*$', '', 'g'), '/'))))
    where rel = 'website';
create index link_host on link
    (split_part(split_part(lower(rtrim(regexp_replace(url, '^https?://(www[.])?|[?#].*$', '', 'g'), '/')), '/', 1), ':', 1))
    where rel = 'website';

create index place_point on place (lat, lon) where not confidential and lat is not null;

create index batch_organisation on batch (organisation, id);

-- Of the open drafts there are few, and they are looked for by points too: nothing reads these.
drop index draft_numbers;
drop index draft_hosts;
