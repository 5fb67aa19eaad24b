//! Tables of verification: challenges, sends, attempts, hosted pages.

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    verifications (id) {
        id -> UuidCol,
        requester -> Text,
        recipient_hash -> Text,
        channel -> Text,
        purpose -> Text,
        provider_ref -> Nullable<Text>,
        status -> Text,
        attempts_used -> Integer,
        attempts_max -> Integer,
        expires_at -> InstantCol,
        last_sent_at -> InstantCol,
        created_at -> InstantCol,
        effect_key -> Nullable<Text>,
        client_ip_hash -> Nullable<Text>,
        salt -> Nullable<Binary>,
        mac -> Nullable<Binary>,
        mac_key_id -> Nullable<Text>,
        transaction_digest -> Nullable<Binary>,
        origin_hash -> Nullable<Text>,
        used_at -> Nullable<InstantCol>,
        exhausted_at -> Nullable<InstantCol>,
        page_id -> Nullable<UuidCol>,
        locale -> Nullable<Text>,
        fallback -> Text,
        contact_id -> Nullable<UuidCol>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    verification_sends (seq) {
        seq -> BigInt,
        verification_id -> UuidCol,
        phone_hash -> Text,
        prefix_hash -> Text,
        is_payment -> Integer,
        client_ip_hash -> Nullable<Text>,
        country -> Nullable<Text>,
        channel -> Text,
        status -> Text,
        error -> Nullable<Text>,
        price -> Nullable<Text>,
        price_currency -> Nullable<Text>,
        send_ref -> Nullable<Text>,
        price_due_at -> Nullable<InstantCol>,
        price_asks -> Integer,
        at -> InstantCol,
        sender_kind -> Integer,
        outbox_id -> Nullable<UuidCol>,
        effect_key -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    verification_fallbacks (id) {
        id -> UuidCol,
        verification_id -> UuidCol,
        position -> Integer,
        channel -> Text,
        channel_account -> Text,
        recipient_hash -> Text,
        body -> Binary,
        expires_at -> InstantCol,
        behind -> Nullable<UuidCol>,
        since -> Nullable<InstantCol>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    verification_attempts (id) {
        id -> UuidCol,
        verification_id -> UuidCol,
        effect_key -> Nullable<Text>,
        typed -> Nullable<Binary>,
        approved -> Nullable<Integer>,
        attempts_remaining -> Integer,
        locked_until -> Nullable<InstantCol>,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    code_failures (phone_hash) {
        phone_hash -> Text,
        failures -> Integer,
        locked_until -> Nullable<InstantCol>,
        at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    number_lookups (seq) {
        seq -> BigInt,
        phone_hash -> Text,
        valid -> Integer,
        line_type -> Text,
        country -> Nullable<Text>,
        carrier -> Nullable<Text>,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    verification_pages (id) {
        id -> UuidCol,
        token_hash -> Binary,
        owner -> Text,
        user_id -> Nullable<UuidCol>,
        phone_hash -> Nullable<Text>,
        is_phone_fixed -> Integer,
        numbers_named -> Integer,
        purpose -> Text,
        return_to -> Nullable<Text>,
        state -> Nullable<Text>,
        locale -> Nullable<Text>,
        verification_id -> Nullable<UuidCol>,
        created_at -> InstantCol,
        expires_at -> InstantCol,
        finished_at -> Nullable<InstantCol>,
        contact_id -> Nullable<UuidCol>,
        sealed -> Nullable<Binary>,
    }
}
