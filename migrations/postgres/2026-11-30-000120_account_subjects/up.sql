-- People. `phone_hash` and `email_hash` are the keyed hashes of the proved number and of the address to sign in with;
-- rows are found and kept unique by them. `personal` is the person's number, the number that they named, their address
-- and their names, sealed under the person's key. `erased_at` is when they were erased. Nothing writes `first_name`,
-- `last_name`, `claimed_phone` and `profile_name` any more.
alter table users rename column phone to phone_hash;
alter table users rename column email to email_hash;
alter table users add column personal bytea, add column erased_at timestamptz;

-- The device of a session, sealed under the person's key. Nothing writes `device` any more.
alter table sessions add column sealed bytea;

-- Link codes. `chat_hash` is the keyed hash of a chat, and `sealed` the chat under its contact's key. Nothing writes
-- `username` and `first_name` any more.
alter table link_codes rename column chat_id to chat_hash;
alter table link_codes alter column chat_hash type text using chat_hash::text, add column sealed bytea;

-- Bound Telegram chats, by the keyed hash of the chat. `sealed` is the chat under the person's key. Nothing writes
-- `username` and `first_name` any more.
alter table telegram_chats rename column chat_id to chat_hash;
alter table telegram_chats alter column chat_hash type text using chat_hash::text, add column sealed bytea;
