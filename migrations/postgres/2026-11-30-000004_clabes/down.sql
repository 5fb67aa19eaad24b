drop table clabes;
drop table clabe_prefixes;
