-- Challenges: a code sent to a recipient (a number or an e-mail address) to prove it, or to approve a
-- payment. A provider's code is known by `provider_ref`, one of ours by a keyed hash (`salt`, `mac`,
-- `mac_key_id`). No code is stored in the clear. `transaction_digest` binds a code to one payment.
-- `origin` is the network address whose anonymous callers may check the code; null: none may.
-- `used_at` is when an approved challenge served as proof, which it does once.
-- `exhausted_at` is when its check attempts were used up; many at once open the verification breaker.
-- `page_id` is the hosted page that started it; then its code is checked on that page only.
-- `locale` and `fallback` (channel names in order, separated by commas) say how to send the code again.
create table verifications (
    id                 uuid        not null primary key,
    requester          text        not null,
    recipient          text        not null,
    channel            text        not null,
    purpose            text        not null,
    provider_ref       text,
    status             text        not null check (status in ('pending', 'approved', 'canceled')),
    attempts_used      integer     not null,
    attempts_max       integer     not null,
    expires_at         timestamptz not null,
    last_sent_at       timestamptz not null,
    created_at         timestamptz not null,
    effect_key         text        unique,
    client_ip          text,
    salt               bytea,
    mac                bytea,
    mac_key_id         text,
    transaction_digest bytea,
    origin             text,
    used_at            timestamptz,
    exhausted_at       timestamptz,
    page_id            uuid,
    locale             text,
    fallback           text        not null default ''
);
create index verifications_open on verifications (requester, recipient, created_at) where status = 'pending';
create index verifications_from on verifications (origin, recipient, created_at)
    where status = 'pending' and origin is not null;
create index verifications_exhausted on verifications (exhausted_at, recipient)
    where exhausted_at is not null;

-- Sends of codes, for limits and for prices by country and channel. Codes for payments have their own limits,
-- and so has each `sender_kind`: 0 a team, a chat, or a person to their own number or address; 1 an anonymous
-- caller; 2 a signed-in person to a number or address that is not known to be theirs. `outbox_id` is the
-- message with a code of ours; `effect_key` is the key of the effect that asked for the send.
create table verification_sends (
    seq             bigint      generated always as identity primary key,
    verification_id uuid        not null references verifications (id),
    phone           text        not null,
    prefix          text        not null,
    is_payment      integer     not null,
    client_ip       text,
    country         text,
    channel         text        not null,
    status          text        not null,
    error           text,
    price           text,
    at              timestamptz not null,
    sender_kind     integer     not null default 0,
    outbox_id       uuid,
    effect_key      text
);
create index verification_sends_phone on verification_sends (phone, at);
create index verification_sends_prefix on verification_sends (prefix, at);
create index verification_sends_ip on verification_sends (client_ip, at) where client_ip is not null;
create index verification_sends_of on verification_sends (verification_id);
create index verification_sends_outbox on verification_sends (outbox_id) where outbox_id is not null;
create unique index verification_sends_effect on verification_sends (effect_key)
    where effect_key is not null;

-- Fallback channels of a code that is on its way, in their order (`position`). Each row is a message that is
-- not in the outbox yet and has that message's id; `body` is sealed. The first row waits for the result of
-- the message `behind`, under way since `since`; both are null in the rows after it.
create table verification_fallbacks (
    id              uuid        not null primary key,
    verification_id uuid        not null references verifications (id),
    position        integer     not null,
    channel         text        not null,
    channel_account text        not null,
    recipient       text        not null,
    body            bytea       not null,
    expires_at      timestamptz not null,
    behind          uuid,
    since           timestamptz,
    unique (verification_id, position)
);
create index verification_fallbacks_next on verification_fallbacks (since) where behind is not null;

-- Check attempts: each is counted before its code is compared, and settled after; until then `approved` is
-- null. `typed` is the keyed hash of the entered code, where the same attempt may come again under its key.
create table verification_attempts (
    id                 uuid        not null primary key,
    verification_id    uuid        not null references verifications (id),
    effect_key         text        unique,
    typed              bytea,
    approved           integer,
    attempts_remaining integer     not null,
    locked_until       timestamptz,
    at                 timestamptz not null
);

-- Failed check attempts over all challenges of one recipient, and its lock. An anonymous caller, or a person
-- whose number or address it is not known to be, counts under "RECIPIENT from REQUESTER" and so locks nobody
-- else.
create table code_failures (
    phone        text        not null primary key,
    failures     integer     not null,
    locked_until timestamptz
);

-- Results of number lookups.
create table number_lookups (
    seq       bigint      generated always as identity primary key,
    phone     text        not null,
    valid     integer     not null,
    line_type text        not null,
    country   text,
    carrier   text,
    at        timestamptz not null
);

-- Hosted pages on which a person proves a number. The secret of a page's address is kept as a hash only.
-- `numbers_named` counts the numbers that were named on a page which was opened without a fixed number.
create table verification_pages (
    id              uuid        not null primary key,
    token_hash      bytea       not null unique,
    owner           text        not null,
    user_id         uuid,
    phone           text,
    is_phone_fixed  integer     not null,
    numbers_named   integer     not null,
    purpose         text        not null,
    return_to       text,
    state           text,
    locale          text,
    verification_id uuid        references verifications (id),
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    finished_at     timestamptz
);
create index verification_pages_age on verification_pages (expires_at);
