//! Carries out each effect of the state machine, and returns the event that comes back.

use super::{HandleMessage, TurnError, TurnOutcome};
use chrono::{DateTime, Utc};
use domain::{
    message::Channel,
    messaging::{
        consent::ConsentStatus,
        conversation::{Conversation, Effect, Event, StepContext},
        intent::Dialogue,
        opinion::ServiceFailure,
    },
    operations::audit::AuditRecord,
};
use ports::{
    accounts::ChatLink,
    messaging::{LeasedTurn, intent_parser::ParsedText},
    store_error::StoreResult,
};

impl HandleMessage {
    /// Carries out one effect. `None`: no event comes back.
    pub(super) async fn perform(
        &self,
        (turn, facts): (&LeasedTurn, &StepContext),
        state: &Conversation,
        effect: Effect,
        key: String,
        gathered: &mut TurnOutcome,
    ) -> Result<Option<Event>, TurnError> {
        Ok(Some(match effect {
            Effect::Understand(text) => {
                let dialogue = self.dialogue(state, facts).await?;
                let parsed = self.parts.parser.parse(&text, &dialogue).await;
                gathered.audit.extend(Self::understood(turn, &parsed));
                Event::Understood { text, understanding: parsed.understanding }
            }
            Effect::UnderstandTogether { held, text, alone } => {
                let together = [held.as_slice(), std::slice::from_ref(&text)].concat().join(" ");
                // They are one request only if the rules explain every word.
                let dialogue = Dialogue { rules_only: true, ..self.dialogue(state, facts).await? };
                let together = self.parts.parser.parse(&together, &dialogue).await.understanding;
                Event::UnderstoodTogether { text, alone: *alone, together }
            }
            Effect::StartVerification => self.start_verification(turn, state, key).await?,
            Effect::ResendCode(verification) => self.resend_code(turn, state, verification, key).await?,
            Effect::CheckCode { verification, code } => {
                self.check_code(turn, verification, code.digits(), key).await?
            }
            Effect::ReadBalance(user) => self.read_balance(user).await?,
            Effect::ReadStatement(user, query) => self.read_statement(user, query).await?,
            Effect::ReadSpending(user, query) => self.read_spending(user, query).await?,
            Effect::ReadReceipt(user, query) => self.read_receipt(user, query).await?,
            Effect::ReadReceiving(user) => self.read_receiving(user).await?,
            Effect::ReadLimits(user) => self.read_limits(user).await?,
            Effect::ReadPayees(user) => self.read_payees(user).await?,
            Effect::RenamePayee { user, payee, to } => {
                self.rename_payee(turn, user, payee, to, gathered).await?
            }
            Effect::FindPayeeToForget { user, payee } => self.find_payee_to_forget(user, payee).await?,
            Effect::ForgetPayee { user, payee } => self.forget_payee(turn, user, payee, gathered).await?,
            Effect::CheckErasure(user) => Event::ErasureChecked(self.parts.erase.obstacles(user).await?),
            Effect::AskErasure(user) => self.ask_erasure(turn, user).await?,
            Effect::TakeErasureBack(user) => self.take_erasure_back(turn, user).await?,
            Effect::AskExport(user) => self.ask_export(turn, state, user).await?,
            Effect::Freeze => self.freeze(turn, state, facts, key).await?,
            Effect::Prepare { user, draft } => Event::Prepared(self.parts.prepare.run(user, &draft).await?),
            Effect::Pay { user, prompt } => self.pay(turn, state, user, prompt).await?,
            Effect::ConfirmPayment { transfer, code, payee } => {
                self.confirm_payment(turn, transfer, code.digits(), payee, key).await?
            }
            Effect::ResendPaymentCode(transfer) => {
                self.resend_payment_code(turn, state, transfer, key).await?
            }
            Effect::BindChat(code) => self.bind_chat(turn, &code).await?,
            Effect::CancelPayment(transfer) => {
                self.cancel_payment(turn, transfer).await?;
                return Ok(None);
            }
            collected => {
                Self::collect(turn, collected, gathered);
                return Ok(None);
            }
        }))
    }

