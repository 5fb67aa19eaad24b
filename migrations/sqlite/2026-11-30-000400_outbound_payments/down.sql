create table old_alerts (
    seq          integer not null primary key autoincrement,
    kind         text    not null check (kind in ('received', 'frozen', 'mfa_on', 'mfa_off', 'backup_codes')),
    user_id      blob    not null references users (id),
    transfer_id  blob,
    ordered_on   text,
    fence        integer not null,
    leased_until integer not null,
    created_at   integer not null,
    check ((kind = 'received') = (transfer_id is not null))
) strict;
insert into old_alerts (seq, kind, user_id, transfer_id, ordered_on, fence, leased_until, created_at)
    select seq, kind, user_id, transfer_id, ordered_on, fence, leased_until, created_at from alerts
    where kind not like 'payment_%';
drop table alerts;
alter table old_alerts rename to alerts;
drop table payment_resolutions;
drop table bank_calls;
drop table outbound_payments;
