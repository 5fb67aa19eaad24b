-- A payee has an id from its first payment under a name on: the id of the transfer that paid it. `name` is the name
-- as the person wrote it; names from before this migration are in lower case and without accents. `last_paid_at` is
-- kept for payees with a name. A payee whose name is forgotten keeps `first_seen_at`, for its cool-off.
alter table payees add column id blob;
alter table payees add column last_paid_at integer;
update payees set id = randomblob(16), last_paid_at = first_seen_at where name is not null;
create unique index payees_id on payees (id) where id is not null;
drop index payees_name;
create index payees_named on payees (user_id) where id is not null;
