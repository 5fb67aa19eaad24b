drop table restores;
drop table withdrawn_erasures;
