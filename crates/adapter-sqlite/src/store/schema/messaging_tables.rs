//! Tables of messaging: conversations, inbox, outbox, consents, notices, flows.

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    conversations (id) {
        id -> UuidCol,
        channel_account -> Text,
        channel -> Text,
        sender_hash -> Text,
        state -> Binary,
        state_version -> Integer,
        fence -> BigInt,
        leased_until -> InstantCol,
        created_at -> InstantCol,
        updated_at -> InstantCol,
        address -> Nullable<Text>,
        last_inbound_at -> Nullable<InstantCol>,
        contact_id -> Nullable<UuidCol>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    inbox (seq) {
        seq -> BigInt,
        id -> UuidCol,
        conversation_id -> UuidCol,
        channel_account -> Text,
        event_hash -> Text,
        body -> Binary,
        state -> Text,
        tries -> Integer,
        reason -> Nullable<Text>,
        received_at -> InstantCol,
        settled_at -> Nullable<InstantCol>,
        due_at -> Nullable<InstantCol>,
        contact_id -> Nullable<UuidCol>,
        raw -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    outbox (seq) {
        seq -> BigInt,
        id -> UuidCol,
        conversation_id -> Nullable<UuidCol>,
        channel_account -> Text,
        channel -> Text,
        recipient_hash -> Text,
        lane -> Text,
        body -> Nullable<Binary>,
        phase -> Text,
        status -> Text,
        attempts -> Integer,
        resent -> Integer,
        fence -> BigInt,
        due_at -> InstantCol,
        leased_until -> InstantCol,
        in_doubt_since -> Nullable<InstantCol>,
        provider_hash -> Nullable<Text>,
        created_at -> InstantCol,
        expires_at -> InstantCol,
        client_id -> Nullable<Text>,
        dead_reason -> Nullable<Text>,
        price -> Nullable<Text>,
        price_currency -> Nullable<Text>,
        price_category -> Nullable<Text>,
        price_due_at -> Nullable<InstantCol>,
        price_asks -> Integer,
        contact_id -> Nullable<UuidCol>,
        sealed -> Nullable<Binary>,
        provider_sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    outbox_history (seq) {
        seq -> BigInt,
        outbox_id -> UuidCol,
        status -> Text,
        error -> Nullable<Text>,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    consents (channel, recipient_hash) {
        channel -> Text,
        recipient_hash -> Text,
        status -> Text,
        at -> InstantCol,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    consent_history (seq) {
        seq -> BigInt,
        channel -> Text,
        recipient_hash -> Text,
        status -> Text,
        at -> InstantCol,
        scope -> Text,
        source -> Text,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    notices (seq) {
        seq -> BigInt,
        id -> UuidCol,
        channel_account -> Text,
        kind -> Text,
        notice_hash -> Text,
        body -> Binary,
        received_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    unreadable_webhooks (id) {
        id -> UuidCol,
        webhook -> Text,
        body -> Binary,
        reason -> Text,
        attempts -> Integer,
        received_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    early_delivery_reports (seq) {
        seq -> BigInt,
        provider_hash -> Text,
        report -> Text,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    flow_versions (flow, version) {
        flow -> Text,
        version -> BigInt,
        source -> Text,
        catalogue -> Nullable<Text>,
        checksum -> Binary,
        kept_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    flow_responses (id) {
        id -> UuidCol,
        event_id -> UuidCol,
        flow -> Text,
        version -> BigInt,
        body -> Binary,
        completed_at -> InstantCol,
        contact_id -> Nullable<UuidCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    alerts (seq) {
        seq -> BigInt,
        kind -> Text,
        user_id -> UuidCol,
        transfer_id -> Nullable<UuidCol>,
        ordered_on -> Nullable<Text>,
        fence -> BigInt,
        leased_until -> InstantCol,
        created_at -> InstantCol,
    }
}
