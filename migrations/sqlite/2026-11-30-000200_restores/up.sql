-- When a wish to be erased was last taken back, or refused when its time had come: a copy of the journal that was made
-- before brings it back no more.
create table withdrawn_erasures (
    user_id blob    not null primary key,
    at      integer not null
) strict, without rowid;

-- The last restore. `copied_at` is when the newest copy of the keys that was brought back was made. While `finished_at` is
-- null people may be here who were erased, so no server starts.
create table restores (
    id          integer not null primary key check (id = 1),
    copied_at   integer not null,
    begun_at    integer not null,
    finished_at integer
) strict;
