-- Payments to an outside bank: one for each off-us transfer that was held for it, made in the transaction of the hold.
-- `reference` is the payment's name at the bank; `operating_date` the bank's day that it was sent with (0001-01-01 is 1),
-- and `order_digest` a hash of what was ordered, both written before it is sent. A change is written only over the
-- `version` that it was decided on. `next_at` is when there is something to do; `fence` and `leased_until` are the lease.
-- `parked` says why a payment that was not sent waits. `released_at` is when its hold ended, `contradicted_at` when the
-- bank first contradicted a final state. `first_by` and `first_verdict` are what the first of two operators said.
create table outbound_payments (
    transfer_id     blob not null primary key,
    reference       text not null unique,
    state           text not null check (state in ('reserved', 'submitting', 'accepted', 'settled', 'voided',
                                                   'unknown', 'manual', 'exception')),
    version         integer not null,
    operating_date  integer,
    order_digest    blob,
    submitted_at    integer,
    tries           integer not null,
    next_at         integer,
    fence           integer not null,
    leased_until    integer not null,
    parked          text,
    reason_code     text,
    doubt_since     integer,
    released_at     integer,
    contradicted_at integer,
    first_by        text,
    first_verdict   text check (first_verdict in ('settled', 'not_paid')),
    created_at      integer not null,
    check ((first_by is null) = (first_verdict is null)),
    check (state in ('reserved', 'voided', 'settled', 'accepted', 'exception') or submitted_at is not null)
) strict;
create index outbound_payments_due on outbound_payments (next_at) where next_at is not null;
create index outbound_payments_in_doubt on outbound_payments (doubt_since) where doubt_since is not null;
create index outbound_payments_on on outbound_payments (operating_date) where operating_date is not null;

-- Calls to the bank about a payment, and what the bank told by itself; kept as long as the ledger. `outcome` is what it
-- was taken for. `sealed` is the beginning of the answer, under the payer's key for money.
create table bank_calls (
    id             blob not null primary key,
    transfer_id    blob not null,
    at             integer not null,
    operation      text not null check (operation in ('submit', 'status', 'notice', 'entry')),
    reference      text not null,
    operating_date integer,
    outcome        text not null,
    http_status    integer,
    bank_status    text,
    reason_code    text,
    sealed         blob
) strict;
create index bank_calls_of on bank_calls (transfer_id, id);

-- What operators said about payments in doubt: the first of two, the second, and what was taken back. `sealed` is their
-- evidence, under the payer's key for money.
create table payment_resolutions (
    seq         integer not null primary key autoincrement,
    transfer_id blob not null,
    operator    text not null,
    verdict     text not null check (verdict in ('settled', 'not_paid')),
    step        text not null check (step in ('first', 'second', 'withdrawn')),
    at          integer not null,
    sealed      blob
) strict;
create index payment_resolutions_of on payment_resolutions (transfer_id);

-- People are also told when the outside bank changes the status of their payment.
create table new_alerts (
    seq          integer not null primary key autoincrement,
    kind         text    not null check (kind in ('received', 'frozen', 'mfa_on', 'mfa_off', 'backup_codes',
                                             'payment_processing', 'payment_completed', 'payment_failed', 'payment_unknown')),
    user_id      blob    not null references users (id),
    transfer_id  blob,
    ordered_on   text,
    fence        integer not null,
    leased_until integer not null,
    created_at   integer not null,
    check ((kind in ('received', 'payment_processing', 'payment_completed', 'payment_failed', 'payment_unknown'))
           = (transfer_id is not null))
) strict;
insert into new_alerts (seq, kind, user_id, transfer_id, ordered_on, fence, leased_until, created_at)
    select seq, kind, user_id, transfer_id, ordered_on, fence, leased_until, created_at from alerts;
drop table alerts;
alter table new_alerts rename to alerts;
