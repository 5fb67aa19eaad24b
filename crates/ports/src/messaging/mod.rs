//! Messaging: webhooks, the inbox, conversations, the outbox, channels, texts.

mod alerts;
mod consents;
mod conversations;
mod flows;
mod handover;
pub mod inbound_webhook;
pub mod intent_parser;
pub mod mailer;
pub mod message_channel;
mod outbox;
pub mod texts;
mod turn_queue;
pub mod understanding_service;
pub mod update_source;

#[cfg(feature = "mock")]
pub use self::{
    alerts::MockAlerts, consents::MockConsents, conversations::MockConversations, flows::MockFlows,
    outbox::MockOutbox, turn_queue::MockTurnQueue,
};
pub use self::{
    alerts::{AlertKind, AlertMessage, Alerts, LeasedAlert},
    consents::{ConsentChange, ConsentView, Consents},
    conversations::{ConversationView, Conversations, MessageBody, TranscriptMessage},
    flows::{FlowResponse, FlowVersion, Flows, KeptVersions, NewFlowResponse},
    handover::{Handover, NoWorkers, Slot},
    outbox::{
        Enqueued, Lane, LeasedMessage, MessageState, NewOutbound, Outbox, PriceAnswer, Settlement,
        UnpricedMessage,
    },
    turn_queue::{
        Accepted, AcceptedMessage, Committed, CommittedTurn, LeaseAtOnce, LeasedTurn, PayeeChange, Timer,
        Turn, TurnFailure, TurnQueue,
    },
};
