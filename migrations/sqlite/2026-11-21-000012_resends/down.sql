alter table verification_sends rename column sender_kind to is_anonymous;
alter table verifications drop column fallback;
alter table verifications drop column locale;
