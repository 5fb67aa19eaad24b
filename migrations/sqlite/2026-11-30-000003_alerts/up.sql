-- Alerts: what a person is told about a decision that they did not see being made. A row is written in the
-- transaction of its decision, and removed in the one that puts its messages into the outbox. `fence` and
-- `leased_until` are the lease. `transfer_id` is set where the person was paid; `ordered_on` is the channel on
-- which a freeze was ordered.
create table alerts (
    seq          integer not null primary key autoincrement,
    kind         text        not null check (kind in ('received', 'frozen')),
    user_id      blob        not null references users (id),
    transfer_id  blob,
    ordered_on   text,
    fence        integer     not null,
    leased_until integer     not null,
    created_at   integer     not null,
    check ((kind = 'received') = (transfer_id is not null))
) strict;
