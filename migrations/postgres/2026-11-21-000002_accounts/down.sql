drop table password_tries;
drop table telegram_chats;
drop table link_codes;
drop table reset_tokens;
drop table backup_codes;
drop table login_challenges;
drop table sessions;
drop table users;
