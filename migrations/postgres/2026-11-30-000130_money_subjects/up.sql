-- What is known about people in money is sealed under their money keys, and found by keyed hashes. Nothing writes the
-- clear columns any more: `transfers.destination` and `concept`, `wallets.name` and `kind`, `payees.account_json` and
-- `name`. Rows with something in them were written before, and are sealed after this migration.

-- `sealed` is the payer's: destination and concept. `payee_sealed` is the payee's copy of the concept. `payee_hash` finds
-- the transfers of an owner to one destination.
alter table transfers add column sealed bytea;
alter table transfers add column payee_sealed bytea;
alter table transfers add column payee_hash text;
alter table transfers alter column destination drop not null;
create index transfers_clear on transfers (id) where destination is not null;

-- Name and kind, in the owner's words.
alter table wallets add column sealed bytea;
alter table wallets alter column name drop not null;
alter table wallets alter column kind drop not null;
create index wallets_clear on wallets (seq) where name is not null;

-- `sealed` is the name and the account of a payee that was paid under a name.
alter table payees rename column account to account_hash;
alter table payees add column sealed bytea;
create index payees_clear on payees (user_id) where substr(account_hash, 1, 2) <> '1:';

alter table clabes rename column clabe to clabe_hash;
alter table clabes add column sealed bytea;
create index clabes_clear on clabes (wallet_id) where sealed is null;

-- The names under which a person saw others who were erased, sealed under the viewer's money key: statements stay as
-- they were.
create table kept_names (
    viewer_id uuid  not null,
    other_id  uuid  not null,
    sealed    bytea not null,
    primary key (viewer_id, other_id)
);
