-- Challenges say whom they are for by hashes alone: the columns that rows are found by hold keyed hashes, and `sealed`
-- (under the key of the contact) holds the recipient, and the network address of an anonymous caller. A `requester` or
-- `owner` that is anonymous holds the hash of its address.
alter table verifications rename column recipient to recipient_hash;
alter table verifications rename column client_ip to client_ip_hash;
alter table verifications rename column origin to origin_hash;
alter table verifications add column contact_id uuid;
alter table verifications add column sealed bytea;
create index verifications_contact on verifications (contact_id) where contact_id is not null;

alter table verification_sends rename column phone to phone_hash;
alter table verification_sends rename column prefix to prefix_hash;
alter table verification_sends rename column client_ip to client_ip_hash;

-- `sealed` is the recipient, under the same key as `body`: that of the challenge's contact.
alter table verification_fallbacks rename column recipient to recipient_hash;
alter table verification_fallbacks add column sealed bytea;

-- A caller who is not known for the number counts under "HASH OF THE NUMBER from REQUESTER".
alter table code_failures rename column phone to phone_hash;

alter table number_lookups rename column phone to phone_hash;

-- `sealed` is the number that was named, under the key of its contact.
alter table verification_pages rename column phone to phone_hash;
alter table verification_pages add column contact_id uuid;
alter table verification_pages add column sealed bytea;
create index verification_pages_contact on verification_pages (contact_id) where contact_id is not null;

create index verification_attempts_of on verification_attempts (verification_id);
