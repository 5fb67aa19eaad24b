-- Pages on which a person proves a number. The secret in a page's address stands here only as its hash.
-- `numbers_named` counts the numbers that were named on the page, where none was fixed when it was opened.
create table verification_pages (
    id              uuid        not null primary key,
    token_hash      bytea       not null unique,
    owner           text        not null,
    user_id         uuid,
    phone           text,
    is_phone_fixed  integer     not null,
    numbers_named   integer     not null,
    purpose         text        not null,
    return_to       text,
    state           text,
    locale          text,
    verification_id uuid        references verifications (id),
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    finished_at     timestamptz
);
create index verification_pages_age on verification_pages (expires_at);

-- A challenge that was begun on a page is guessed at there alone.
alter table verifications add column page_id uuid;
