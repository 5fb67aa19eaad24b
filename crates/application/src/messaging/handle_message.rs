//! Runs one turn of a conversation: steps of the state machine until no effect is left. Each effect is
//! carried out by the use case that owns it. What is to be committed is collected on the way.

mod codes;
mod data;
mod effects;
mod figures;
mod freezing;
mod payees;
mod payments;

use crate::{
    accounts::chat_owners::ChatOwners,
    kernel::Kernel,
    money::{
        cancel_transfer::CancelTransfer, confirm_transfer::ConfirmTransfer, figures::Figures,
        payees::PayeeBook, payment_code::ResendPaymentCode, prepare_transfer::PrepareTransfer,
        receiving::Receiving, submit_transfer::SubmitTransfer,
    },
    privacy::{erase_person::ErasePerson, export::ExportPerson},
    verification::verification_service::VerificationService,
};
use chrono::{Duration, Utc};
use chrono_tz::Tz;
use domain::{
    accounts::PersonName,
    ids::{EventId, FlowResponseId, MessageId, PromptId, UserId},
    locale::Locale,
    messaging::{
        consent::ConsentStatus,
        conversation::{
            AgentCommand, Button, Conversation, Event, InboundContent, MessageTime, Reply, Session,
            StepContext,
        },
        flow::{CompletedFlow, DefaultFlows, FlowRegistry},
    },
    money::Currency,
    operations::audit::{Actor, AuditRecord},
    phone::Region,
    principal::Principal,
    text::split_to_fit,
};
use ports::{
    accounts::{Freezes, Identities, User},
    messaging::{
        Lane, LeasedTurn, NewFlowResponse, NewOutbound, PayeeChange, Timer, Turn,
        inbound_webhook::InboundMessage,
        intent_parser::IntentParser,
        message_channel::{MessageForm, OutboundMessage},
        texts::Texts,
    },
    money::Ledger,
    store_error::{StoreError, StoreResult},
};
use std::{collections::VecDeque, sync::Arc};
use thiserror::Error;
use tracing::Instrument;

/// The most effects of a turn. No real turn has as many: this stops a loop in the state machine.
const EFFECTS_MAX: u32 = 32;

/// The settings of conversations.
#[derive(Clone, Debug)]
pub struct ConversationPolicy {
    /// The language for a person whose own is not known.
    pub default_locale: Locale,
    /// The currency of an amount that names none.
    pub default_currency: Currency,
    /// How long a verified number stays verified in a chat.
    pub session_ttl: Duration,
    /// How many messages a sender may write in a minute.
    pub messages_per_minute: u32,
    /// How long an agent keeps a conversation that was handed to them.
    pub handoff_for: Duration,
    /// The time zone in which times are shown.
    pub zone: Tz,
    /// The region of a sender without a number.
    pub home: Region,
    /// The flows that a greeting or a first message begins, by channel account.
    pub default_flows: DefaultFlows,
    /// Where the pages are, without a slash at its end.
    pub public_base_url: String,
}

impl Default for ConversationPolicy {
    /// A bank in Mexico: Spanish, pesos, sessions of twelve hours, 30 messages a minute, and agents who keep a
    /// conversation for four hours.
    fn default() -> Self {
        Self {
            default_locale: Locale::Es,
            default_currency: Currency::MXN,
            session_ttl: Duration::hours(12),
            messages_per_minute: 30,
            handoff_for: Duration::hours(4),
            zone: chrono_tz::America::Mexico_City,
            home: Region::MEXICO,
            default_flows: DefaultFlows::default(),
            public_base_url: String::new(),
        }
    }
}

/// Runs the turns of conversations.
pub struct HandleMessage {
    parts: HandleMessageParts,
    kernel: Kernel,
    rules: ConversationPolicy,
}

/// The stores and use cases that [`HandleMessage`] needs.
pub struct HandleMessageParts {
    /// The parser of texts.
    pub parser: Arc<dyn IntentParser>,
    /// The message catalogue.
    pub texts: Arc<dyn Texts>,
    /// Verifies numbers with codes.
    pub verify: Arc<VerificationService>,
    /// Checks drafts of transfers.
    pub prepare: Arc<PrepareTransfer>,
    /// Submits the transfers.
    pub submit: Arc<SubmitTransfer>,
    /// Confirms transfers that wait for a code.
    pub confirm: Arc<ConfirmTransfer>,
    /// Finds the owners of chats without a number.
    pub owners: Arc<ChatOwners>,
    /// Sends the codes of waiting transfers again.
    pub resend_code: Arc<ResendPaymentCode>,
    /// Cancels waiting transfers.
    pub cancel: Arc<CancelTransfer>,
    /// Answers questions about a person's own money.
    pub figures: Arc<Figures>,
    /// The payees of people.
    pub payees: Arc<PayeeBook>,
    /// Tells how people are paid.
    pub receiving: Arc<Receiving>,
    /// The port that stops all money out of a person's wallets.
    pub freezes: Arc<dyn Freezes>,
    /// Erases people.
    pub erase: Arc<ErasePerson>,
    /// Makes copies of people's data.
    pub export: Arc<ExportPerson>,
    /// The ledger port, for balances and statement lines.
    pub ledger: Arc<dyn Ledger>,
    /// The port of people and payees.
    pub identities: Arc<dyn Identities>,
    /// The flow registry in use.
    pub flows: Arc<FlowRegistry>,
}

