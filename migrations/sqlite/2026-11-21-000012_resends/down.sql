alter table verifications drop column fallback;
alter table verifications drop column locale;
