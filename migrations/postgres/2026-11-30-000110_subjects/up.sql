-- Contacts: the numbers, e-mail addresses and chats that we wrote to or heard from. `lookup` is the keyed hash of the
-- address; null: somebody else proved the number since, or its person was erased, so a new contact takes its place.
-- `user_id` is the person who proved it.
create table contacts (
    id         uuid        not null primary key,
    lookup     text        unique,
    user_id    uuid        references users (id),
    created_at timestamptz not null
);
create index contacts_of on contacts (user_id) where user_id is not null;

-- The keys of subjects, which are people (two keys) and contacts (`chat` alone). `sealed` is the key under
-- ENCRYPTION_KEY. A blocked key opens nothing before the law lets it be destroyed, except for an administrator with a
-- reason. Backups of this table are kept apart from those of the others, and for a short time.
create table subject_keys (
    subject_id uuid        not null,
    purpose    text        not null check (purpose in ('chat', 'money')),
    sealed     bytea,
    state      text        not null check (state in ('live', 'blocked', 'destroyed')),
    changed_at timestamptz not null,
    primary key (subject_id, purpose),
    check ((sealed is null) = (state = 'destroyed'))
);

-- Which parts of the database were sealed under subjects' keys after their rows had been written in the clear by an
-- earlier version.
create table sealed_areas (
    area      text        not null primary key,
    sealed_at timestamptz not null
);
