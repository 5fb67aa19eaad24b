-- The prefixes under which we have assigned CLABEs, with the next running number of each. A prefix stays here when
-- another one is set: its CLABEs stay valid.
create table clabe_prefixes (
    prefix      text        not null primary key,
    next_number bigint      not null,
    created_at  timestamptz not null
);

-- The CLABE of each wallet that has one. Rows are never changed or removed, so that no CLABE is assigned again.
create table clabes (
    clabe       text        not null primary key,
    wallet_id   uuid        not null unique references wallets (id),
    assigned_at timestamptz not null
);