impl HandleMessage {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: HandleMessageParts, kernel: Kernel, rules: ConversationPolicy) -> Self {
        Self { parts, kernel, rules }
    }
}

/// Why a turn failed. It is tried again.
#[derive(Debug, Error)]
pub enum TurnError {
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state machine asked for more effects than a turn may have.
    #[error("the turn has too many effects")]
    Endless,
}

/// What a turn collects on its way.
struct TurnOutcome {
    content: Vec<Reply>,
    consent: Option<ConsentStatus>,
    audit: Vec<AuditRecord>,
    answers: Option<CompletedFlow>,
    payee_changes: Vec<PayeeChange>,
}

impl HandleMessage {
    /// Runs a turn. It may run again after a crash: each effect has a key (event, ordinal), and the use case
    /// that carries it out answers a repeated key with the first outcome.
    #[tracing::instrument(name = "handle_message", level = "debug", skip_all)]
    pub async fn run(&self, turn: &LeasedTurn) -> Result<Turn, TurnError> {
        let mut state = turn.state.clone();
        let mut gathered = TurnOutcome {
            content: Vec::new(),
            consent: None,
            audit: Vec::new(),
            answers: None,
            payee_changes: Vec::new(),
        };
        match &turn.message.content {
            InboundContent::AgentCommand { command, by } => {
                gathered.audit.push(Self::agent_audit(turn, *command, by));
            }
            InboundContent::IdentityChanged => {
                let detail = "session and open question ended";
                gathered.audit.push(Self::audit(turn, "conversation.identity_changed", detail));
            }
            _ => {}
        }
        let bound = self.chat_link(turn).await?.map(|link| link.user);
        let person = self.person(turn, bound).await?;
        let mut events = VecDeque::from([Event::Received(turn.message.content.clone())]);
        let mut ordinal = 0_u32;
        while let Some(event) = events.pop_front() {
            let facts = self.facts(turn, bound, person.as_ref());
            let (next, effects) = state.step(event, &facts);
            state = next;
            for effect in effects {
                ordinal = ordinal.saturating_add(1);
                if ordinal > EFFECTS_MAX {
                    return Err(TurnError::Endless);
                }
                let key = format!("{}:{ordinal}", turn.event);
                let span = tracing::debug_span!("effect", kind = effect.name(), ordinal);
                let performed = self.perform((turn, &facts), &state, effect, key, &mut gathered);
                if let Some(event) = performed.instrument(span).await? {
                    events.push_back(event);
                }
            }
        }
        let facts = self.facts(turn, bound, person.as_ref());
        let profile_name = state.user(&facts).zip(Self::profile_name(turn));
        Ok(Turn { profile_name, ..self.gather(turn, state, gathered, person.as_ref()) })
    }

    /// The name that the sender's profile shows, if it can be kept.
    fn profile_name(turn: &LeasedTurn) -> Option<PersonName> {
        PersonName::of_profile(turn.message.profile_name.as_deref()?)
    }

    /// The person of this conversation, as far as they were proved or the chat is bound.
    async fn person(&self, turn: &LeasedTurn, bound: Option<UserId>) -> StoreResult<Option<User>> {
        let proved = match turn.state.session {
            Session::Open { user, .. } => Some(user),
            _ => None,
        };
        match bound.or(proved) {
            Some(user) => self.parts.identities.find(user).await,
            None => Ok(None),
        }
    }

    fn facts(&self, turn: &LeasedTurn, bound: Option<UserId>, person: Option<&User>) -> StepContext {
        let now = self.kernel.now();
        let country = turn.message.phone.as_ref().and_then(domain::phone::PhoneNumber::country);
        StepContext {
            now,
            message: MessageTime { dated: turn.message.sent_at, received_at: turn.received_at },
            consent: turn.consent,
            has_number: turn.message.phone.is_some(),
            bound,
            default_currency: self.rules.default_currency,
            session_ttl: self.rules.session_ttl,
            freeze: person.map(|person| person.freeze).unwrap_or_default(),
            messages_per_minute: self.rules.messages_per_minute,
            handoff_for: self.rules.handoff_for,
            new_prompt: PromptId(self.kernel.new_id()),
            today: now.with_timezone(&self.rules.zone).date_naive(),
            region: country.and_then(|country| Region::parse(&country)).unwrap_or(self.rules.home),
            flows: self.parts.flows.clone(),
            default_flow: self.rules.default_flows.of(&turn.message.channel_account).cloned(),
        }
    }

