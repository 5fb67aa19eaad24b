//! The conversation as a pure state machine: (state, event, context) → (state, effects).
//!
//! A use case carries the effects out and feeds their results back as events, until no effect is left. One
//! engine serves every channel. Texts are named here; their words are in the message catalogues.

mod drafts;
mod effect;
mod event;
mod figures;
mod flows;
mod freeze;
mod held;
mod language;
mod open_prompt;
mod own_data;
mod payees;
mod paying;
mod pending;
mod prepared;
mod questions;
mod rate;
mod reply;
mod state;
mod step;
mod suggestions;
#[cfg(test)]
mod tests;
mod timing;
mod understood;

pub use effect::{Effect, TypedCode};
pub use event::{AgentCommand, CodeChecked, CodeSent, ErasureNoted, Event, InboundContent, Paid};
pub use figures::{
    FreezeOutcome, PastReceipt, PayeeLine, PayeeList, PayeeOutcome, Receiving, Spending, Statement,
    StatementLine,
};
pub use held::HOLD;
pub use prepared::{CheckedDraft, PayeeOption, Prepared};
pub use rate::RateWindow;
pub use reply::{Answer, Arg, Button, Reply, Text};
pub use state::{
    BalancePart, ConfirmationPrompt, Conversation, DeferredRequest, Draft, DraftChoice, FiguresQuery,
    HeldMessages, OpenPrompts, PayeeChoice, Pending, Question, RefusedDraft, RequestedAction, Session,
    SoughtPayee, StepUp, Suggestion, YesOrNo,
};
pub use suggestions::SUGGESTED_MAX;
pub use timing::{CLOCK_SKEW_MAX, MessageTime};

use crate::{
    accounts::freeze::Freeze,
    ids::{PromptId, UserId},
    messaging::{
        consent::ConsentStatus,
        flow::{FlowRegistry, Slug},
    },
    money::Currency,
    phone::Region,
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use std::sync::Arc;

/// The version of the stored form of [`Conversation`]. Readers accept the one before too.
pub const STATE_VERSION: i32 = 1;

/// How long a deferred request waits for its code.
pub const DEFERRED_REQUEST_TTL: Duration = Duration::minutes(10);

/// How long an unfinished transfer waits for its missing part, and a refused one can be put right.
pub const DRAFT_TTL: Duration = Duration::minutes(10);

/// How long a confirmation prompt can be answered.
pub const PROMPT_TTL: Duration = Duration::minutes(5);

/// After this many misunderstandings in a row, the conversation is handed to an agent.
pub const MISUNDERSTOOD_MAX: u32 = 3;

/// What a step may know besides its own state.
#[derive(Clone, Debug)]
pub struct StepContext {
    /// The time of the step.
    pub now: DateTime<Utc>,
    /// When the message of this turn was written, and when it was received.
    pub message: MessageTime,
    /// Whether we may write to the sender.
    pub consent: ConsentStatus,
    /// Whether the sender's address is a phone number, so that a code can be sent to it.
    pub has_number: bool,
    /// The user that this chat is bound to; they need no code in it. `None` when it is not bound.
    pub bound: Option<UserId>,
    /// The currency of an amount without one.
    pub default_currency: Currency,
    /// How long a proved number stays proved.
    pub session_ttl: Duration,
    /// Whether the person's money is frozen, or was: a freeze ends the sessions that were begun before it.
    pub freeze: Freeze,
    /// The maximum of messages from one sender in a minute.
    pub messages_per_minute: u32,
    /// How long an agent handoff lasts.
    pub handoff_for: Duration,
    /// The id of the confirmation prompt that this step may make.
    pub new_prompt: PromptId,
    /// Today's date in the bank's time zone.
    pub today: NaiveDate,
    /// The country of the sender's number, otherwise the configured one.
    pub region: Region,
    /// The flows that are loaded.
    pub flows: Arc<FlowRegistry>,
    /// The flow that a greeting or a first message begins. `None`: they are answered as anywhere.
    pub default_flow: Option<Slug>,
}
