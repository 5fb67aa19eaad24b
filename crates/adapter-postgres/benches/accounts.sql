-- People, each with a wallet. The balances are the sums of the history.
insert into users (id, phone_hash, created_at)
select ('0bec0002-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '+5299' || lpad(n::text, 8, '0'), now()
from generate_series(0, :accounts - 1) as n;
insert into accounts (id, kind, owner, currency, posted, held, version, spent_on, spent_day, spent_month, created_at)
select ('0bec0001-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'person',
       ('0bec0002-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'MXN',
       1000000000::bigint * transfers, 0, transfers, 0, 0, 0, now()
from (select n, (:transfers - n + :accounts - 1) / :accounts as transfers from generate_series(0, :accounts - 1) as n) as numbered;
insert into accounts (id, kind, currency, posted, held, version, spent_on, spent_day, spent_month, created_at)
values (encode('clearing-MXNount', 'hex')::uuid, 'clearing', 'MXN', 0, 0, 0, 0, 0, 0, now());
insert into wallets (id, user_id, currency, created_at)
select id, owner, 'MXN', now() from accounts where kind = 'person' order by id;
