//! Tables of subjects: contacts, and the keys of people and contacts.

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    contacts (id) {
        id -> UuidCol,
        lookup -> Nullable<Text>,
        user_id -> Nullable<UuidCol>,
        created_at -> InstantCol,
        unused_since -> Nullable<InstantCol>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    subject_keys (subject_id, purpose) {
        subject_id -> UuidCol,
        purpose -> Text,
        sealed -> Nullable<Binary>,
        state -> Text,
        changed_at -> InstantCol,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::backend::values::columns::*;
    sealed_areas (area) {
        area -> Text,
        sealed_at -> InstantCol,
    }
}
