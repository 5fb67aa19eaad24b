drop index verification_sends_kind;
drop table new_accounts;
