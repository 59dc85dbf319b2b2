drop table merged_source;
