-- Who decided what, on whose behalf, and how it stood before and after; ids and masked values only.
-- Appended with the decision itself, never changed.
create table audit (
    seq          integer not null primary key autoincrement,
    at           integer not null,
    who          text    not null,
    channel      text    not null,
    request_id   text    not null,
    action       text    not null,
    subject      text    not null,
    on_behalf_of text,
    before       text,
    after        text
) strict;
create trigger audit_keeps_update before update on audit begin select raise(abort, 'audit rows are not changed'); end;
create trigger audit_keeps_delete before delete on audit begin select raise(abort, 'audit rows are not deleted'); end;

-- The seals over the audit rows: each block lists its rows, `seq` and a keyed code of each, and is itself
-- under a code that covers the block before it. Whoever owns this database has no key to make one.
create table audit_blocks (
    number     integer not null primary key,
    first_seq  integer not null,
    last_seq   integer not null,
    row_codes  blob    not null,
    key_id     text    not null,
    code       blob    not null,
    sealed_at  integer not null
) strict;

-- One row: whoever locks it seals, alone.
create table audit_sealer (
    id integer not null primary key check (id = 1)
) strict;
insert into audit_sealer (id) values (1);
