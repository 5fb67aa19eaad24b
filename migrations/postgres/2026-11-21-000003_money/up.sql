-- The tables of transfers, holds and entries have no foreign keys: only the ledger's fold writes them, under
-- the locks of their ledger accounts. `ventanilla ledger verify` finds rows that belong to nothing.

-- Ledger accounts. Amounts are minor units. A person's account is never below zero. A clearing account stands
-- for everything outside the platform and keeps no running balance. `spent_on` is a day (0001-01-01 is 1);
-- `spent_day` and `spent_month` sum up what was sent on that day and in its month, so that limits need no
-- rows of their own.
create table accounts (
    id          uuid        not null primary key,
    kind        text        not null check (kind in ('person', 'clearing')),
    owner       uuid        references users (id),
    currency    text        not null,
    posted      bigint      not null,
    held        bigint      not null check (held >= 0),
    version     bigint      not null,
    spent_on    integer     not null,
    spent_day   bigint      not null,
    spent_month bigint      not null,
    created_at  timestamptz not null,
    check (kind = 'clearing' or posted - held >= 0)
) with (fillfactor = 60);
create index accounts_of on accounts (owner) where owner is not null;

-- Wallets of people: the name and kind of the ledger account with the same id.
create table wallets (
    seq        bigint      generated always as identity primary key,
    id         uuid        not null unique references accounts (id),
    user_id    uuid        not null references users (id),
    name       text        not null,
    kind       text        not null,
    currency   text        not null,
    created_at timestamptz not null
);
create index wallets_of on wallets (user_id, seq);

-- Transfers, by ids that sort by time. Amount and accounts never change; `status` only moves forward.
-- `first_status` is the status that the first answer gave. `reversed_minor` is how much of the transfer later
-- reversals have given back.
create table transfers (
    id              uuid        not null primary key,
    caller          text        not null,
    client_tx_id    text,
    owner           uuid        not null,
    from_account    uuid        not null,
    to_account      uuid        not null,
    destination     text        not null,
    minor           bigint      not null check (minor > 0),
    currency        text        not null,
    concept         text,
    status          text        not null,
    first_status    text        not null,
    verification_id uuid,
    reverses        uuid,
    reversed_minor  bigint      not null check (reversed_minor between 0 and minor),
    refusal         text,
    expires_at      timestamptz,
    created_at      timestamptz not null,
    updated_at      timestamptz not null
);
create index transfers_of_caller on transfers (caller, id);
create index transfers_waiting on transfers (expires_at)
    where status in ('pending_verification', 'pending_approval', 'processing');
create index transfers_reversing on transfers (reverses) where reverses is not null;
create index transfers_of_owner on transfers (owner, id);

-- The statuses of a transfer after its first.
create table transfer_history (
    seq         bigint      generated always as identity primary key,
    transfer_id uuid        not null,
    status      text        not null,
    at          timestamptz not null
);
create index transfer_history_of on transfer_history (transfer_id);

-- Holds: money set aside for a transfer under way. A live hold is part of `accounts.held`. `spent_on` is the
-- day on which it was counted as spent.
create table holds (
    transfer_id uuid        not null primary key,
    account_id  uuid        not null,
    minor       bigint      not null check (minor > 0),
    spent_on    integer     not null,
    state       text        not null check (state in ('live', 'captured', 'voided')),
    created_at  timestamptz not null,
    settled_at  timestamptz
);
create index holds_live on holds (account_id) where state = 'live';

-- Entries: a debit and a credit for each posted transfer. Rows are appended and never changed. `version`
-- numbers the entries of a person's account without a gap.
create table entries (
    transfer_id   uuid        not null,
    account_id    uuid        not null,
    minor         bigint      not null check (minor <> 0),
    balance_after bigint,
    version       bigint,
    at            timestamptz not null,
    primary key (transfer_id, account_id)
);
create unique index entries_of_account on entries (account_id, version) where version is not null;
create function entries_keep() returns trigger language plpgsql
    as $$ begin raise exception 'rows of entries are neither changed nor deleted'; end $$;
create trigger entries_keep before update or delete on entries
    for each row execute function entries_keep();
create trigger entries_keep_all before truncate on entries
    for each statement execute function entries_keep();

-- Results of money requests by idempotency key (`key` is the SHA-256 of caller, operation and key): what the
-- request made (`subject`), or why it was refused. These keys never expire.
create table idempotency_keys (
    key         bytea       not null primary key,
    fingerprint bytea       not null,
    subject     uuid,
    refusal     text,
    at          timestamptz not null,
    check ((subject is null) <> (refusal is null))
);

-- Payees of a person: whom they paid or tried to pay, and under which name. `account` is what the payer
-- wrote, or a wallet's id. `account_json` is set where the payee can be paid by name.
create table payees (
    user_id       uuid        not null references users (id),
    account       text        not null,
    account_json  text,
    name          text,
    first_seen_at timestamptz not null,
    primary key (user_id, account)
);
create index payees_name on payees (user_id, name) where name is not null;
