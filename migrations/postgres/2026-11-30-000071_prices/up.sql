-- What a message cost: a decimal amount and the letters of its currency, or a category of the provider's price list,
-- once the provider told them. Until then
-- `price_due_at` is when it is asked next, and `price_asks` how often it was; null: it is not asked (any more).
alter table outbox add column price text;
alter table outbox add column price_currency text;
alter table outbox add column price_category text;
alter table outbox add column price_due_at timestamptz;
alter table outbox add column price_asks integer not null default 0;
create index outbox_unpriced on outbox (price_due_at) where price_due_at is not null;
