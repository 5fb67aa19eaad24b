drop index idempotency_keys_plain;
