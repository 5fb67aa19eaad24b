//! The tables, as the migrations make them.

mod accounts_tables;
mod messaging_tables;
mod money_tables;
mod operations_tables;
mod privacy_tables;
mod subjects_tables;
mod verification_tables;

pub(crate) use self::{
    accounts_tables::*, messaging_tables::*, money_tables::*, operations_tables::*, privacy_tables::*,
    subjects_tables::*, verification_tables::*,
};

diesel::joinable!(inbox -> conversations (conversation_id));
diesel::joinable!(conversations -> contacts (contact_id));
diesel::allow_tables_to_appear_in_same_query!(
    inbox,
    conversations,
    contacts,
    users,
    wallets,
    clabes,
    kept_names,
    accounts,
    entries,
    transfers,
    outbound_payments,
    verifications,
    outbox,
    verification_sends,
    verification_fallbacks,
    verification_pages,
    subject_keys,
    flow_responses,
    erasures
);
