drop table follower_cursor;
drop table change;
drop function change_notify();
drop function change_lock();
drop table former_slug, published, revision, source, link, contact, place, listing_coverage, listing_topic, helpline,
    group_referral, support_group, hub;
alter table listing drop constraint listing_organisation_fkey;
drop function live_group_is_reachable() cascade;
drop table organisation, listing, emergency_number, topic_name, topic, area_name, area;
drop domain schedule_document;
drop domain localised_text;
