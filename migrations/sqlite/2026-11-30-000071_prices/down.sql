drop index outbox_unpriced;
alter table outbox drop column price_asks;
alter table outbox drop column price_due_at;
alter table outbox drop column price_category;
alter table outbox drop column price_currency;
alter table outbox drop column price;
