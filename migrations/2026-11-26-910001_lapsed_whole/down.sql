alter table lapsed drop column referred_by;
alter table lapsed drop column contacts;
alter table lapsed drop column places;
alter table lapsed drop column former_slugs;

drop index claim_organisation;
delete from claim where not exists (select from listing where listing.id = claim.organisation);
alter table claim add constraint claim_organisation_fkey foreign key (organisation) references listing (id) on delete cascade;
drop index report_listing;
delete from report where listing is not null and not exists (select from listing where listing.id = report.listing);
alter table report add constraint report_listing_fkey foreign key (listing) references listing (id) on delete cascade;
