drop table number_lookups;
drop table code_failures;
drop table verification_guesses;
drop table verification_sends;
drop table verifications;
drop table users;
