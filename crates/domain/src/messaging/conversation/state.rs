//! The conversation state: the session, the open question, counters, flows.

use super::{DEFERRED_REQUEST_TTL, PROMPT_TTL, PayeeOption, RateWindow, StepContext};
use crate::{
    ids::{PromptId, TransferId, UserId, VerificationId},
    locale::Locale,
    message::Channel,
    messaging::{
        flow::FlowRun,
        intent::{Intent, NamedDestination, Period, Understanding},
    },
    money::{Money, account_number::AccountNumber},
    phone::PhoneNumber,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Everything that is remembered between two messages of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The language of the conversation; `None` until a message tells one.
    pub locale: Option<Locale>,
    /// Another language, when the newest message was written in it. A second such message changes the
    /// conversation's language.
    #[serde(default)]
    pub other_locale: Option<Locale>,
    /// Whether the sender proved who they are.
    pub session: Session,
    /// The question that waits for an answer.
    pub pending: Option<Pending>,
    /// The number of misunderstandings in a row.
    pub misunderstood: u32,
    /// Until when an agent has the conversation. Until then the engine answers only about money, codes and
    /// STOP.
    pub handed_off_until: Option<DateTime<Utc>>,
    /// The messages counted against the sender's limit.
    pub rate: RateWindow,
    /// The requests for help, counted separately. They are answered above the message limit, up to a limit of
    /// their own.
    pub help_rate: RateWindow,
    /// The number that the sender shared, when their address is none. Codes go to it.
    #[serde(default)]
    pub number: Option<PhoneNumber>,
    /// The active or newest flow, and its progress.
    #[serde(default)]
    pub flow: Option<FlowRun>,
    /// Other flows that were begun, at most one run each. They wait where the person left them.
    #[serde(default)]
    pub flows_aside: Vec<FlowRun>,
    /// When the open prompt was last repeated, after a reply that was no clear yes: a yes that was written before
    /// the repetition may mean that reply.
    #[serde(default)]
    pub prompt_repeated_at: Option<DateTime<Utc>>,
    /// When prompts were open lately. A yes that was written then doesn't answer a newer prompt.
    #[serde(default)]
    pub open_prompts: Option<OpenPrompts>,
    /// Messages that are held for a moment, because more may follow: «hola», «quiero mandar».
    #[serde(default)]
    pub held: Option<HeldMessages>,
    /// The transfer that was refused just now. It can be put right: «entonces 50».
    #[serde(default)]
    pub refused: Option<RefusedDraft>,
    /// True from a person's very first message until it is answered, where a first message begins a flow.
    #[serde(default)]
    pub awaits_first_answer: bool,
    /// When the last obeyed STOP or START was written. One that was written before it changes nothing.
    #[serde(default)]
    pub consent_word_at: Option<DateTime<Utc>>,
}

/// Messages that are held: one, or several that make one request so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldMessages {
    /// The texts, oldest first.
    pub texts: Vec<String>,
    /// The reading of all texts as one message.
    pub understanding: Understanding,
    /// Until when they are held.
    pub until: DateTime<Utc>,
}

/// Whether the sender proved who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Session {
    /// Nothing is proved.
    #[default]
    Anonymous,
    /// A code was sent and is expected.
    AwaitingCode {
        /// The challenge of that code.
        verification: VerificationId,
        /// The newest deferred request. It runs once the code is right.
        request: Option<DeferredRequest>,
    },
    /// The sender's address is no number; they were asked to share theirs.
    AwaitingNumber {
        /// The newest deferred request. It goes on once there is a number to prove.
        request: Option<DeferredRequest>,
    },
    /// The number is proved.
    Open {
        /// The user behind the number.
        user: UserId,
        /// When the number was proved.
        since: DateTime<Utc>,
    },
}

/// A request that waits until the number is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredRequest {
    /// What the person asked for.
    pub what: RequestedAction,
    /// When the person asked.
    pub at: DateTime<Utc>,
}

