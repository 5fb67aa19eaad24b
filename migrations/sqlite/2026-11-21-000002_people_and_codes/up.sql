-- People. A number that is proved belongs to one person.
create table users (
    id                blob    not null primary key,
    phone             text    unique,
    locale            text,
    phone_verified_at integer,
    created_at        integer not null
) strict;

-- Challenges: a code sent to prove a number, or to let a payment through. A code of a provider's is
-- known by its `provider_ref`; one of ours by a keyed hash. No code stands here in the clear.
create table verifications (
    id                 blob    not null primary key,
    requester          text    not null,
    phone              text    not null,
    channel            text    not null,
    purpose            text    not null,
    provider_ref       text,
    status             text    not null check (status in ('pending', 'approved', 'canceled')),
    attempts_used      integer not null,
    attempts_max       integer not null,
    expires_at         integer not null,
    last_sent_at       integer not null,
    created_at         integer not null,
    effect_key         text    unique,
    client_ip          text,
    salt               blob,
    mac                blob,
    mac_key_id         text,
    transaction_digest blob
) strict;
create index verifications_open on verifications (requester, phone, created_at) where status = 'pending';

-- Every send of a code, for limits and for its price by country and channel. Codes for payments have
-- a budget of their own.
create table verification_sends (
    seq             integer not null primary key autoincrement,
    verification_id blob    not null references verifications (id),
    phone           text    not null,
    prefix          text    not null,
    is_payment      integer not null,
    client_ip       text,
    country         text,
    channel         text    not null,
    status          text    not null,
    error           text,
    price           text,
    at              integer not null
) strict;
create index verification_sends_phone on verification_sends (phone, at);
create index verification_sends_prefix on verification_sends (prefix, at);
create index verification_sends_ip on verification_sends (client_ip, at) where client_ip is not null;
create index verification_sends_of on verification_sends (verification_id);

-- Every guess: counted before it is looked at, settled after. `typed` is the keyed hash of what was
-- typed, where the same guess may be sent again under its key.
create table verification_attempts (
    id                 blob    not null primary key,
    verification_id    blob    not null references verifications (id),
    effect_key         text    unique,
    typed              blob,
    approved           integer,
    attempts_remaining integer not null,
    locked_until       integer,
    at                 integer not null
) strict;

-- Wrong guesses at a number over all its challenges, and its lock.
create table code_failures (
    phone        text    not null primary key,
    failures     integer not null,
    locked_until integer
) strict;

-- What lookups said of numbers.
create table number_lookups (
    seq       integer not null primary key autoincrement,
    phone     text    not null,
    valid     integer not null,
    line_type text    not null,
    country   text,
    carrier   text,
    at        integer not null
) strict;
