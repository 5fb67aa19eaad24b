-- `profile_name` is the first word of the name that a person's messenger profile shows. Others see it while the
-- person gave no first name of their own.
alter table users add column profile_name text;