impl DeferredRequest {
    /// Whether it still waits for its code; an older one is forgotten.
    #[must_use]
    pub fn is_waiting(&self, now: DateTime<Utc>) -> bool {
        now.signed_duration_since(self.at) < DEFERRED_REQUEST_TTL
    }
}

/// A request for which the number must be proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedAction {
    /// To see the balance.
    Balance,
    /// To see the newest lines of the statement. Stored as `movements`.
    #[serde(rename = "movements")]
    Statement,
    /// To see some lines of the statement.
    StatementOf(FiguresQuery),
    /// To see a sum of payments.
    Spending(FiguresQuery),
    /// To see the newest receipt again.
    Receipt(FiguresQuery),
    /// To see how others pay them.
    Receiving,
    /// To see what is left of their limits.
    Limits,
    /// To see the payees that are remembered.
    Payees,
    /// To give a payee another name.
    RenamePayee {
        /// The payee.
        payee: SoughtPayee,
        /// The new name, as written.
        to: String,
    },
    /// To forget a payee. A clear yes is asked for first.
    ForgetPayee(SoughtPayee),
    /// To get a copy of their data.
    ExportData,
    /// The same, by a code of this person that was checked a moment ago.
    ExportProved(UserId),
    /// To be erased. What it does is told first, and a clear yes asked for.
    EraseAccount,
    /// The same, after the yes, by a code of this person that was checked a moment ago.
    EraseProved(UserId),
    /// To take an erasure back.
    KeepAccount,
    /// To send money.
    Transfer(Draft),
    /// Several of these, from one message; a transfer comes last.
    Several(Vec<Self>),
    /// Nothing else than to prove the number.
    Nothing,
}

/// What a question about one's own payments is restricted to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiguresQuery {
    /// The days; `None` when the question names none.
    pub period: Option<Period>,
    /// The payee's name, as written; `None` for all payees.
    pub payee: Option<String>,
    /// The payee's account, once the person chose among several payees; `None` when the name says enough.
    #[serde(default)]
    pub account: Option<AccountNumber>,
    /// Payments of exactly this amount; `None` for all amounts.
    pub amount: Option<Money>,
}

/// A payee that a request is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoughtPayee {
    /// The name, as written.
    pub name: String,
    /// The account, once the person chose among several payees; `None` when the name says enough.
    pub account: Option<AccountNumber>,
}

/// A request that waits until the person says which of several payees they mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeChoice {
    /// What is done with the payee. It moves no money.
    pub request: RequestedAction,
    /// The payees, as they were numbered.
    pub options: Vec<PayeeOption>,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
}

/// A transfer that was refused, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedDraft {
    /// The transfer as it was asked for.
    pub draft: Draft,
    /// When it was refused.
    pub at: DateTime<Utc>,
}

/// A transfer of which something may still be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The amount to send.
    pub amount: Option<Money>,
    /// The part of the balance to send, when no amount was named. It becomes an amount when the draft is checked.
    #[serde(default)]
    pub part: Option<BalancePart>,
    /// The destination as the person named it.
    pub destination: Option<NamedDestination>,
    /// The name under which the destination is remembered once paid.
    pub payee: Option<String>,
    /// What the payment is for.
    pub concept: Option<String>,
    /// The open prompt that this draft changes. It stays open when the change names no known payee.
    #[serde(default)]
    pub changes: Option<Box<ConfirmationPrompt>>,
    /// What the person must choose from. Empty when nothing is ambiguous.
    #[serde(default)]
    pub choices: Vec<DraftChoice>,
    /// When the missing part was asked for. A draft that waits too long is dropped.
    #[serde(default)]
    pub asked_at: Option<DateTime<Utc>>,
}

/// One of several readings of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftChoice {
    /// A reading of the amount.
    Amount(Money),
    /// A payee who fits the name.
    Payee(PayeeOption),
}

