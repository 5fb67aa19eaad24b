-- Legal holds: nothing about these people, or about their contacts, is deleted because of its age, and nobody of them is
-- erased.
create table legal_holds (
    user_id blob     not null primary key references users (id),
    reason  text    not null,
    held_by text    not null,
    since   integer not null
) strict;

-- When a contact that no row was about was taken out of use; a transaction that has read it before may still write.
alter table contacts add column unused_since integer;

-- When the count last changed. Null: an earlier version counted.
alter table code_failures add column at integer;

-- What is deleted by its age is found by its age.
create index verifications_age on verifications (created_at);
create index verification_pages_of on verification_pages (verification_id) where verification_id is not null;
create index code_failures_age on code_failures (at);
create index number_lookups_age on number_lookups (at);
create index inbox_foreign on inbox (received_at) where state = 'foreign';
create index outbox_age on outbox (created_at);
create index outbox_texts on outbox (created_at) where body is not null;
create index unreadable_webhooks_age on unreadable_webhooks (received_at);
create index flow_responses_age on flow_responses (completed_at);
create index sessions_ended on sessions (ended_at) where ended_at is not null;
create index password_tries_age on password_tries (since);
create index new_accounts_age on new_accounts (at);
