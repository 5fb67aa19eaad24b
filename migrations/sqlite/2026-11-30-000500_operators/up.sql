-- Operators: staff with an account of their own. `body` is their address, sealed under the platform's key; a token acts
-- only while it names `token_series`.
create table operators (
    id           blob    not null primary key,
    email_hash   text    not null unique,
    body         blob    not null,
    role         text    not null,
    token_series blob    not null,
    created_at   integer not null,
    disabled_at  integer
) strict;
