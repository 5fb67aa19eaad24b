drop index payees_named;
create index payees_name on payees (user_id, name) where name is not null;
drop index payees_id;
alter table payees drop column last_paid_at;
alter table payees drop column id;
