//! The tables, as the migrations make them.

mod codes;
mod ledger;
mod messages;
mod people;
mod trail;

pub(crate) use self::{codes::*, ledger::*, messages::*, people::*, trail::*};

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
