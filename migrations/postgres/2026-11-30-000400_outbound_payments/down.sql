delete from alerts where kind like 'payment_%';
alter table alerts drop constraint alerts_check;
alter table alerts add constraint alerts_check check ((kind = 'received') = (transfer_id is not null));
alter table alerts drop constraint alerts_kind_check;
alter table alerts add constraint alerts_kind_check
    check (kind in ('received', 'frozen', 'mfa_on', 'mfa_off', 'backup_codes'));
drop table payment_resolutions;
drop table bank_calls;
drop table outbound_payments;
