-- A wallet of an erased person: no money enters or leaves it any more.
alter table accounts add column closed_at integer;

-- Erasures of people, and their journal: rows that are done stay. `identity` is what the law keeps of the person's names
-- and number, sealed under their money key until `kept_until`. The receipt names no value of the person.
create table erasures (
    user_id    blob    not null primary key,
    phase      text    not null check (phase in ('asked', 'begun', 'done')),
    asked_at   integer not null,
    execute_at integer not null,
    opted_out  integer not null default 0,
    done_at    integer,
    identity   blob,
    kept_until integer,
    receipt    text,
    check ((phase = 'done') = (done_at is not null))
) strict, without rowid;
create index erasures_due on erasures (execute_at) where phase <> 'done';
create index erasures_kept on erasures (kept_until) where kept_until is not null;

-- The steps of an erasure that has begun, with the rows that each touched. A step without `done_at` goes on.
create table erasure_steps (
    user_id   blob    not null,
    step      text    not null,
    row_count integer not null,
    done_at   integer,
    primary key (user_id, step)
) strict, without rowid;

-- Exports. `link_hash` is the hash of the secret in the link that downloads one.
create table data_exports (
    id          blob    not null primary key,
    user_id     blob    not null,
    locale      text    not null,
    link_hash   blob    unique,
    asked_at    integer not null,
    finished_at integer,
    taken_at    integer
) strict;
create index data_exports_of on data_exports (user_id);
create index data_exports_open on data_exports (asked_at) where finished_at is null;

-- The file of an export in parts, each sealed under the person's key.
create table data_export_parts (
    export_id blob    not null references data_exports (id),
    number    integer not null,
    sealed    blob    not null,
    primary key (export_id, number)
) strict;

-- A key that is `away` is in a copy of the keys and not here: this database is a copy without its keys. Nothing of its
-- subject is opened or sealed until `ventanilla privacy reapply` has brought it back.
create table new_subject_keys (
    subject_id blob    not null,
    purpose    text    not null check (purpose in ('chat', 'money')),
    sealed     blob,
    state      text    not null check (state in ('live', 'blocked', 'destroyed', 'away')),
    changed_at integer not null,
    primary key (subject_id, purpose),
    check ((sealed is null) = (state in ('destroyed', 'away')))
) strict, without rowid;
insert into new_subject_keys (subject_id, purpose, sealed, state, changed_at)
    select subject_id, purpose, sealed, state, changed_at from subject_keys;
drop table subject_keys;
alter table new_subject_keys rename to subject_keys;
create index subject_keys_away on subject_keys (state) where state = 'away';
