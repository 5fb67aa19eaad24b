-- Accounts that were created lately, for the limit by network address. `origin` is a hash of the address.
create table new_accounts (
    seq    bigint      generated always as identity primary key,
    origin text        not null,
    at     timestamptz not null
);
create index new_accounts_from on new_accounts (origin, at);

-- The sends of anonymous callers are counted over the whole service, and by country.
create index verification_sends_kind on verification_sends (sender_kind, at);
