-- What came with a client's signed requests and may come only once: a nonce, or a signature that had none.
-- A row is kept for longer than such a request is good.
create table signed_requests (
    client text    not null,
    once   text    not null,
    until  integer not null,
    primary key (client, once)
) strict;
create index signed_requests_age on signed_requests (until);
