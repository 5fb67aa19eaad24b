drop table audit_sealer;
drop table audit_blocks;
drop table audit;
