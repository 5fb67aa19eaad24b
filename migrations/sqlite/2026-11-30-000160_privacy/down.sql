drop index subject_keys_away;
drop table data_export_parts;
drop table data_exports;
drop table erasure_steps;
drop table erasures;
alter table accounts drop column closed_at;
