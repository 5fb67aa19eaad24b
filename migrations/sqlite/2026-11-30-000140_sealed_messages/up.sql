-- Messages bear nobody's number, text or chat in the clear. What rows are found by is a keyed hash, and what is shown is
-- sealed under the key of the contact (`contacts`) whose number, address or chat it is.

-- `sender_hash` is the hash of the sender's canonical number or chat. `sealed` has that number, and the address for
-- replies as the provider wrote it. Nothing writes `address` any more.
alter table conversations rename column sender_key to sender_hash;
alter table conversations add column contact_id blob references contacts (id);
alter table conversations add column sealed blob;
create index conversations_contact on conversations (contact_id);
create index conversations_unsealed on conversations (id) where contact_id is null;

-- `event_hash` is the hash of the provider's id of the message. `raw` is the webhook's body, sealed; null: there was
-- none, or its time is over. An empty `body` was erased, or its time is over.
alter table inbox rename column provider_event_id to event_hash;
alter table inbox add column contact_id blob;
alter table inbox add column raw blob;
create index inbox_contact on inbox (contact_id);
create index inbox_raw on inbox (received_at) where raw is not null;
create index inbox_unsealed on inbox (seq) where contact_id is null;

-- `recipient_hash` is the hash of the recipient's canonical number, address or chat; `sealed` has the address as the
-- provider takes it. `provider_hash` is the hash of the provider's id of the message; `provider_sealed` has the id.
alter table outbox rename column recipient to recipient_hash;
alter table outbox rename column provider_id to provider_hash;
alter table outbox add column contact_id blob;
alter table outbox add column sealed blob;
alter table outbox add column provider_sealed blob;
create index outbox_contact on outbox (contact_id);
create index outbox_unsealed on outbox (seq) where contact_id is null;

-- `report` is without the provider's id of the message.
alter table early_delivery_reports rename column provider_id to provider_hash;

-- `recipient_hash` outlives the person: who opted out is not written to, even when nobody can tell the number any more.
-- `sealed` has the number, to be shown.
alter table consents rename column recipient to recipient_hash;
alter table consents add column sealed blob;
alter table consent_history rename column recipient to recipient_hash;
alter table consent_history add column sealed blob;

-- `notice_hash` is the hash of the provider's id of the notice.
alter table notices rename column notice_key to notice_hash;

alter table flow_responses add column contact_id blob;
create index flow_responses_contact on flow_responses (contact_id);
create index flow_responses_unsealed on flow_responses (id) where contact_id is null;

-- `sealed` is the answer, under ENCRYPTION_KEY: it belongs to a caller, and ends after a day. Nothing writes `answer` any
-- more.
alter table idempotent_responses add column sealed blob;
create index idempotent_responses_age on idempotent_responses (claimed_at);
