drop table idempotent_responses;
