-- Requests that send a message, by the key their caller gave: under way while there is no answer.
create table idempotent_responses (
    caller      text    not null,
    operation   text    not null,
    key         text    not null,
    fingerprint blob    not null,
    answer      text,
    claimed_at  integer not null,
    primary key (caller, operation, key)
) strict;
