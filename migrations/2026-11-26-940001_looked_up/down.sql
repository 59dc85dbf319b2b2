create index draft_numbers on draft using gin (numbers) where state in ('draft', 'submitted', 'changes_requested');
create index draft_hosts on draft using gin (hosts) where state in ('draft', 'submitted', 'changes_requested');
drop index batch_organisation;
drop index place_point;
drop index link_address;
drop index link_host;
drop index contact_number;
