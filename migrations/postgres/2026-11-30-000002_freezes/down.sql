alter table accounts drop column payable_at;
alter table accounts drop column frozen_at;
alter table users drop column freeze_key;
alter table users drop column payable_at;
alter table users drop column last_frozen_at;
alter table users drop column frozen_at;
