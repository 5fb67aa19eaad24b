drop index transfers_by_folio;
alter table transfers drop column folio;
