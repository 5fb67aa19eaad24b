//! What is remembered of a talk: who speaks, what was asked, what waits for an answer.

use super::{OpenPrompts, PROMPT_TTL, RateWindow, StepContext};
use crate::{
    ids::{PromptId, TransferId, UserId, VerificationId},
    locale::Locale,
    message::Channel,
    messaging::{flow::FlowRun, intent::NamedDestination},
    money::{Money, account_number::AccountNumber},
    phone::PhoneNumber,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Everything remembered of one talk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The language last spoken, once it could be told.
    pub locale: Option<Locale>,
    /// Who is known to be speaking.
    pub session: Session,
    /// The question that waits for an answer.
    pub pending: Option<Pending>,
    /// Misunderstandings in a row.
    pub misunderstood: u32,
    /// Until when people have the talk, and the engine is silent but for money and STOP.
    pub handed_off_until: Option<DateTime<Utc>>,
    /// Messages counted against the sender's limit.
    pub rate: RateWindow,
    /// Calls for help, counted apart: they are heard above the limit, though not without end.
    pub help_rate: RateWindow,
    /// The number he shared, where his address is none: codes go to it.
    #[serde(default)]
    pub number: Option<PhoneNumber>,
    /// The flow that was spoken of last, and where it stands.
    #[serde(default)]
    pub flow: Option<FlowRun>,
    /// Others that were begun, one of each at most: they wait where they stood.
    #[serde(default)]
    pub flows_aside: Vec<FlowRun>,
    /// When prompts were last open: a yes that is dated then is not an answer to a newer one.
    #[serde(default)]
    pub open_prompts: Option<OpenPrompts>,
    /// When the last STOP or START that was obeyed was written: one that was written before it changes nothing.
    #[serde(default)]
    pub consent_word_at: Option<DateTime<Utc>>,
}

/// Who is known to be speaking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Session {
    /// Nobody has proved anything.
    #[default]
    Anonymous,
    /// A code is on its way.
    AwaitingCode {
        /// Its challenge.
        verification: VerificationId,
        /// What was wanted; runs by itself once the code is right. The newest only.
        request: Option<DeferredRequest>,
    },
    /// His address is no number; he was asked to share his.
    AwaitingNumber {
        /// What was wanted; goes on once there is a number to prove.
        request: Option<DeferredRequest>,
    },
    /// The number is proved.
    Open {
        /// Whose it is.
        user: UserId,
        /// When it was proved.
        since: DateTime<Utc>,
    },
}

/// A request kept until the number is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredRequest {
    /// What is wanted.
    pub what: RequestedAction,
    /// When it was asked.
    pub at: DateTime<Utc>,
}

/// Something personal, for which the number must be proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedAction {
    /// To know the balance.
    Balance,
    /// To see what came and went.
    Movements,
    /// To send money.
    Transfer(Draft),
    /// Just to be known.
    Nothing,
}

/// A transfer as far as it has been said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// How much.
    pub amount: Option<Money>,
    /// To whom.
    pub destination: Option<NamedDestination>,
    /// The name under which the destination is to be remembered.
    pub payee: Option<String>,
    /// What for.
    pub concept: Option<String>,
    /// The open prompt that this would change: it stays as it is where the change names nobody we know.
    #[serde(default)]
    pub changes: Option<Box<ConfirmationPrompt>>,
}

/// A question that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// Something is missing of a transfer.
    Draft(Draft),
    /// «¿Confirmas?»
    ConfirmationPrompt(ConfirmationPrompt),
    /// The code that lets a payment through.
    StepUp(StepUp),
}

/// A transfer put before the payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmationPrompt {
    /// Its id: the payment's idempotency key.
    pub id: PromptId,
    /// How much.
    pub amount: Money,
    /// Where to.
    pub account: AccountNumber,
    /// Whom the payer called so.
    pub payee: Option<String>,
    /// What for.
    pub concept: Option<String>,
    /// From then until it was shown, a yes may belong to an earlier prompt: it confirms nothing. `None` where no other
    /// prompt was open in the minute before.
    #[serde(default)]
    pub contested_from: Option<DateTime<Utc>>,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
}

impl ConfirmationPrompt {
    /// When it was shown first.
    #[must_use]
    pub fn asked_at(&self) -> DateTime<Utc> {
        self.expires_at.checked_sub_signed(PROMPT_TTL).unwrap_or(self.expires_at)
    }
}

/// A payment that waits for its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    /// The payment.
    pub transfer: TransferId,
    /// How much.
    pub amount: Money,
    /// Where to, masked.
    pub destination: String,
    /// Whom the payer called so: remembered once it is paid.
    #[serde(default)]
    pub payee: Option<String>,
    /// How the code was sent.
    pub channel: Channel,
}

impl Conversation {
    /// Who speaks, as long as the session lasts.
    #[must_use]
    pub fn user(&self, facts: &StepContext) -> Option<UserId> {
        if facts.bound.is_some() {
            return facts.bound;
        }
        match self.session {
            Session::Open { user, since } if facts.now.signed_duration_since(since) < facts.session_ttl => {
                Some(user)
            }
            _ => None,
        }
    }
}