    fn gather(
        &self,
        turn: &LeasedTurn,
        state: Conversation,
        gathered: TurnOutcome,
        person: Option<&User>,
    ) -> Turn {
        let locale = person.and_then(|person| person.locale).unwrap_or_else(|| self.locale_of(&state));
        let timer = self.timer(turn, &state);
        let replies = gathered.content.iter().flat_map(|say| self.messages(turn, locale, say)).collect();
        Turn {
            event: turn.event,
            conversation: turn.conversation,
            fence: turn.fence,
            state,
            timer,
            replies,
            consent: gathered.consent,
            audit: gathered.audit,
            payee_changes: gathered.payee_changes,
            profile_name: None,
            flow_response: gathered.answers.map(|completed| NewFlowResponse {
                id: FlowResponseId(self.kernel.new_id()),
                completed,
                respondent: match &turn.message.phone {
                    Some(phone) => phone.e164().to_owned(),
                    None => turn.message.sender.clone(),
                },
            }),
        }
    }

    /// The timer that ends the hold of messages, when the turn began, renewed or ended one.
    fn timer(&self, turn: &LeasedTurn, state: &Conversation) -> Timer {
        let (before, after) = (&turn.state.held, &state.held);
        match after {
            _ if before == after => Timer::Keep,
            None => Timer::Clear,
            Some(held) => {
                let event = EventId(self.kernel.new_id());
                let message = InboundMessage {
                    content: InboundContent::HoldEnded,
                    provider_event_id: format!("hold:{}", event.0),
                    sent_at: None,
                    raw: Vec::new(),
                    ..turn.message.clone()
                };
                Timer::Set { event, message: Box::new(message), due_at: held.until }
            }
        }
    }

    /// The messages of one reply: more than one when its text is longer than a message of the provider. The buttons
    /// are under the last.
    fn messages(&self, turn: &LeasedTurn, locale: Locale, say: &Reply) -> Vec<NewOutbound> {
        let lines: Vec<String> =
            say.texts().iter().map(|text| self.parts.texts.render(locale, text)).collect();
        let account = &turn.message.channel_account;
        let mut parts = split_to_fit(&lines.join("\n"), account.provider().text_length_max());
        let Some(last) = parts.pop() else { return Vec::new() };
        let plain = parts.into_iter().map(|part| self.outbound(turn, part, MessageForm::Plain));
        let mut messages: Vec<_> = plain.collect();
        messages.push(self.outbound(turn, last, self.form(locale, say)));
        messages
    }

    fn outbound(&self, turn: &LeasedTurn, text: String, form: MessageForm) -> NewOutbound {
        let now: chrono::DateTime<Utc> = self.kernel.now();
        let account = &turn.message.channel_account;
        NewOutbound {
            message: OutboundMessage {
                id: MessageId(self.kernel.new_id()),
                channel: account.channel(),
                recipient: turn.message.sender.clone(),
                text,
                form,
            },
            channel_account: account.clone(),
            lane: Lane::Conversation,
            client: None,
            expires_at: now.checked_add_signed(Duration::hours(24)).unwrap_or(now),
        }
    }

    fn locale_of(&self, state: &Conversation) -> Locale {
        state.locale.unwrap_or(self.rules.default_locale)
    }

    fn form(&self, locale: Locale, say: &Reply) -> MessageForm {
        if let Some(title) = say.number_button() {
            return MessageForm::AskNumber { title: self.parts.texts.render(locale, &title) };
        }
        let title = |button: Button| (button.id, self.parts.texts.render(locale, &button.title));
        let buttons: Vec<_> = say.buttons().into_iter().map(title).collect();
        if buttons.is_empty() { MessageForm::Plain } else { MessageForm::Buttons(buttons) }
    }

    fn actor(turn: &LeasedTurn) -> Actor {
        Actor {
            who: Principal::Chat(turn.conversation),
            channel: turn.message.channel_account.channel().name().to_owned(),
            request_id: turn.event.to_string(),
        }
    }

    fn audit(turn: &LeasedTurn, action: &str, detail: &str) -> AuditRecord {
        AuditRecord {
            actor: Self::actor(turn),
            action: action.to_owned(),
            subject: turn.conversation.to_string(),
            on_behalf_of: None,
            before: None,
            after: Some(detail.to_owned()),
        }
    }

    /// The audit row of an agent's command.
    fn agent_audit(turn: &LeasedTurn, command: AgentCommand, by: &Principal) -> AuditRecord {
        let action = match command {
            AgentCommand::TakeOver => "conversation.taken_over",
            AgentCommand::Release => "conversation.given_back",
        };
        let actor = Actor { who: by.clone(), channel: "rest".into(), request_id: turn.event.to_string() };
        AuditRecord { actor, ..Self::audit(turn, action, "by an agent") }
    }
}
