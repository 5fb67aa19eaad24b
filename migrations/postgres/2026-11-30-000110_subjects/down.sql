drop table sealed_areas;
drop table subject_keys;
drop table contacts;
