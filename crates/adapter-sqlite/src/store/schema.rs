//! The tables, as the migrations make them.

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    conversations (id) {
        id -> UuidCol,
        channel_account -> Text,
        channel -> Text,
        sender_key -> Text,
        state -> Binary,
        state_version -> Integer,
        fence -> BigInt,
        leased_until -> InstantCol,
        created_at -> InstantCol,
        updated_at -> InstantCol,
        address -> Nullable<Text>,
        last_inbound_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    inbox (seq) {
        seq -> BigInt,
        id -> UuidCol,
        conversation_id -> UuidCol,
        channel_account -> Text,
        provider_event_id -> Text,
        body -> Binary,
        state -> Text,
        tries -> Integer,
        reason -> Nullable<Text>,
        received_at -> InstantCol,
        settled_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    outbox (seq) {
        seq -> BigInt,
        id -> UuidCol,
        conversation_id -> Nullable<UuidCol>,
        channel_account -> Text,
        channel -> Text,
        recipient -> Text,
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
        provider_id -> Nullable<Text>,
        created_at -> InstantCol,
        expires_at -> InstantCol,
        client_id -> Nullable<Text>,
        dead_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
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
    use crate::backend::columns::*;
    consents (channel, recipient) {
        channel -> Text,
        recipient -> Text,
        status -> Text,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    consent_history (seq) {
        seq -> BigInt,
        channel -> Text,
        recipient -> Text,
        status -> Text,
        at -> InstantCol,
        scope -> Text,
        source -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    notices (seq) {
        seq -> BigInt,
        id -> UuidCol,
        channel_account -> Text,
        kind -> Text,
        notice_key -> Text,
        body -> Binary,
        received_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
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
    use crate::backend::columns::*;
    early_statuses (seq) {
        seq -> BigInt,
        provider_id -> Text,
        report -> Text,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
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
    use crate::backend::columns::*;
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
    use crate::backend::columns::*;
    audit_sealer (id) {
        id -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    users (id) {
        id -> UuidCol,
        phone -> Nullable<Text>,
        locale -> Nullable<Text>,
        phone_verified_at -> Nullable<InstantCol>,
        created_at -> InstantCol,
        email -> Nullable<Text>,
        email_verified_at -> Nullable<InstantCol>,
        password_hash -> Nullable<Text>,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        mfa_enabled -> Integer,
        claimed_phone -> Nullable<Text>,
        phone_replaced_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    verifications (id) {
        id -> UuidCol,
        requester -> Text,
        phone -> Text,
        channel -> Text,
        purpose -> Text,
        provider_sid -> Nullable<Text>,
        status -> Text,
        attempts_used -> Integer,
        attempts_max -> Integer,
        expires_at -> InstantCol,
        last_sent_at -> InstantCol,
        created_at -> InstantCol,
        effect_key -> Nullable<Text>,
        client_ip -> Nullable<Text>,
        salt -> Nullable<Binary>,
        mac -> Nullable<Binary>,
        mac_key_id -> Nullable<Text>,
        transaction_digest -> Nullable<Binary>,
        origin -> Nullable<Text>,
        used_at -> Nullable<InstantCol>,
        exhausted_at -> Nullable<InstantCol>,
        page_id -> Nullable<UuidCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    verification_sends (seq) {
        seq -> BigInt,
        verification_id -> UuidCol,
        phone -> Text,
        prefix -> Text,
        is_payment -> Integer,
        client_ip -> Nullable<Text>,
        country -> Nullable<Text>,
        channel -> Text,
        status -> Text,
        error -> Nullable<Text>,
        price -> Nullable<Text>,
        at -> InstantCol,
        is_anonymous -> Integer,
        outbox_id -> Nullable<UuidCol>,
        effect_key -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    code_ways (id) {
        id -> UuidCol,
        verification_id -> UuidCol,
        position -> Integer,
        channel -> Text,
        channel_account -> Text,
        recipient -> Text,
        body -> Binary,
        expires_at -> InstantCol,
        behind -> Nullable<UuidCol>,
        since -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    verification_guesses (id) {
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
    use crate::backend::columns::*;
    code_failures (phone) {
        phone -> Text,
        failures -> Integer,
        locked_until -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    number_lookups (seq) {
        seq -> BigInt,
        phone -> Text,
        valid -> Integer,
        line_type -> Text,
        country -> Nullable<Text>,
        carrier -> Nullable<Text>,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    accounts (id) {
        id -> UuidCol,
        kind -> Text,
        owner -> Nullable<UuidCol>,
        currency -> Text,
        posted -> BigInt,
        held -> BigInt,
        version -> BigInt,
        spent_on -> Integer,
        spent_day -> BigInt,
        spent_month -> BigInt,
        created_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    wallets (seq) {
        seq -> BigInt,
        id -> UuidCol,
        user_id -> UuidCol,
        name -> Text,
        kind -> Text,
        currency -> Text,
        created_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    transfers (id) {
        id -> UuidCol,
        caller -> Text,
        client_tx_id -> Nullable<Text>,
        owner -> UuidCol,
        from_account -> UuidCol,
        to_account -> UuidCol,
        destination -> Text,
        minor -> BigInt,
        currency -> Text,
        concept -> Nullable<Text>,
        status -> Text,
        first_status -> Text,
        verification_id -> Nullable<UuidCol>,
        reverses -> Nullable<UuidCol>,
        reversed_minor -> BigInt,
        refusal -> Nullable<Text>,
        expires_at -> Nullable<InstantCol>,
        created_at -> InstantCol,
        updated_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    transfer_history (seq) {
        seq -> BigInt,
        transfer_id -> UuidCol,
        status -> Text,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    holds (transfer_id) {
        transfer_id -> UuidCol,
        account_id -> UuidCol,
        minor -> BigInt,
        spent_on -> Integer,
        state -> Text,
        created_at -> InstantCol,
        settled_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    entries (transfer_id, account_id) {
        transfer_id -> UuidCol,
        account_id -> UuidCol,
        minor -> BigInt,
        balance_after -> Nullable<BigInt>,
        version -> Nullable<BigInt>,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    idempotency_keys (key) {
        key -> Binary,
        fingerprint -> Binary,
        subject -> Nullable<UuidCol>,
        refusal -> Nullable<Text>,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    payees (user_id, account) {
        user_id -> UuidCol,
        account -> Text,
        account_json -> Nullable<Text>,
        name -> Nullable<Text>,
        first_seen_at -> InstantCol,
    }
}

diesel::joinable!(inbox -> conversations (conversation_id));
diesel::allow_tables_to_appear_in_same_query!(
    inbox,
    conversations,
    wallets,
    accounts,
    entries,
    transfers,
    verifications,
    outbox,
    verification_sends,
    code_ways
);

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    kept_answers (caller, operation, key) {
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
    use crate::backend::columns::*;
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
    use crate::backend::columns::*;
    flow_responses (id) {
        id -> UuidCol,
        event_id -> UuidCol,
        flow -> Text,
        version -> BigInt,
        body -> Binary,
        completed_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    sessions (id) {
        id -> UuidCol,
        user_id -> UuidCol,
        device -> Nullable<Text>,
        generation -> Integer,
        rotated_at -> InstantCol,
        created_at -> InstantCol,
        expires_at -> InstantCol,
        ended_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    login_challenges (hash) {
        hash -> Binary,
        user_id -> UuidCol,
        tries -> Integer,
        expires_at -> InstantCol,
        used_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    backup_codes (hash) {
        hash -> Binary,
        user_id -> UuidCol,
        created_at -> InstantCol,
        used_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    reset_tokens (hash) {
        hash -> Binary,
        user_id -> UuidCol,
        created_at -> InstantCol,
        expires_at -> InstantCol,
        used_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    link_codes (hash) {
        hash -> Binary,
        user_id -> Nullable<UuidCol>,
        chat_id -> Nullable<BigInt>,
        username -> Nullable<Text>,
        first_name -> Nullable<Text>,
        expires_at -> InstantCol,
        used_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    telegram_chats (chat_id) {
        chat_id -> BigInt,
        user_id -> UuidCol,
        username -> Nullable<Text>,
        first_name -> Nullable<Text>,
        bound_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    password_tries (name) {
        name -> Text,
        since -> InstantCol,
        count -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    verification_pages (id) {
        id -> UuidCol,
        token_hash -> Binary,
        owner -> Text,
        user_id -> Nullable<UuidCol>,
        phone -> Nullable<Text>,
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
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::columns::*;
    signed_requests (client, once) {
        client -> Text,
        once -> Text,
        until -> InstantCol,
    }
}
