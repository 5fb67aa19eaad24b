-- Who decided what, on whose behalf, and how it stood before and after; ids and masked values only.
-- Appended with the decision itself, never changed.
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
create function audit_keep() returns trigger language plpgsql as $$ begin raise exception 'rows of audit are neither changed nor deleted'; end $$;
create trigger audit_keep before update or delete on audit for each row execute function audit_keep();
create trigger audit_keep_all before truncate on audit for each statement execute function audit_keep();

-- The seals over the audit rows: each block lists its rows, `seq` and a keyed code of each, and is itself
-- under a code that covers the block before it. Whoever owns this database has no key to make one.
create table audit_blocks (
    number    bigint      not null primary key,
    first_seq bigint      not null,
    last_seq  bigint      not null,
    row_codes bytea       not null,
    key_id    text        not null,
    code      bytea       not null,
    sealed_at timestamptz not null
);

-- One row: whoever locks it seals, alone.
create table audit_sealer (
    id integer not null primary key check (id = 1)
);
insert into audit_sealer (id) values (1);
