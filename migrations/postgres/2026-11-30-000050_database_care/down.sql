drop table kept_keys;
drop table keys_in_use;
drop table write_probes;
drop table migration_checksums;
