-- What was sealed is lost: the version before can't open it.
drop table kept_names;
drop index clabes_clear;
alter table clabes drop column sealed;
alter table clabes rename column clabe_hash to clabe;
drop index payees_clear;
alter table payees drop column sealed;
alter table payees rename column account_hash to account;
drop index wallets_clear;
alter table wallets drop column sealed;
update wallets set name = coalesce(name, ''), kind = coalesce(kind, '');
alter table wallets alter column name set not null;
alter table wallets alter column kind set not null;
drop index transfers_clear;
alter table transfers drop column payee_hash;
alter table transfers drop column payee_sealed;
alter table transfers drop column sealed;
update transfers set destination = '{"to":"wallet","at":{"id":"00000000-0000-0000-0000-000000000000","found_by":null}}'
    where destination is null;
alter table transfers alter column destination set not null;
