-- A wallet of an erased person: no money enters or leaves it any more.
alter table accounts add column closed_at timestamptz;

-- Erasures of people, and their journal: rows that are done stay. `identity` is what the law keeps of the person's names
-- and number, sealed under their money key until `kept_until`. The receipt names no value of the person.
create table erasures (
    user_id    uuid        not null primary key,
    phase      text        not null check (phase in ('asked', 'begun', 'done')),
    asked_at   timestamptz not null,
    execute_at timestamptz not null,
    opted_out  integer     not null default 0,
    done_at    timestamptz,
    identity   bytea,
    kept_until timestamptz,
    receipt    text,
    check ((phase = 'done') = (done_at is not null))
);
create index erasures_due on erasures (execute_at) where phase <> 'done';
create index erasures_kept on erasures (kept_until) where kept_until is not null;

-- The steps of an erasure that has begun, with the rows that each touched. A step without `done_at` goes on.
create table erasure_steps (
    user_id   uuid        not null,
    step      text        not null,
    row_count bigint      not null,
    done_at   timestamptz,
    primary key (user_id, step)
);

-- Exports. `link_hash` is the hash of the secret in the link that downloads one.
create table data_exports (
    id          uuid        not null primary key,
    user_id     uuid        not null,
    locale      text        not null,
    link_hash   bytea       unique,
    asked_at    timestamptz not null,
    finished_at timestamptz,
    taken_at    timestamptz
);
create index data_exports_of on data_exports (user_id);
create index data_exports_open on data_exports (asked_at) where finished_at is null;

-- The file of an export in parts, each sealed under the person's key.
create table data_export_parts (
    export_id uuid    not null references data_exports (id),
    number    integer not null,
    sealed    bytea   not null,
    primary key (export_id, number)
);

-- A key that is `away` is in a copy of the keys and not here: this database is a copy without its keys. Nothing of its
-- subject is opened or sealed until `ventanilla privacy reapply` has brought it back.
alter table subject_keys drop constraint subject_keys_state_check;
alter table subject_keys drop constraint subject_keys_check;
alter table subject_keys add constraint subject_keys_state_check
    check (state in ('live', 'blocked', 'destroyed', 'away'));
alter table subject_keys add constraint subject_keys_check
    check ((sealed is null) = (state in ('destroyed', 'away')));
create index subject_keys_away on subject_keys (state) where state = 'away';
