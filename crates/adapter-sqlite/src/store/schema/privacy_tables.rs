//! Tables of people's data: erasures and exports.

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    erasures (user_id) {
        user_id -> UuidCol,
        phase -> Text,
        asked_at -> InstantCol,
        execute_at -> InstantCol,
        opted_out -> Integer,
        done_at -> Nullable<InstantCol>,
        identity -> Nullable<Binary>,
        kept_until -> Nullable<InstantCol>,
        receipt -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    erasure_steps (user_id, step) {
        user_id -> UuidCol,
        step -> Text,
        row_count -> BigInt,
        done_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    data_exports (id) {
        id -> UuidCol,
        user_id -> UuidCol,
        locale -> Text,
        link_hash -> Nullable<Binary>,
        asked_at -> InstantCol,
        finished_at -> Nullable<InstantCol>,
        taken_at -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    data_export_parts (export_id, number) {
        export_id -> UuidCol,
        number -> Integer,
        sealed -> Binary,
    }
}
