drop table audit;
drop table consent_history;
drop table consents;
drop table outbox_history;
drop table outbox;
drop table inbox;
drop table conversations;
