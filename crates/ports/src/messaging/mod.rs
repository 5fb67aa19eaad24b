//! Messaging: webhooks in, the inbox, conversations, the outbox, channels, texts.

mod consents;
mod conversations;
mod flows;
pub mod inbound_webhook;
mod inbox;
pub mod intent_parser;
pub mod mailer;
pub mod message_channel;
mod outbox;
mod talks;
pub mod texts;

#[cfg(feature = "mock")]
pub use self::{
    consents::MockConsents, conversations::MockConversations, flows::MockFlows, inbox::MockInbox,
    outbox::MockOutbox, talks::MockTalks,
};
pub use self::{
    consents::{ConsentChange, ConsentView, Consents},
    conversations::{Committed, Conversations, Turn},
    flows::{FlowEdition, FlowResponse, Flows, KeptEditions, NewFlowResponse},
    inbox::{Accepted, Inbox, LeasedTurn, TurnFailure},
    outbox::{Enqueued, Lane, LeasedMessage, MessageState, NewOutbound, Outbox, Settlement},
    talks::{Saying, TalkLine, TalkView, Talks},
};
