-- Talks: one row for each sender on each of our numbers. `state` is sealed; `fence` and
-- `leased_until` see to it that one worker at a time has a conversation.
create table conversations (
    id              blob    not null primary key,
    channel_account text    not null,
    channel         text    not null,
    sender_key      text    not null,
    state           blob    not null,
    state_version   integer not null,
    fence           integer not null,
    leased_until    integer not null,
    created_at      integer not null,
    updated_at      integer not null,
    unique (channel_account, sender_key)
) strict;

-- Inbound messages: durable before they are acknowledged, once each. `body` is sealed.
create table inbox (
    seq               integer not null primary key autoincrement,
    id                blob    not null unique,
    conversation_id   blob    not null references conversations (id),
    channel_account   text    not null,
    provider_event_id text    not null,
    body              blob    not null,
    state             text    not null check (state in ('pending', 'done', 'parked', 'foreign')),
    tries             integer not null,
    reason            text,
    received_at       integer not null,
    settled_at        integer,
    unique (channel_account, provider_event_id)
) strict;
create index inbox_pending on inbox (seq) where state = 'pending';
create index inbox_done on inbox (received_at) where state = 'done';

-- Outbound messages, kept with the decision that made them. `body` is sealed, and wiped once a code
-- is settled. `phase` is what the relay has to do; `status` is how far the message has come.
create table outbox (
    seq             integer not null primary key autoincrement,
    id              blob    not null unique,
    conversation_id blob    references conversations (id),
    channel_account text    not null,
    channel         text    not null,
    recipient       text    not null,
    lane            text    not null check (lane in ('conversation', 'code')),
    body            blob,
    phase           text    not null check (phase in ('waiting', 'leased', 'doubt', 'settled')),
    status          text    not null,
    attempts        integer not null,
    resent          integer not null,
    fence           integer not null,
    due_at          integer not null,
    leased_until    integer not null,
    in_doubt_since  integer,
    provider_id     text,
    created_at      integer not null,
    expires_at      integer not null
) strict;
create index outbox_open on outbox (recipient, lane, seq) where phase <> 'settled';
create index outbox_conversation on outbox (conversation_id) where phase <> 'settled';
create index outbox_provider on outbox (provider_id) where provider_id is not null;
create index outbox_recipient on outbox (recipient, created_at);

-- All news of an outbound message.
create table outbox_history (
    seq       integer not null primary key autoincrement,
    outbox_id blob    not null references outbox (id),
    status    text    not null,
    error     text,
    at        integer not null
) strict;
create index outbox_history_of on outbox_history (outbox_id);

-- Whether we may write to somebody on a channel; keyed by the canonical number, whatever the provider.
create table consents (
    channel   text    not null,
    recipient text    not null,
    status    text    not null,
    at        integer not null,
    primary key (channel, recipient)
) strict;

-- Every change of consent, for good.
create table consent_history (
    seq       integer not null primary key autoincrement,
    channel   text    not null,
    recipient text    not null,
    status    text    not null,
    at        integer not null
) strict;

