//! Tables of operations: the audit log with its seals, kept answers, and the ids of signed requests.

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
