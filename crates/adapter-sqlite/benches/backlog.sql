-- People who got a code long ago: each has a contact with its key, a challenge, its send and its check attempt.
create temporary table old as
with recursive numbers(n) as (values (1) union all select n + 1 from numbers where n < :people)
select n, unhex(printf('018e000000007000800%013x', n)) as id, (unixepoch() - 86400 * 100) * 1000000 + n as at from numbers;
insert into contacts (id, lookup, created_at) select id, '1:backlog' || n, at from old;
insert into subject_keys (subject_id, purpose, sealed, state, changed_at)
select id, 'chat', randomblob(61), 'live', at from old;
insert into verifications (id, requester, recipient_hash, channel, purpose, status, attempts_used, attempts_max,
                           expires_at, last_sent_at, created_at, contact_id, sealed)
select id, 'client:backlog', '1:backlog' || n, 'sms', 'login', 'approved', 1, 3, at, at, at, id, randomblob(120) from old;
insert into verification_sends (verification_id, phone_hash, prefix_hash, is_payment, channel, status, at)
select id, '1:backlog' || n, '1:prefix', 0, 'sms', 'delivered', at from old;
insert into verification_attempts (id, verification_id, approved, attempts_remaining, at) select id, id, 1, 2, at from old;
