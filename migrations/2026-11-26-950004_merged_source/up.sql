-- What a feed says of a listing that a moderator merged into another one does not make it anew at the next import.
create table merged_source (
    name text not null,
    external_id text not null,
    into_listing uuid not null,
    primary key (name, external_id)
);
create index merged_source_into on merged_source (into_listing);
