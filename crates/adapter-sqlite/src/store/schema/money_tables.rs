//! Tables of money: ledger accounts, wallets, transfers, holds, entries, idempotency keys, payees. Columns that an
//! earlier version wrote in the clear are read only to seal them: `clear_rows`.

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
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
        frozen_at -> Nullable<InstantCol>,
        payable_at -> Nullable<InstantCol>,
        closed_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    wallets (seq) {
        seq -> BigInt,
        id -> UuidCol,
        user_id -> UuidCol,
        name -> Nullable<Text>,
        kind -> Nullable<Text>,
        currency -> Text,
        created_at -> InstantCol,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    transfers (id) {
        id -> UuidCol,
        folio -> Text,
        caller -> Text,
        client_tx_id -> Nullable<Text>,
        owner -> UuidCol,
        from_account -> UuidCol,
        to_account -> UuidCol,
        destination -> Nullable<Text>,
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
        sealed -> Nullable<Binary>,
        payee_sealed -> Nullable<Binary>,
        payee_hash -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    transfer_history (seq) {
        seq -> BigInt,
        transfer_id -> UuidCol,
        status -> Text,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
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
    use crate::backend::values::columns::*;
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
    use crate::backend::values::columns::*;
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
    use crate::backend::values::columns::*;
    payees (user_id, account_hash) {
        user_id -> UuidCol,
        account_hash -> Text,
        account_json -> Nullable<Text>,
        name -> Nullable<Text>,
        first_seen_at -> InstantCol,
        id -> Nullable<UuidCol>,
        last_paid_at -> Nullable<InstantCol>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    clabe_prefixes (prefix) {
        prefix -> Text,
        next_number -> BigInt,
        created_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    clabes (clabe_hash) {
        clabe_hash -> Text,
        wallet_id -> UuidCol,
        assigned_at -> InstantCol,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    kept_names (viewer_id, other_id) {
        viewer_id -> UuidCol,
        other_id -> UuidCol,
        sealed -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    outbound_payments (transfer_id) {
        transfer_id -> UuidCol,
        reference -> Text,
        state -> Text,
        version -> BigInt,
        operating_date -> Nullable<Integer>,
        order_digest -> Nullable<Binary>,
        submitted_at -> Nullable<InstantCol>,
        tries -> Integer,
        next_at -> Nullable<InstantCol>,
        fence -> BigInt,
        leased_until -> InstantCol,
        parked -> Nullable<Text>,
        reason_code -> Nullable<Text>,
        doubt_since -> Nullable<InstantCol>,
        released_at -> Nullable<InstantCol>,
        contradicted_at -> Nullable<InstantCol>,
        first_by -> Nullable<Text>,
        first_verdict -> Nullable<Text>,
        created_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    bank_calls (id) {
        id -> UuidCol,
        transfer_id -> UuidCol,
        at -> InstantCol,
        operation -> Text,
        reference -> Text,
        operating_date -> Nullable<Integer>,
        outcome -> Text,
        http_status -> Nullable<Integer>,
        bank_status -> Nullable<Text>,
        reason_code -> Nullable<Text>,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    payment_resolutions (seq) {
        seq -> BigInt,
        transfer_id -> UuidCol,
        operator -> Text,
        verdict -> Text,
        step -> Text,
        at -> InstantCol,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    reconciliations (id) {
        id -> UuidCol,
        operating_date -> Integer,
        number -> BigInt,
        unreadable -> Integer,
        started_at -> InstantCol,
        finished_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    reconciliation_items (id) {
        id -> UuidCol,
        operating_date -> Integer,
        class -> Text,
        reference -> Nullable<Text>,
        entry_id -> Nullable<Text>,
        transfer_id -> Nullable<UuidCol>,
        ours -> Nullable<BigInt>,
        ours_currency -> Nullable<Text>,
        theirs -> Nullable<BigInt>,
        theirs_currency -> Nullable<Text>,
        first_run -> BigInt,
        last_run -> Nullable<BigInt>,
        opened_at -> InstantCol,
        closed_at -> Nullable<InstantCol>,
    }
}
