drop table verification_pages;
