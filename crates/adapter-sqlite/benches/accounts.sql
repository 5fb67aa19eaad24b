-- People, each with a wallet and the deposit that opens it.
create temporary table numbered as
with recursive numbers(n) as (values (0) union all select n + 1 from numbers where n < :accounts - 1)
select n, unhex(printf('0bec000100004000800%013x', n)) as wallet, unhex(printf('0bec000200004000800%013x', n)) as owner,
       unhex(printf('018f000000007000800%013x', n)) as transfer, unixepoch() * 1000000 as now from numbers;
insert into users (id, phone_hash, created_at) select owner, printf('+5299%08d', n), now from numbered;
insert into accounts (id, kind, owner, currency, posted, held, version, spent_on, spent_day, spent_month, created_at)
select wallet, 'person', owner, 'MXN', 1000000000, 0, 1, 0, 0, 0, now from numbered;
insert into accounts (id, kind, currency, posted, held, version, spent_on, spent_day, spent_month, created_at)
values (cast('clearing-MXNount' as blob), 'clearing', 'MXN', 0, 0, 0, 0, 0, 0, 0);
insert into wallets (id, user_id, currency, created_at) select wallet, owner, 'MXN', now from numbered;
-- What is sealed can be read by nobody, and nothing reads it: it only takes its place.
insert into transfers (id, folio, caller, client_tx_id, owner, from_account, to_account, minor, currency, status,
                       first_status, reversed_minor, created_at, updated_at, sealed)
select transfer, printf('%08d', n), 'client:history', 'history-' || n, owner, cast('clearing-MXNount' as blob), wallet,
       1000000000, 'MXN', 'completed', 'completed', 0, now, now, randomblob(128) from numbered;
insert into entries (transfer_id, account_id, minor, at)
select transfer, cast('clearing-MXNount' as blob), -1000000000, now from numbered;
insert into entries (transfer_id, account_id, minor, balance_after, version, at)
select transfer, wallet, 1000000000, 1000000000, 1, now from numbered;
insert into idempotency_keys (key, fingerprint, subject, at)
select randomblob(32), randomblob(32), transfer, now from numbered;
insert into audit (at, who, channel, request_id, action, subject, on_behalf_of, after)
select now, 'client:history', 'rest', 'history-' || n, 'transfer.completed', lower(hex(transfer)), lower(hex(owner)),
       'completed: 10000000.00 MXN' from numbered;
