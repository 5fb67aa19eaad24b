//! The dialogue as a pure state machine: (state, event, facts) → (state, effects).
//!
//! A use case carries the effects out and feeds what came of them back as events, until none is left.
//! One engine serves every channel; texts are named here and live in the message catalogues.

mod effect;
mod event;
mod flows;
mod open_prompt;
mod pending;
mod rate;
mod reply;
mod state;
mod step;
#[cfg(test)]
mod tests;
mod timing;
mod understood;

pub use effect::Effect;
pub use event::{AgentCommand, CodeChecked, CodeSent, Event, InboundContent, Paid, Prepared, StatementLine};
pub use rate::RateWindow;
pub use reply::{Arg, Button, Reply, Text};
pub use state::{
    ConfirmationPrompt, Conversation, DeferredRequest, Draft, Pending, RequestedAction, Session, StepUp,
};
pub use timing::{CLOCK_SKEW_MAX, MessageTime, OpenPrompts};

use crate::{
    ids::{PromptId, UserId},
    messaging::{consent::ConsentStatus, flow::FlowRegistry},
    money::Currency,
    phone::Region,
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use std::sync::Arc;

/// Version of the stored form of [`Conversation`]; readers accept the one before too.
pub const STATE_VERSION: i32 = 1;

/// How long a kept request waits for its code.
pub const DEFERRED_REQUEST_TTL: Duration = Duration::minutes(10);

/// How long a card can be answered.
pub const PROMPT_TTL: Duration = Duration::minutes(5);

/// Misunderstandings in a row after which a person is called.
pub const MISUNDERSTOOD_MAX: u32 = 3;

/// What the machine may know beyond its own state.
#[derive(Clone, Debug)]
pub struct StepContext {
    /// Now.
    pub now: DateTime<Utc>,
    /// When the message of this turn was written, and when it reached us.
    pub message: MessageTime,
    /// Whether we may write to the sender.
    pub consent: ConsentStatus,
    /// Whether the sender's address is a phone number, so that a code can be sent to it.
    pub has_number: bool,
    /// Whose chat this is, where a person has bound it to himself: he needs no code in it.
    pub bound: Option<UserId>,
    /// The currency of an amount that names none.
    pub default_currency: Currency,
    /// How long a proved number stays proved.
    pub session_ttl: Duration,
    /// Messages a sender may write in a minute.
    pub messages_per_minute: u32,
    /// How long people keep a talk that was handed to them.
    pub handoff_for: Duration,
    /// The id of the card that this step may make.
    pub new_prompt: PromptId,
    /// The day it is where days are counted.
    pub today: NaiveDate,
    /// The country of the sender's number, else the one at home.
    pub region: Region,
    /// The flows at hand.
    pub flows: Arc<FlowRegistry>,
}
