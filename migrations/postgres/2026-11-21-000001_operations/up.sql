-- Audit log: who decided what, on whose behalf, and the state before and after; ids and masked values only.
-- A row is written in the transaction of its decision and never changed.
create table audit (
    seq          bigint      generated always as identity primary key,
    at           timestamptz not null,
    who          text        not null,
    channel      text        not null,
    request_id   text        not null,
    action       text        not null,
    subject      text        not null,
    on_behalf_of text,
    before       text,
    after        text
);
create function audit_keep() returns trigger language plpgsql
    as $$ begin raise exception 'rows of audit are neither changed nor deleted'; end $$;
create trigger audit_keep before update or delete on audit
    for each row execute function audit_keep();
create trigger audit_keep_all before truncate on audit
    for each statement execute function audit_keep();

-- Audit seals. A block covers the rows from `first_seq` to `last_seq`: `row_codes` lists each row's `seq` and
-- keyed code. `code` is the keyed code over the block and the block before. The database has no keys for it.
create table audit_blocks (
    number    bigint      not null primary key,
    first_seq bigint      not null,
    last_seq  bigint      not null,
    row_codes bytea       not null,
    key_id    text        not null,
    code      bytea       not null,
    sealed_at timestamptz not null
);

-- The lock for sealing: one row. Only the worker that holds the lock of this row seals.
create table audit_sealer (
    id integer not null primary key check (id = 1)
);
insert into audit_sealer (id) values (1);

-- Answers to requests that send a message, by the caller's idempotency key. `answer` is null while the
-- request is in progress.
create table idempotent_responses (
    caller      text        not null,
    operation   text        not null,
    key         text        not null,
    fingerprint bytea       not null,
    answer      text,
    claimed_at  timestamptz not null,
    primary key (caller, operation, key)
);

-- Values that a client's signed requests may use only once: a nonce, or the signature of a request without a
-- nonce. A row is kept for longer than such a request is accepted.
create table signed_requests (
    client text        not null,
    once   text        not null,
    until  timestamptz not null,
    primary key (client, once)
);
create index signed_requests_age on signed_requests (until);