    /// Collects what is committed at the end of the turn.
    fn collect(turn: &LeasedTurn, effect: Effect, gathered: &mut TurnOutcome) {
        match effect {
            Effect::Reply(say) => gathered.content.push(say),
            Effect::RecordConsent(consent) => {
                let action = match consent {
                    ConsentStatus::OptedIn => "consent.opted_in",
                    ConsentStatus::OptedOut => "consent.opted_out",
                };
                gathered.consent = Some(consent);
                gathered.audit.push(Self::audit(turn, action, "by the sender's message"));
            }
            Effect::HandOff => {
                gathered.audit.push(Self::audit(turn, "conversation.handed_off", "to people"));
            }
            Effect::SaveAnswers(completed) => {
                // The audit row does not name the flow, because that may tell something about the person's
                // health.
                gathered.audit.push(Self::audit(turn, "flow.completed", "answers kept"));
                gathered.answers = Some(completed);
            }
            _ => {}
        }
    }

    /// What the parser may know: the language, the question that waits, and the names of the payees.
    async fn dialogue(&self, state: &Conversation, facts: &StepContext) -> StoreResult<Dialogue> {
        let payees = match state.user(facts) {
            Some(user) => {
                let known = self.parts.payees.known_to(user).await?;
                known.iter().map(|payee| payee.name.to_lowercase()).collect()
            }
            None => Vec::new(),
        };
        // What people write to an agent is for the agent. People who oppose that others process their
        // texts belong here too.
        let rules_only = state.handed_off_until.is_some_and(|until| facts.now < until);
        Ok(Dialogue { locale: state.locale, asked: state.asked_for(facts), payees, rules_only })
    }

    /// The audit row of a message that an understanding service was to be asked about: which service and model, how
    /// long it took, what came of it. The text is not in it.
    fn understood(turn: &LeasedTurn, parsed: &ParsedText) -> Option<AuditRecord> {
        let consulted = parsed.consulted.as_ref()?;
        let model = consulted.model.as_ref().map(|model| format!(" model={model}")).unwrap_or_default();
        let detail = format!(
            "provider={}{model} ms={} outcome={} intent={} by={}",
            consulted.provider,
            consulted.latency_ms,
            consulted.failure.map_or("ok", ServiceFailure::name),
            parsed.understanding.intent.wire_name(),
            parsed.provider,
        );
        Some(Self::audit(turn, "message.understood", &detail))
    }

    /// The owner of a chat that has no number of its own.
    pub(super) async fn chat_link(&self, turn: &LeasedTurn) -> StoreResult<Option<ChatLink>> {
        match chat_of(turn) {
            Some(chat) => self.parts.owners.owner_of(chat).await,
            None => Ok(None),
        }
    }

    pub(super) async fn bind_chat(&self, turn: &LeasedTurn, code: &str) -> Result<Event, TurnError> {
        let Some(chat) = chat_of(turn) else { return Ok(Event::ChatBound(None)) };
        Ok(Event::ChatBound(self.parts.owners.bind(chat, code, &Self::actor(turn)).await?))
    }
}

/// The Telegram chat that a message came from. `None`: the message came on another channel.
fn chat_of(turn: &LeasedTurn) -> Option<i64> {
    let is_telegram = turn.message.channel_account.channel() == Channel::Telegram;
    turn.message.sender.parse().ok().filter(|_| is_telegram)
}

/// Whole minutes to wait, at least one.
pub(super) fn minutes_until(now: DateTime<Utc>, until: DateTime<Utc>) -> i64 {
    until.signed_duration_since(now).num_seconds().saturating_add(59).checked_div(60).unwrap_or(1).max(1)
}
