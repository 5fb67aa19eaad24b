//! Use cases of messaging: inbound webhooks, conversations, the outbox, agent handoff.

pub mod accept_webhook;
pub mod agent_handoff;
pub mod ask_prices;
pub mod flow_answers;
pub mod handle_message;
pub mod mail_channel;
pub mod poll_updates;
pub mod relay_outbox;
pub mod send_message;
pub mod tell_people;
pub mod turn_runner;
pub mod understand;
