-- Where answers in a conversation go, verbatim, and when its person last wrote: free text may go out for a day after.
alter table conversations add column address text;
alter table conversations add column last_inbound_at integer;
create index conversations_sender on conversations (sender_key);
create index inbox_conversation on inbox (conversation_id, received_at);
create index inbox_parked on inbox (received_at) where state = 'parked';

-- Which team a message is of, where one sent it; and why people must look at it, where they must.
alter table outbox add column client_id text;
alter table outbox add column dead_reason text;
create index outbox_dead on outbox (created_at) where dead_reason is not null;
create index outbox_of_conversation on outbox (conversation_id, created_at);

-- What a person's word covers (`all`, or marketing alone), and how it reached us.
alter table consent_history add column scope text not null default 'all';
alter table consent_history add column source text not null default 'message';

-- News of providers that is only taken down: accounts, templates, calls, edits. `body` is sealed.
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

-- Webhooks that were rightly signed and can't be read: dead letters. `webhook` says who decodes it; `body` is
-- sealed.
create table unreadable_webhooks (
    id          blob    not null primary key,
    webhook     text    not null,
    body        blob    not null,
    reason      text    not null,
    attempts    integer not null,
    received_at integer not null
) strict;

-- News of a message that came before we knew its provider's name for it.
create table early_delivery_reports (
    seq         integer not null primary key autoincrement,
    provider_id text    not null,
    report      text    not null,
    at          integer not null
) strict;
create index early_delivery_reports_of on early_delivery_reports (provider_id);
create index early_delivery_reports_age on early_delivery_reports (at);
