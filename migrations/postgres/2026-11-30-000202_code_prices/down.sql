drop index verification_sends_unpriced;
alter table verification_sends drop column price_asks;
alter table verification_sends drop column price_due_at;
alter table verification_sends drop column send_ref;
alter table verification_sends drop column price_currency;
