drop table operators;
