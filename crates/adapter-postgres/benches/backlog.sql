-- People who got a code long ago: each has a contact with its key, a challenge, its send and its check attempt.
create unlogged table old as
select n, ('018e0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id,
       now() - interval '100 days' + n * interval '1 microsecond' as at from generate_series(1, :people) as n;
insert into contacts (id, lookup, created_at) select id, '1:backlog' || n, at from old;
insert into subject_keys (subject_id, purpose, sealed, state, changed_at)
select id, 'chat', decode(repeat('00', 61), 'hex'), 'live', at from old;
insert into verifications (id, requester, recipient_hash, channel, purpose, status, attempts_used, attempts_max,
                           expires_at, last_sent_at, created_at, contact_id, sealed)
select id, 'client:backlog', '1:backlog' || n, 'sms', 'login', 'approved', 1, 3, at, at, at, id,
       decode(repeat('00', 120), 'hex') from old;
insert into verification_sends (verification_id, phone_hash, prefix_hash, is_payment, channel, status, at)
select id, '1:backlog' || n, '1:prefix', 0, 'sms', 'delivered', at from old;
insert into verification_attempts (id, verification_id, approved, attempts_remaining, at)
select id, id, 1, 2, at from old;
drop table old;
vacuum analyze
