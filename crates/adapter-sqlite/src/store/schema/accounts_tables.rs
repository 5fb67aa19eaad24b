//! Tables of accounts: users, sign-in, sessions, bound chats.

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    users (id) {
        id -> UuidCol,
        phone_hash -> Nullable<Text>,
        locale -> Nullable<Text>,
        phone_verified_at -> Nullable<InstantCol>,
        created_at -> InstantCol,
        email_hash -> Nullable<Text>,
        email_verified_at -> Nullable<InstantCol>,
        password_hash -> Nullable<Text>,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        mfa_enabled -> Integer,
        claimed_phone -> Nullable<Text>,
        phone_replaced_at -> Nullable<InstantCol>,
        frozen_at -> Nullable<InstantCol>,
        last_frozen_at -> Nullable<InstantCol>,
        payable_at -> Nullable<InstantCol>,
        freeze_key -> Nullable<Text>,
        profile_name -> Nullable<Text>,
        personal -> Nullable<Binary>,
        erased_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    sessions (id) {
        id -> UuidCol,
        user_id -> UuidCol,
        device -> Nullable<Text>,
        sealed -> Nullable<Binary>,
        generation -> Integer,
        rotated_at -> InstantCol,
        created_at -> InstantCol,
        expires_at -> InstantCol,
        ended_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
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
    use crate::backend::values::columns::*;
    backup_codes (hash) {
        hash -> Binary,
        user_id -> UuidCol,
        created_at -> InstantCol,
        used_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
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
    use crate::backend::values::columns::*;
    link_codes (hash) {
        hash -> Binary,
        user_id -> Nullable<UuidCol>,
        chat_hash -> Nullable<Text>,
        sealed -> Nullable<Binary>,
        username -> Nullable<Text>,
        first_name -> Nullable<Text>,
        expires_at -> InstantCol,
        used_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    telegram_chats (chat_hash) {
        chat_hash -> Text,
        user_id -> UuidCol,
        sealed -> Nullable<Binary>,
        username -> Nullable<Text>,
        first_name -> Nullable<Text>,
        bound_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    new_accounts (seq) {
        seq -> BigInt,
        origin -> Text,
        at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    password_tries (name) {
        name -> Text,
        since -> InstantCol,
        count -> Integer,
    }
}
