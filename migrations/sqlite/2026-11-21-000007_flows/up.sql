-- Every edition of a flow that was ever at hand: whoever began with one ends with it. Never changed.
create table flow_versions (
    flow      text    not null,
    version   integer not null,
    source    text    not null,
    catalogue text,
    checksum  blob    not null,
    kept_at   integer not null,
    primary key (flow, version)
) strict;

-- What people answered to flows, once for the message that ended one. `body` is sealed: who answered, and
-- what.
create table flow_responses (
    id           blob    not null primary key,
    event_id     blob    not null unique,
    flow         text    not null,
    version      integer not null,
    body         blob    not null,
    completed_at integer not null
) strict;
create index flow_responses_of on flow_responses (flow, id);
