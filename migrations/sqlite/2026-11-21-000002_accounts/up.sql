-- People. `phone` is a proved number and belongs to one person; `claimed_phone` is a number that the person
-- named and did not prove, so it belongs to nobody. `email` is the canonical address to sign in with.
create table users (
    id                blob    not null primary key,
    phone             text    unique,
    locale            text,
    phone_verified_at integer,
    created_at        integer not null,
    email             text,
    email_verified_at integer,
    password_hash     text,
    first_name        text,
    last_name         text,
    mfa_enabled       integer not null default 0,
    claimed_phone     text,
    phone_replaced_at integer
) strict;
create unique index users_email on users (email) where email is not null;

-- Sessions of signed-in people. Of a session's refresh tokens only the number of the newest is kept
-- (`generation`): each token can be made again from it, under a key that is not in the database.
create table sessions (
    id         blob    not null primary key,
    user_id    blob    not null references users (id),
    device     text,
    generation integer not null,
    rotated_at integer not null,
    created_at integer not null,
    expires_at integer not null,
    ended_at   integer
) strict;
create index sessions_of on sessions (user_id, id);
create index sessions_over on sessions (expires_at);

-- Sign-ins with a right password that wait for MFA, by the keyed hash of the secret that the person got.
create table login_challenges (
    hash       blob    not null primary key,
    user_id    blob    not null references users (id),
    tries      integer not null,
    expires_at integer not null,
    used_at    integer
) strict;
create index login_challenges_of on login_challenges (user_id);
create index login_challenges_over on login_challenges (expires_at);

-- Backup codes, by their keyed hashes. Each works once.
create table backup_codes (
    hash       blob    not null primary key,
    user_id    blob    not null references users (id),
    created_at integer not null,
    used_at    integer
) strict;
create index backup_codes_of on backup_codes (user_id);

-- Tokens of the e-mails that reset a password, by their keyed hashes. Each works once.
create table reset_tokens (
    hash       blob    not null primary key,
    user_id    blob    not null references users (id),
    created_at integer not null,
    expires_at integer not null,
    used_at    integer
) strict;
create index reset_tokens_of on reset_tokens (user_id, created_at);
create index reset_tokens_over on reset_tokens (expires_at);

-- Link codes that bind a chat, by their keyed hashes. A person makes one for a chat (`user_id` is set), or
-- the bot makes one for a chat whose person is not known yet (`chat_id` is set).
create table link_codes (
    hash       blob    not null primary key,
    user_id    blob    references users (id),
    chat_id    integer,
    username   text,
    first_name text,
    expires_at integer not null,
    used_at    integer,
    check ((user_id is null) <> (chat_id is null))
) strict;
create index link_codes_of on link_codes (user_id) where user_id is not null;
create index link_codes_over on link_codes (expires_at);

-- Bound Telegram chats, and the person of each.
create table telegram_chats (
    chat_id    integer not null primary key,
    user_id    blob    not null references users (id),
    username   text,
    first_name text,
    bound_at   integer not null
) strict;
create index telegram_chats_of on telegram_chats (user_id);

-- Counters of password checks within a window. `name` is a hash of the network address, alone or with the
-- e-mail address.
create table password_tries (
    name  text    not null primary key,
    since integer not null,
    count integer not null
) strict;
