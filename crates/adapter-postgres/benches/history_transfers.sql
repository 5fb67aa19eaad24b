-- Deposits from outside to each account in turn, with the other rows that a posting writes.
-- The indexes are made after the rows are written.
set maintenance_work_mem = '512MB';
alter table transfers drop constraint transfers_pkey;
drop index transfers_of_caller;
alter table audit drop constraint audit_pkey;
insert into transfers (id, caller, client_tx_id, owner, from_account, to_account, destination, minor, currency,
                       status, first_status, reversed_minor, created_at, updated_at)
select ('018f0000-0000-7000-8000-' || lpad(to_hex(j), 12, '0'))::uuid, 'client:history', 'history-' || j,
       ('0bec0002-0000-4000-8000-' || lpad(to_hex(j % :accounts), 12, '0'))::uuid,
       '636c6561-7269-6e67-2d4d-584e6f756e74',
       ('0bec0001-0000-4000-8000-' || lpad(to_hex(j % :accounts), 12, '0'))::uuid,
       '{"to":"account","at":{"kind":"clabe","value":"012345678901234567"}}', 1000000000, 'MXN',
       'completed', 'completed', 0, now(), now()
from generate_series(0, :transfers - 1) as j;
alter table transfers add primary key (id);
create index transfers_of_caller on transfers (caller, id);
insert into audit (at, who, channel, request_id, action, subject, on_behalf_of, after)
select now(), 'client:history', 'rest', 'history-' || j, 'transfer.completed',
       '018f0000-0000-7000-8000-' || lpad(to_hex(j), 12, '0'),
       'user:0bec0002-0000-4000-8000-' || lpad(to_hex(j % :accounts), 12, '0'), 'completed: 10000000.00 MXN to ****4567'
from generate_series(0, :transfers - 1) as j;
alter table audit add primary key (seq);
