delete from alerts where kind not in ('received', 'frozen');
alter table alerts drop constraint alerts_kind_check;
alter table alerts add constraint alerts_kind_check check (kind in ('received', 'frozen'));
