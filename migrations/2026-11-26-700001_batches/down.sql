delete from draft_note where draft is null;
alter table draft_note drop column batch;
alter table draft_note alter column draft set not null;
drop index draft_author_open;
delete from draft where batch is not null;
alter table draft drop column lons, drop column lats, drop column hosts, drop column numbers, drop column batch_row,
    drop column batch;
drop table batch;
