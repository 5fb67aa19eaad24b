-- What a provider charged for a send of a code: the amount is in `price`. `send_ref` is its id of the send; until it has
-- told the price, `price_due_at` is when it is asked next, and `price_asks` how often it was; null: it is not asked (any
-- more).
alter table verification_sends add column price_currency text;
alter table verification_sends add column send_ref text;
alter table verification_sends add column price_due_at timestamptz;
alter table verification_sends add column price_asks integer not null default 0;
create index verification_sends_unpriced on verification_sends (price_due_at) where price_due_at is not null;
