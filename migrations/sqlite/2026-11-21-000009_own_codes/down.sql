drop index outbox_codes;
drop table verification_fallbacks;
drop index verifications_exhausted;
alter table verifications drop column exhausted_at;
drop index verification_sends_effect;
drop index verification_sends_outbox;
alter table verification_sends drop column effect_key;
alter table verification_sends drop column outbox_id;
