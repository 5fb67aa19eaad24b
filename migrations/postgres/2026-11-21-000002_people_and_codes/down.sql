drop table number_lookups;
drop table code_failures;
drop table verification_attempts;
drop table verification_sends;
drop table verifications;
drop table users;
