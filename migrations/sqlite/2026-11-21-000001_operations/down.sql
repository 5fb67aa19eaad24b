drop table signed_requests;
drop table idempotent_responses;
drop table audit_sealer;
drop table audit_blocks;
drop table audit;
