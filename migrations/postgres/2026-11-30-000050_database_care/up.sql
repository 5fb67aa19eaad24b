-- Checksums of the migrations that ran, by their version. A migration that was changed afterwards is found: its
-- tables may differ from what the program expects.
create table migration_checksums (
    version  text not null primary key,
    checksum text not null
);

-- One row that readiness writes to, so that a full disk or a waiting write shows.
create table write_probes (
    id integer not null primary key check (id = 1),
    at timestamptz not null
);
insert into write_probes (id, at) values (1, 'epoch');

-- Ids of the keys of ENCRYPTION_KEY that sealed rows may need. A start without one of them is refused.
create table keys_in_use (
    key_id text    not null primary key,
    since  timestamptz not null
);

-- Derived keys that must outlive the secret they come from, such as those of the audit log. Each is sealed under
-- ENCRYPTION_KEY and bound to its purpose and id.
create table kept_keys (
    purpose text not null,
    key_id  text not null,
    sealed  bytea not null,
    primary key (purpose, key_id)
);
