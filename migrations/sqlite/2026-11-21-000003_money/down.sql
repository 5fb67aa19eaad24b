drop table payees;
drop table idempotency_keys;
drop table entries;
drop table holds;
drop table transfer_history;
drop table transfers;
drop table wallets;
drop table accounts;
