-- People. `phone_hash` and `email_hash` are the keyed hashes of the proved number and of the address to sign in with;
-- rows are found and kept unique by them. `personal` is the person's number, the number that they named, their address
-- and their names, sealed under the person's key. `erased_at` is when they were erased. Nothing writes `first_name`,
-- `last_name`, `claimed_phone` and `profile_name` any more.
alter table users rename column phone to phone_hash;
alter table users rename column email to email_hash;
alter table users add column personal blob;
alter table users add column erased_at integer;

-- The device of a session, sealed under the person's key. Nothing writes `device` any more.
alter table sessions add column sealed blob;

-- Link codes. `chat_hash` is the keyed hash of a chat, and `sealed` the chat under its contact's key. Nothing writes
-- `username` and `first_name` any more.
create table new_link_codes (
    hash       blob    not null primary key,
    user_id    blob    references users (id),
    chat_hash  text,
    sealed     blob,
    username   text,
    first_name text,
    expires_at integer not null,
    used_at    integer,
    check ((user_id is null) <> (chat_hash is null))
) strict;
insert into new_link_codes (hash, user_id, chat_hash, username, first_name, expires_at, used_at)
    select hash, user_id, cast(chat_id as text), username, first_name, expires_at, used_at from link_codes;
drop table link_codes;
alter table new_link_codes rename to link_codes;
create index link_codes_of on link_codes (user_id) where user_id is not null;
create index link_codes_over on link_codes (expires_at);

-- Bound Telegram chats, by the keyed hash of the chat. `sealed` is the chat under the person's key. Nothing writes
-- `username` and `first_name` any more.
create table new_telegram_chats (
    chat_hash  text    not null primary key,
    user_id    blob    not null references users (id),
    sealed     blob,
    username   text,
    first_name text,
    bound_at   integer not null
) strict;
insert into new_telegram_chats (chat_hash, user_id, username, first_name, bound_at)
    select cast(chat_id as text), user_id, username, first_name, bound_at from telegram_chats;
drop table telegram_chats;
alter table new_telegram_chats rename to telegram_chats;
create index telegram_chats_of on telegram_chats (user_id);
