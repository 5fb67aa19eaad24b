-- Every edition of a flow that was ever at hand: whoever began with one ends with it. Never changed.
create table flow_versions (
    flow      text        not null,
    version   bigint      not null,
    source    text        not null,
    catalogue text,
    checksum  bytea       not null,
    kept_at   timestamptz not null,
    primary key (flow, version)
);

-- What people answered to flows, once for the message that ended one. `body` is sealed: who answered, and
-- what.
create table flow_responses (
    id           uuid        not null primary key,
    event_id     uuid        not null unique,
    flow         text        not null,
    version      bigint      not null,
    body         bytea       not null,
    completed_at timestamptz not null
);
create index flow_responses_of on flow_responses (flow, id);
