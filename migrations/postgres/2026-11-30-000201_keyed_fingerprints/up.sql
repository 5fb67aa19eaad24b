-- Fingerprints of requests are keyed hashes from now on. `migrate` puts them in the place of the plain digests that are
-- there, which it finds by this index.
create index idempotency_keys_plain on idempotency_keys (key) where length(fingerprint) = 32;
