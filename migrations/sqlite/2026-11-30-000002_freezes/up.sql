-- The freeze of a person. `frozen_at` is set while it lasts; `last_frozen_at` stays, because a chat session that
-- began before it has ended for good; until `payable_at` payments wait after the person lifted their own freeze.
-- `freeze_key` is the key of the effect that ordered the last freeze, so that a repeated turn freezes once.
alter table users add column frozen_at integer;
alter table users add column last_frozen_at integer;
alter table users add column payable_at integer;
alter table users add column freeze_key text;

-- The same in each ledger account of the person, where a posting reads it under its lock. `ledger verify` checks
-- that they agree.
alter table accounts add column frozen_at integer;
alter table accounts add column payable_at integer;
