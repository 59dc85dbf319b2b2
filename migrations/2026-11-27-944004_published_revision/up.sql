-- What is public is always of an approved revision, which stays as long as its listing. `revision` holds no other state.
alter table published add constraint published_revision foreign key (id, version) references revision (listing, version)
    on delete cascade;
