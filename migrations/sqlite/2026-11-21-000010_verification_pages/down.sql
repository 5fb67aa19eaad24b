alter table verifications drop column page_id;
drop table verification_pages;
