-- When a wish to be erased was last taken back, or refused when its time had come: a copy of the journal that was made
-- before brings it back no more.
create table withdrawn_erasures (
    user_id uuid        not null primary key,
    at      timestamptz not null
);

-- The last restore. `copied_at` is when the newest copy of the keys that was brought back was made. While `finished_at` is
-- null people may be here who were erased, so no server starts.
create table restores (
    id          integer     not null primary key check (id = 1),
    copied_at   timestamptz not null,
    begun_at    timestamptz not null,
    finished_at timestamptz
);
