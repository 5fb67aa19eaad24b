drop table signed_requests;
