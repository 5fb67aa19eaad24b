-- Leases: work that one process at a time does, by the name of the work. Its holder extends a lease; after
-- `held_until` another process takes it.
create table leases (
    name       text    not null primary key,
    holder     text    not null,
    held_until integer not null
) strict;
