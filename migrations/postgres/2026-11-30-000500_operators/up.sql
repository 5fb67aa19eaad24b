-- Operators: staff with an account of their own. `body` is their address, sealed under the platform's key; a token acts
-- only while it names `token_series`.
create table operators (
    id           uuid        not null primary key,
    email_hash   text        not null unique,
    body         bytea       not null,
    role         text        not null,
    token_series uuid        not null,
    created_at   timestamptz not null,
    disabled_at  timestamptz
);
