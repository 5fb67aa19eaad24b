drop table flow_responses;
drop table flow_versions;
