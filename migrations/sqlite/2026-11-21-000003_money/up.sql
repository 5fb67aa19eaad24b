-- Ledger accounts, in minor units. A person's never owes; a clearing account is the outside's side and
-- keeps no running balance.
create table accounts (
    id         blob    not null primary key,
    kind       text    not null check (kind in ('person', 'clearing')),
    currency   text    not null,
    posted     integer not null,
    held       integer not null check (held >= 0),
    version    integer not null,
    created_at integer not null,
    check (kind = 'clearing' or posted - held >= 0)
) strict;

-- A person's purses: each is the face of the account of the same id.
create table wallets (
    seq        integer not null primary key autoincrement,
    id         blob    not null unique references accounts (id),
    user_id    blob    not null references users (id),
    name       text    not null,
    kind       text    not null,
    currency   text    not null,
    created_at integer not null
) strict;
create index wallets_of on wallets (user_id, seq);

-- Transfers. Amount and ends never change; the status moves forward.
create table transfers (
    seq             integer not null primary key autoincrement,
    id              blob    not null unique,
    caller          text    not null,
    client_tx_id    text,
    owner           blob    not null,
    from_account    blob    not null references accounts (id),
    to_account      blob    not null references accounts (id),
    destination     text    not null,
    minor           integer not null check (minor > 0),
    currency        text    not null,
    concept         text,
    status          text    not null,
    verification_id blob,
    refusal         text,
    expires_at      integer,
    created_at      integer not null,
    updated_at      integer not null
) strict;
create index transfers_caller on transfers (caller, seq);
create index transfers_waiting on transfers (expires_at) where status in ('pending_verification', 'pending_approval');

-- Every state a transfer has passed through.
create table transfer_history (
    seq         integer not null primary key autoincrement,
    transfer_id blob    not null references transfers (id),
    status      text    not null,
    at          integer not null
) strict;
create index transfer_history_of on transfer_history (transfer_id);

-- Two entries for each posted transfer, a debit and a credit. Appended, never changed. `version` numbers
-- a person's entries without a gap.
create table entries (
    seq           integer not null primary key autoincrement,
    transfer_id   blob    not null references transfers (id),
    account_id    blob    not null references accounts (id),
    minor         integer not null check (minor <> 0),
    balance_after integer,
    version       integer,
    at            integer not null,
    unique (account_id, version)
) strict;
create index entries_of on entries (transfer_id);
create trigger entries_keep_update before update on entries begin select raise(abort, 'entries are not changed'); end;
create trigger entries_keep_delete before delete on entries begin select raise(abort, 'entries are not deleted'); end;

-- What was answered under a caller's key. Money keys never expire.
create table idempotency_keys (
    caller      text    not null,
    operation   text    not null,
    key         text    not null,
    fingerprint blob    not null,
    outcome     text    not null,
    at          integer not null,
    primary key (caller, operation, key)
) strict;

-- What a person has sent in a period: a day (2026-11-21) or a month (2026-11).
create table spending (
    user_id  blob    not null,
    currency text    not null,
    period   text    not null,
    minor    integer not null,
    primary key (user_id, currency, period)
) strict;

-- Whom a person has paid, and under which name.
create table payees (
    user_id       blob    not null references users (id),
    account       text    not null,
    account_json  text    not null,
    name          text,
    first_paid_at integer not null,
    primary key (user_id, account)
) strict;
create index payees_name on payees (user_id, name) where name is not null;
