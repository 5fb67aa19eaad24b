//! Tables of operations: the audit log with its seals, kept answers, the ids of signed requests, migrations, keys, leases.

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    audit (seq) {
        seq -> BigInt,
        at -> InstantCol,
        who -> Text,
        channel -> Text,
        request_id -> Text,
        action -> Text,
        subject -> Text,
        on_behalf_of -> Nullable<Text>,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    audit_blocks (number) {
        number -> BigInt,
        first_seq -> BigInt,
        last_seq -> BigInt,
        row_codes -> Binary,
        key_id -> Text,
        code -> Binary,
        sealed_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    audit_sealer (id) {
        id -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    idempotent_responses (caller, operation, key) {
        caller -> Text,
        operation -> Text,
        key -> Text,
        fingerprint -> Binary,
        answer -> Nullable<Text>,
        sealed -> Nullable<Binary>,
        claimed_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    signed_requests (client, once) {
        client -> Text,
        once -> Text,
        until -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    legal_holds (user_id) {
        user_id -> UuidCol,
        reason -> Text,
        held_by -> Text,
        since -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    #[sql_name = "__diesel_schema_migrations"]
    migrations_run (version) {
        version -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    migration_checksums (version) {
        version -> Text,
        checksum -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    write_probes (id) {
        id -> Integer,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    keys_in_use (key_id) {
        key_id -> Text,
        since -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    kept_keys (purpose, key_id) {
        purpose -> Text,
        key_id -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    leases (name) {
        name -> Text,
        holder -> Text,
        held_until -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    operators (id) {
        id -> UuidCol,
        email_hash -> Text,
        body -> Binary,
        role -> Text,
        token_series -> UuidCol,
        created_at -> InstantCol,
        disabled_at -> Nullable<InstantCol>,
    }
}
