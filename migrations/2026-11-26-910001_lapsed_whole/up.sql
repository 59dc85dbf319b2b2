-- A listing that lapsed comes back whole: with what people said of it, who claims it, its former slugs, the ids of what is
-- below it, and the groups that refer people to it.

-- What goes for good takes these along by hand (see store/listing/withdraw.rs).
alter table report drop constraint report_listing_fkey;
create index report_listing on report (listing) where listing is not null;
alter table claim drop constraint claim_organisation_fkey;
create index claim_organisation on claim (organisation);

alter table lapsed add column former_slugs text[] not null default '{}';
-- In the order of the listing.
alter table lapsed add column places uuid[] not null default '{}';
alter table lapsed add column contacts uuid[] not null default '{}';
alter table lapsed add column referred_by uuid[] not null default '{}';
