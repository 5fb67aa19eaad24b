-- The tables of transfers, holds and entries have no foreign keys: only the ledger's fold writes them, under
-- the locks of their ledger accounts. `ventanilla ledger verify` finds rows that belong to nothing.

-- Ledger accounts. Amounts are minor units. A person's account is never below zero. A clearing account stands
-- for everything outside the platform and keeps no running balance. `spent_on` is a day (0001-01-01 is 1);
-- `spent_day` and `spent_month` sum up what was sent on that day and in its month, so that limits need no
-- rows of their own.
create table accounts (
    id          blob    not null primary key,
    kind        text    not null check (kind in ('person', 'clearing')),
    owner       blob    references users (id),
    currency    text    not null,
    posted      integer not null,
    held        integer not null check (held >= 0),
    version     integer not null,
    spent_on    integer not null,
    spent_day   integer not null,
    spent_month integer not null,
    created_at  integer not null,
    check (kind = 'clearing' or posted - held >= 0)
) strict;
create index accounts_of on accounts (owner) where owner is not null;

-- Wallets of people: the name and kind of the ledger account with the same id.
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

-- Transfers, by ids that sort by time. Amount and accounts never change; `status` only moves forward.
-- `first_status` is the status that the first answer gave. `reversed_minor` is how much of the transfer later
-- reversals have given back.
create table transfers (
    id              blob    not null primary key,
    caller          text    not null,
    client_tx_id    text,
    owner           blob    not null,
    from_account    blob    not null,
    to_account      blob    not null,
    destination     text    not null,
    minor           integer not null check (minor > 0),
    currency        text    not null,
    concept         text,
    status          text    not null,
    first_status    text    not null,
    verification_id blob,
    reverses        blob,
    reversed_minor  integer not null check (reversed_minor between 0 and minor),
    refusal         text,
    expires_at      integer,
    created_at      integer not null,
    updated_at      integer not null
) strict;
create index transfers_of_caller on transfers (caller, id);
create index transfers_waiting on transfers (expires_at)
    where status in ('pending_verification', 'pending_approval', 'processing');
create index transfers_reversing on transfers (reverses) where reverses is not null;
create index transfers_of_owner on transfers (owner, id);

-- The statuses of a transfer after its first.
create table transfer_history (
    seq         integer not null primary key autoincrement,
    transfer_id blob    not null,
    status      text    not null,
    at          integer not null
) strict;
create index transfer_history_of on transfer_history (transfer_id);

-- Holds: money set aside for a transfer under way. A live hold is part of `accounts.held`. `spent_on` is the
-- day on which it was counted as spent.
create table holds (
    transfer_id blob    not null primary key,
    account_id  blob    not null,
    minor       integer not null check (minor > 0),
    spent_on    integer not null,
    state       text    not null check (state in ('live', 'captured', 'voided')),
    created_at  integer not null,
    settled_at  integer
) strict;
create index holds_live on holds (account_id) where state = 'live';

-- Entries: a debit and a credit for each posted transfer. Rows are appended and never changed. `version`
-- numbers the entries of a person's account without a gap.
create table entries (
    transfer_id   blob    not null,
    account_id    blob    not null,
    minor         integer not null check (minor <> 0),
    balance_after integer,
    version       integer,
    at            integer not null,
    primary key (transfer_id, account_id)
) strict, without rowid;
create unique index entries_of_account on entries (account_id, version) where version is not null;
create trigger entries_keep_update before update on entries
    begin select raise(abort, 'entries are not changed'); end;
create trigger entries_keep_delete before delete on entries
    begin select raise(abort, 'entries are not deleted'); end;

-- Results of money requests by idempotency key (`key` is the SHA-256 of caller, operation and key): what the
-- request made (`subject`), or why it was refused. These keys never expire.
create table idempotency_keys (
    key         blob    not null primary key,
    fingerprint blob    not null,
    subject     blob,
    refusal     text,
    at          integer not null,
    check ((subject is null) <> (refusal is null))
) strict, without rowid;

-- Payees of a person: whom they paid or tried to pay, and under which name. `account` is what the payer
-- wrote, or a wallet's id. `account_json` is set where the payee can be paid by name.
create table payees (
    user_id       blob    not null references users (id),
    account       text    not null,
    account_json  text,
    name          text,
    first_seen_at integer not null,
    primary key (user_id, account)
) strict;
create index payees_name on payees (user_id, name) where name is not null;
