-- A person's account: the address he signs in with, in canonical form, and the hash of his password. A
-- proved number stays in `phone`; one that is only named stands in `claimed_phone` and is nobody's yet.
alter table users add column email text;
alter table users add column email_verified_at timestamptz;
alter table users add column password_hash text;
alter table users add column first_name text;
alter table users add column last_name text;
alter table users add column mfa_enabled integer not null default 0;
alter table users add column claimed_phone text;
alter table users add column phone_replaced_at timestamptz;
create unique index users_email on users (email) where email is not null;

-- The address whose anonymous callers may guess at a challenge, and when it last proved something: it does
-- so once.
alter table verifications add column origin text;
alter table verifications add column used_at timestamptz;
create index verifications_from on verifications (origin, phone, created_at)
    where status = 'pending' and origin is not null;

-- Codes asked for by nobody in particular have a budget of their own.
alter table verification_sends add column is_anonymous integer not null default 0;

-- What a person is shown of his transfers.
create index transfers_of_owner on transfers (owner, id);

-- People signed in: each a family of refresh tokens, of which only the number of the newest is kept, since
-- each can be made again from it under a key that is not here.
create table sessions (
    id          uuid    not null primary key,
    user_id     uuid    not null references users (id),
    device      text,
    generation  integer not null,
    rotated_at  timestamptz not null,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    ended_at    timestamptz
);
create index sessions_of on sessions (user_id, id);
create index sessions_over on sessions (expires_at);

-- Right passwords that wait for their second factor, by the keyed hash of what their owner holds.
create table login_challenges (
    hash       bytea   not null primary key,
    user_id    uuid    not null references users (id),
    tries      integer not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index login_challenges_of on login_challenges (user_id);
create index login_challenges_over on login_challenges (expires_at);

-- Backup codes, by their keyed hashes; each is good once.
create table backup_codes (
    hash       bytea   not null primary key,
    user_id    uuid    not null references users (id),
    created_at timestamptz not null,
    used_at    timestamptz
);
create index backup_codes_of on backup_codes (user_id);

-- Tokens of reset mails, by their keyed hashes; each is good once.
create table reset_tokens (
    hash       bytea   not null primary key,
    user_id    uuid    not null references users (id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index reset_tokens_of on reset_tokens (user_id, created_at);
create index reset_tokens_over on reset_tokens (expires_at);

-- Codes that bind a chat, by their keyed hashes: made by a person for a chat to come, or by the bot for a
-- chat whose person is to come.
create table link_codes (
    hash       bytea   not null primary key,
    user_id    uuid    references users (id),
    chat_id    bigint ,
    username   text,
    first_name text,
    expires_at timestamptz not null,
    used_at    timestamptz,
    check ((user_id is null) <> (chat_id is null))
);
create index link_codes_of on link_codes (user_id) where user_id is not null;
create index link_codes_over on link_codes (expires_at);

-- Telegram chats and the people they belong to.
create table telegram_chats (
    chat_id    bigint  not null primary key,
    user_id    uuid    not null references users (id),
    username   text,
    first_name text,
    bound_at   timestamptz not null
);
create index telegram_chats_of on telegram_chats (user_id);

-- Tries at passwords within a window, by a hash of person and address.
create table password_tries (
    name  text    not null primary key,
    since timestamptz not null,
    count integer not null
);
