drop table verification_pages;
drop table number_lookups;
drop table code_failures;
drop table verification_attempts;
drop table verification_fallbacks;
drop table verification_sends;
drop table verifications;
