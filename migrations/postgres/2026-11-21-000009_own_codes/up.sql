-- The message that bears a code of ours, and the effect that asked for a send.
alter table verification_sends add column outbox_id uuid;
alter table verification_sends add column effect_key text;
create index verification_sends_outbox on verification_sends (outbox_id) where outbox_id is not null;
create unique index verification_sends_effect on verification_sends (effect_key) where effect_key is not null;

-- When a challenge's guesses were used up: many at once open the breaker.
alter table verifications add column exhausted_at timestamptz;
create index verifications_exhausted on verifications (exhausted_at, phone) where exhausted_at is not null;

-- The ways by which a code goes next where those before fail, in their order. Each is an outbound message of
-- that id which is not in the outbox yet; `body` is sealed. The next one waits for what becomes of `behind`,
-- which is under way since `since`; those after it wait for nothing yet.
create table verification_fallbacks (
    id              uuid not null primary key,
    verification_id uuid not null references verifications (id),
    position        integer not null,
    channel         text not null,
    channel_account text not null,
    recipient       text not null,
    body            bytea not null,
    expires_at      timestamptz not null,
    behind          uuid,
    since           timestamptz,
    unique (verification_id, position)
);
create index verification_fallbacks_next on verification_fallbacks (since) where behind is not null;

-- Codes that still stand in the outbox, sealed.
create index outbox_codes on outbox (expires_at) where lane = 'code' and body is not null;