/// A part of what is available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalancePart {
    /// All of it: «todo».
    All,
    /// Half of it, rounded down: «la mitad de mi saldo».
    Half,
}

/// A question that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// Asks for a missing part of a transfer.
    Draft(Draft),
    /// Asks «¿Confirmas?» about a complete transfer.
    ConfirmationPrompt(ConfirmationPrompt),
    /// Asks for the step-up code of a payment.
    StepUp(StepUp),
    /// Asks for a yes to something else than a payment.
    YesOrNo(YesOrNo),
    /// Asks which of several payees a request is about.
    WhichPayee(PayeeChoice),
    /// Asks whether one of these wishes was meant. Any other message ends it.
    Suggestion(Suggestion),
}

/// The wishes that a text which wasn't understood was nearest to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The wishes, as they were numbered; at least one. None of them moves money.
    pub wishes: Vec<Intent>,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
}

/// A question that a clear yes answers, and that moves no money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct YesOrNo {
    /// What is asked.
    pub question: Question,
    /// When it was asked. It can be answered as long as a confirmation prompt.
    pub asked_at: DateTime<Utc>,
}

/// What a yes-or-no question asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Whether to freeze the person's money.
    Freeze,
    /// Whether to send no more messages.
    OptOut,
    /// Whether to forget this payee.
    ForgetPayee(PayeeOption),
    /// Whether to erase the person.
    EraseAccount,
}

/// A transfer that is shown to the payer for a clear yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmationPrompt {
    /// The prompt's id, which is the payment's idempotency key.
    pub id: PromptId,
    /// The amount to pay.
    pub amount: Money,
    /// The account to pay to.
    pub account: AccountNumber,
    /// The payee's name, if the payer gave one.
    pub payee: Option<String>,
    /// What the payment is for.
    pub concept: Option<String>,
    /// The bank of a CLABE; `None` when it is not known.
    #[serde(default)]
    pub bank: Option<String>,
    /// The masked account under which the payer knows this payee, when it is another one.
    #[serde(default)]
    pub known_account: Option<String>,
    /// Whole minutes since the same payment was made; `None` when there was none lately.
    #[serde(default)]
    pub repeats_after_minutes: Option<i64>,
    /// From then until the prompt was shown, a yes may belong to an earlier prompt, so it confirms nothing.
    /// `None` when no other prompt was open in the minute before.
    #[serde(default)]
    pub contested_from: Option<DateTime<Utc>>,
    /// Until when it can be answered.
    pub expires_at: DateTime<Utc>,
}

impl ConfirmationPrompt {
    /// When it was first shown.
    #[must_use]
    pub fn asked_at(&self) -> DateTime<Utc> {
        self.expires_at.checked_sub_signed(PROMPT_TTL).unwrap_or(self.expires_at)
    }
}

/// A payment that waits for its step-up code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    /// The transfer to confirm.
    pub transfer: TransferId,
    /// The amount to pay.
    pub amount: Money,
    /// The destination, masked.
    pub destination: String,
    /// The payee's name, remembered once it is paid.
    #[serde(default)]
    pub payee: Option<String>,
    /// The channel that the code was sent on.
    pub channel: Channel,
}

impl Conversation {
    /// The user of this conversation, while the session lasts or the chat is bound.
    #[must_use]
    pub fn user(&self, facts: &StepContext) -> Option<UserId> {
        if facts.bound.is_some() {
            return facts.bound;
        }
        match self.session {
            Session::Open { user, since }
                if facts.now.signed_duration_since(since) < facts.session_ttl
                    && !facts.freeze.ends_session_of(since) =>
            {
                Some(user)
            }
            _ => None,
        }
    }
}

/// The time in which prompts were open, one after the other. A yes from that time belongs to one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPrompts {
    /// When the first was shown.
    pub since: DateTime<Utc>,
    /// When one of them was last seen open.
    pub until: DateTime<Utc>,
}
