-- Runs of the reconciliation: `number` counts those of an operating date (days since the year 0).
create table reconciliations (
    id             blob        not null primary key,
    operating_date integer     not null,
    number         integer     not null,
    unreadable     integer     not null,
    started_at     integer     not null,
    finished_at    integer     not null,
    unique (operating_date, number)
) strict;

-- What runs found. A finding that is found again is the same row: it belongs to the runs of its date from `first_run` to
-- `last_run`; null: to the newest too.
create table reconciliation_items (
    id              blob        not null primary key,
    operating_date  integer     not null,
    class           text        not null,
    reference       text,
    entry_id        text,
    transfer_id     blob,
    ours            integer,
    ours_currency   text,
    theirs          integer,
    theirs_currency text,
    first_run       integer     not null,
    last_run        integer,
    opened_at       integer     not null,
    closed_at       integer,
    check ((ours is null) = (ours_currency is null) and (theirs is null) = (theirs_currency is null)),
    check ((last_run is null) = (closed_at is null))
) strict;
create index reconciliation_items_of on reconciliation_items (operating_date, id);
create index reconciliation_items_open on reconciliation_items (class) where last_run is null and class <> 'matched';
