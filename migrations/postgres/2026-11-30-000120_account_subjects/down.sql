-- What was sealed can't be read in SQL: only rows that are in the clear come back.
delete from telegram_chats where chat_hash like '1:%';
alter table telegram_chats alter column chat_hash type bigint using chat_hash::bigint, drop column sealed;
alter table telegram_chats rename column chat_hash to chat_id;

delete from link_codes where chat_hash like '1:%';
alter table link_codes alter column chat_hash type bigint using chat_hash::bigint, drop column sealed;
alter table link_codes rename column chat_hash to chat_id;

alter table sessions drop column sealed;
alter table users drop column erased_at, drop column personal;
alter table users rename column email_hash to email;
alter table users rename column phone_hash to phone;
