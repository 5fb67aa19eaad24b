-- Both sides of each deposit, and its key.
set maintenance_work_mem = '512MB';
alter table entries drop constraint entries_pkey;
drop index entries_of_account;
alter table idempotency_keys drop constraint idempotency_keys_pkey;
insert into entries (transfer_id, account_id, minor, balance_after, version, at)
select transfer, case side when 0 then '636c6561-7269-6e67-2d4d-584e6f756e74'::uuid
                 else ('0bec0001-0000-4000-8000-' || lpad(to_hex(j % :accounts), 12, '0'))::uuid end,
       case side when 0 then -1000000000 else 1000000000 end,
       case side when 1 then 1000000000 * (j / :accounts + 1) end,
       case side when 1 then j / :accounts + 1 end, now()
from (select j, ('018f0000-0000-7000-8000-' || lpad(to_hex(j), 12, '0'))::uuid as transfer
      from generate_series(0::bigint, :transfers - 1) as j) as numbered, (values (0), (1)) as sides(side);
alter table entries add primary key (transfer_id, account_id);
create unique index entries_of_account on entries (account_id, version) where version is not null;
insert into idempotency_keys (key, fingerprint, subject, at)
select sha256(j::text::bytea), sha256(j::text::bytea),
       ('018f0000-0000-7000-8000-' || lpad(to_hex(j), 12, '0'))::uuid, now()
from generate_series(0, :transfers - 1) as j;
alter table idempotency_keys add primary key (key);
