-- What was sealed can't be read in SQL: only rows that are in the clear come back.
create table old_telegram_chats (
    chat_id    integer not null primary key,
    user_id    blob    not null references users (id),
    username   text,
    first_name text,
    bound_at   integer not null
) strict;
insert into old_telegram_chats (chat_id, user_id, username, first_name, bound_at)
    select cast(chat_hash as integer), user_id, username, first_name, bound_at from telegram_chats
    where chat_hash not like '1:%';
drop table telegram_chats;
alter table old_telegram_chats rename to telegram_chats;
create index telegram_chats_of on telegram_chats (user_id);

create table old_link_codes (
    hash       blob    not null primary key,
    user_id    blob    references users (id),
    chat_id    integer,
    username   text,
    first_name text,
    expires_at integer not null,
    used_at    integer,
    check ((user_id is null) <> (chat_id is null))
) strict;
insert into old_link_codes (hash, user_id, chat_id, username, first_name, expires_at, used_at)
    select hash, user_id, cast(chat_hash as integer), username, first_name, expires_at, used_at from link_codes
    where chat_hash is null or chat_hash not like '1:%';
drop table link_codes;
alter table old_link_codes rename to link_codes;
create index link_codes_of on link_codes (user_id) where user_id is not null;
create index link_codes_over on link_codes (expires_at);

alter table sessions drop column sealed;
alter table users drop column erased_at;
alter table users drop column personal;
alter table users rename column email_hash to email;
alter table users rename column phone_hash to phone;
