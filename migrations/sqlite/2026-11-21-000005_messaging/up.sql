-- Conversations: one row for each sender on each channel account. `state` is sealed. `fence` and
-- `leased_until` are the lease: one worker at a time has a conversation. `address` is where replies go, as
-- the provider wrote it. `last_inbound_at` begins the 24-hour window for free text.
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
    address         text,
    last_inbound_at integer,
    unique (channel_account, sender_key)
) strict;
create index conversations_sender on conversations (sender_key);

-- Inbox: inbound messages, once each, stored before the webhook is acknowledged. `body` is sealed. A
-- `foreign` message was sent to a number that is not ours: it is kept and not acted on. A row with `due_at` is a
-- timer of its conversation, not a message: it is handled at that time.
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
    due_at            integer,
    unique (channel_account, provider_event_id)
) strict;
create index inbox_pending on inbox (seq) where state = 'pending';
create index inbox_done on inbox (received_at) where state = 'done';
create index inbox_conversation on inbox (conversation_id, received_at);
create index inbox_parked on inbox (received_at) where state = 'parked';

-- Outbox: outbound messages, written in the transaction of the decision that makes them. `body` is sealed,
-- and wiped once a code is settled. `phase` is what the relay has to do; `status` is the delivery status.
-- `client_id` is the team whose request made the message; null: none did. `dead_reason` makes the message a
-- dead letter.
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
    expires_at      integer not null,
    client_id       text,
    dead_reason     text
) strict;
create index outbox_open on outbox (recipient, lane, seq) where phase <> 'settled';
create index outbox_conversation on outbox (conversation_id) where phase <> 'settled';
create index outbox_provider on outbox (provider_id) where provider_id is not null;
create index outbox_recipient on outbox (recipient, created_at);
create index outbox_dead on outbox (created_at) where dead_reason is not null;
create index outbox_of_conversation on outbox (conversation_id, created_at);
-- Codes that are still in the outbox, so that expired ones are wiped.
create index outbox_codes on outbox (expires_at) where lane = 'code' and body is not null;

-- Every change of an outbound message's delivery status.
create table outbox_history (
    seq       integer not null primary key autoincrement,
    outbox_id blob    not null references outbox (id),
    status    text    not null,
    error     text,
    at        integer not null
) strict;
create index outbox_history_of on outbox_history (outbox_id);

-- Delivery reports that came before we knew the provider's id of their message.
create table early_delivery_reports (
    seq         integer not null primary key autoincrement,
    provider_id text    not null,
    report      text    not null,
    at          integer not null
) strict;
create index early_delivery_reports_of on early_delivery_reports (provider_id);
create index early_delivery_reports_age on early_delivery_reports (at);

-- Consent: whether we may write to a recipient on a channel, by the canonical number, whatever the provider.
create table consents (
    channel   text    not null,
    recipient text    not null,
    status    text    not null,
    at        integer not null,
    primary key (channel, recipient)
) strict;

-- Every change of consent; kept for good. `scope` is what it covers (`all`, or marketing alone); `source` is
-- how it reached us.
create table consent_history (
    seq       integer not null primary key autoincrement,
    channel   text    not null,
    recipient text    not null,
    status    text    not null,
    at        integer not null,
    scope     text    not null default 'all',
    source    text    not null default 'message'
) strict;

-- Notices: what providers report that needs no action, about accounts, templates, calls and edits. `body` is
-- sealed.
create table notices (
    seq             integer not null primary key autoincrement,
    id              blob    not null unique,
    channel_account text    not null,
    kind            text    not null,
    notice_key      text    not null,
    body            blob    not null,
    received_at     integer not null,
    unique (channel_account, notice_key)
) strict;
create index notices_age on notices (received_at);

-- Webhooks with a valid signature that can't be read: dead letters. `webhook` names the decoder; `body` is
-- sealed.
create table unreadable_webhooks (
    id          blob    not null primary key,
    webhook     text    not null,
    body        blob    not null,
    reason      text    not null,
    attempts    integer not null,
    received_at integer not null
) strict;

-- Versions of flows. Rows are never changed: a person ends a flow with the version they began with.
create table flow_versions (
    flow      text    not null,
    version   integer not null,
    source    text    not null,
    catalogue text,
    checksum  blob    not null,
    kept_at   integer not null,
    primary key (flow, version)
) strict;

-- Answers to flows, one row for the message that completed one. `body` is sealed: who answered, and what.
create table flow_responses (
    id           blob    not null primary key,
    event_id     blob    not null unique,
    flow         text    not null,
    version      integer not null,
    body         blob    not null,
    completed_at integer not null
) strict;
create index flow_responses_of on flow_responses (flow, id);
