-- Ledger accounts, in minor units. A person's never owes; a clearing account is the outside's side and
-- keeps no running balance. `spent_on` (days since the year 0), `spent_day` and `spent_month` count what
-- went out, so that limits cost no row of their own. Rows here and in the tables below name each other
-- without foreign keys where money runs: only the fold writes them, under the accounts' locks, and
-- `ventanilla ledger verify` looks for strays.
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

-- Transfers, by ids that sort by time. Amount and ends never change; the status moves forward;
-- `first_status` is what the caller was told first; `reversed_minor` is how much of it later transfers
-- have given back.
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

-- The states a transfer passed through after its first.
create table transfer_history (
    seq         integer not null primary key autoincrement,
    transfer_id blob    not null,
    status      text    not null,
    at          integer not null
) strict;
create index transfer_history_of on transfer_history (transfer_id);

-- Money reserved for a transfer under way: part of `accounts.held` while it is live. `spent_on` is the
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

-- Two entries for each posted transfer, a debit and a credit. Appended, never changed. `version` numbers
-- a person's entries without a gap.
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
create trigger entries_keep_update before update on entries begin select raise(abort, 'entries are not changed'); end;
create trigger entries_keep_delete before delete on entries begin select raise(abort, 'entries are not deleted'); end;

-- What was answered under a caller's key, by the SHA-256 of caller, operation and key: either what the
-- request made (`subject`) or why it was refused. Money keys never expire.
create table idempotency_keys (
    key          blob    not null primary key,
    fingerprint  blob    not null,
    subject      blob,
    refusal      text,
    at           integer not null,
    check ((subject is null) <> (refusal is null))
) strict, without rowid;

-- Whom a person has paid or tried to pay, and under which name. `account` is what the payer wrote, or
-- a wallet's id; `account_json` is there for what can be paid by name.
create table payees (
    user_id       blob    not null references users (id),
    account       text    not null,
    account_json  text,
    name          text,
    first_seen_at integer not null,
    primary key (user_id, account)
) strict;
create index payees_name on payees (user_id, name) where name is not null;
