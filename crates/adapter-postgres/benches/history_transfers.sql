-- Deposits from outside to each account in turn, with the other rows that a posting writes.
-- The indexes are made after the rows are written. What is sealed can be read by nobody, and nothing reads it: it
-- only takes its place.
set maintenance_work_mem = '512MB';
alter table transfers drop constraint transfers_pkey;
drop index transfers_of_caller;
drop index transfers_by_folio;
alter table audit drop constraint audit_pkey;
insert into transfers (id, folio, caller, client_tx_id, owner, from_account, to_account, minor, currency, status,
                       first_status, reversed_minor, created_at, updated_at, sealed)
select ('018f0000-0000-7000-8000-' || lpad(to_hex(j), 12, '0'))::uuid, lpad(j::text, 8, '0'), 'client:history', 'history-' || j,
       ('0bec0002-0000-4000-8000-' || lpad(to_hex(j % :accounts), 12, '0'))::uuid,
       '636c6561-7269-6e67-2d4d-584e6f756e74',
       ('0bec0001-0000-4000-8000-' || lpad(to_hex(j % :accounts), 12, '0'))::uuid,
       1000000000, 'MXN', 'completed', 'completed', 0, now(), now(), decode(repeat(md5(j::text), 8), 'hex')
from generate_series(0, :transfers - 1) as j;
alter table transfers add primary key (id);
create index transfers_of_caller on transfers (caller, id);
create unique index transfers_by_folio on transfers (folio);
insert into audit (at, who, channel, request_id, action, subject, on_behalf_of, after)
select now(), 'client:history', 'rest', 'history-' || j, 'transfer.completed',
       '018f0000-0000-7000-8000-' || lpad(to_hex(j), 12, '0'),
       'user:0bec0002-0000-4000-8000-' || lpad(to_hex(j % :accounts), 12, '0'), 'completed: 10000000.00 MXN'
from generate_series(0, :transfers - 1) as j;
alter table audit add primary key (seq);
