-- Runs of the reconciliation: `number` counts those of an operating date (days since the year 0).
create table reconciliations (
    id             uuid        not null primary key,
    operating_date integer     not null,
    number         bigint      not null,
    unreadable     integer     not null,
    started_at     timestamptz not null,
    finished_at    timestamptz not null,
    unique (operating_date, number)
);

-- What runs found. A finding that is found again is the same row: it belongs to the runs of its date from `first_run` to
-- `last_run`; null: to the newest too.
create table reconciliation_items (
    id              uuid        not null primary key,
    operating_date  integer     not null,
    class           text        not null,
    reference       text,
    entry_id        text,
    transfer_id     uuid,
    ours            bigint,
    ours_currency   text,
    theirs          bigint,
    theirs_currency text,
    first_run       bigint      not null,
    last_run        bigint,
    opened_at       timestamptz not null,
    closed_at       timestamptz,
    check ((ours is null) = (ours_currency is null) and (theirs is null) = (theirs_currency is null)),
    check ((last_run is null) = (closed_at is null))
);
create index reconciliation_items_of on reconciliation_items (operating_date, id);
create index reconciliation_items_open on reconciliation_items (class) where last_run is null and class <> 'matched';
