drop table reconciliation_items;
drop table reconciliations;
