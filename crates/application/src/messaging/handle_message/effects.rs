//! Carries out each effect of the state machine, and returns the event that comes back.

use super::{HandleMessage, TurnError};
use crate::{
    money::{
        cancel_transfer::CancelTransferError,
        confirm_transfer::{Confirmation, Confirmed},
        submit_transfer::{RequestedDestination, SubmitTransferError, TransferRequest},
    },
    verification::verification_service::{CheckResult, SendCodeOutcome, StartRequest, WhenOpen},
};
use chrono::{DateTime, Utc};
use domain::{
    ids::{TransferId, UserId, VerificationId, WalletId},
    message::Channel,
    messaging::conversation::{
        CodeChecked, CodeSent, ConfirmationPrompt, Conversation, Event, Paid, StatementLine, StepUp,
    },
    money::{
        Money,
        ledger::{Outcome, Refusal},
        limits::LimitExceeded,
        transfer::{Transfer, TransferStatus},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
    verification::otp::{OtpCode, Purpose},
};
use ports::{
    accounts::{ChatLink, NewPerson},
    messaging::LeasedTurn,
    money::{ConfirmOutcome, EntryFilter},
    pagination::PageRequest,
    store_error::StoreResult,
};

/// How many statement lines one reply shows.
const STATEMENT_LINES: i64 = 5;

impl HandleMessage {
    fn requester(turn: &LeasedTurn) -> Principal {
        Principal::Chat(turn.conversation)
    }

    pub(super) async fn start_verification(
        &self,
        turn: &LeasedTurn,
        state: &Conversation,
        key: String,
    ) -> Result<Event, TurnError> {
        // Where the address is no number, the code goes to the number that the person shared, on a channel
        // that is certainly not this chat.
        let (phone, channel, fallback) = match (&turn.message.phone, &state.number) {
            (Some(phone), _) => (phone.clone(), Channel::Whatsapp, vec![Channel::Sms]),
            (None, Some(number)) => (number.clone(), Channel::Sms, vec![Channel::Whatsapp]),
            (None, None) => return Ok(Event::CodeSent(CodeSent::NotReachable)),
        };
        let started = self
            .parts
            .verify
            .start(StartRequest {
                requester: Self::requester(turn),
                to: phone.into(),
                channel,
                fallback,
                purpose: Purpose::Login,
                locale: self.locale_of(state),
                client_ip: None,
                origin: None,
                page: None,
                effect_key: Some(key),
                when_open: WhenOpen::Keep,
            })
            .await?;
        Ok(Event::CodeSent(self.code_sent(started)))
    }

    pub(super) async fn resend_code(
        &self,
        turn: &LeasedTurn,
        state: &Conversation,
        verification: VerificationId,
        key: String,
    ) -> Result<Event, TurnError> {
        let (requester, locale) = (Self::requester(turn), self.locale_of(state));
        let resent = self.parts.verify.resend(verification, &requester, locale, Some(key.clone())).await?;
        if matches!(resent, SendCodeOutcome::NotFound) {
            return self.start_verification(turn, state, key).await;
        }
        Ok(Event::CodeSent(self.code_sent(resent)))
    }

    fn code_sent(&self, started: SendCodeOutcome) -> CodeSent {
        let now = self.kernel.now();
        match started {
            SendCodeOutcome::Sent(verification) => CodeSent::Sent(verification.id),
            SendCodeOutcome::StillGood(verification) => CodeSent::StillGood(verification.id),
            SendCodeOutcome::TooSoon { verification, at } => CodeSent::TooSoon {
                verification,
                seconds: at.signed_duration_since(now).num_seconds().max(1),
            },
            SendCodeOutcome::Locked(until) => CodeSent::Locked { minutes: minutes_until(now, until) },
            SendCodeOutcome::TooMany(_, until) => CodeSent::TooMany { minutes: minutes_until(now, until) },
            SendCodeOutcome::NumberRefused | SendCodeOutcome::OptedOut => CodeSent::NotReachable,
            SendCodeOutcome::Failed(_) | SendCodeOutcome::NotFound | SendCodeOutcome::Suspended(_) => {
                CodeSent::Failed
            }
        }
    }

    pub(super) async fn check_code(
        &self,
        turn: &LeasedTurn,
        verification: VerificationId,
        code: &str,
        key: String,
    ) -> Result<Event, TurnError> {
        let Ok(code) = OtpCode::parse(code) else { return Ok(Event::CodeChecked(CodeChecked::Gone)) };
        let requester = Self::requester(turn);
        let result = self.parts.verify.check(verification, &requester, &code, Some(key)).await?;
        let now = self.kernel.now();
        Ok(Event::CodeChecked(match result {
            CheckResult::Judged(checked) if checked.approved => {
                match self.person_of(verification, &requester).await? {
                    Some(user) => CodeChecked::Approved(user),
                    None => CodeChecked::Gone,
                }
            }
            CheckResult::Judged(checked) => match checked.locked_until {
                Some(until) => CodeChecked::Locked { minutes: minutes_until(now, until) },
                None => CodeChecked::Wrong { attempts_remaining: checked.attempts_remaining },
            },
            CheckResult::Gone => CodeChecked::Gone,
            CheckResult::Locked(until) => CodeChecked::Locked { minutes: minutes_until(now, until) },
            CheckResult::Failed(_) => CodeChecked::Failed,
        }))
    }

    /// The person with the verified number. A new number becomes a person with an empty wallet.
    async fn person_of(
        &self,
        verification: VerificationId,
        requester: &Principal,
    ) -> Result<Option<UserId>, TurnError> {
        let proved = self.parts.verify.find(verification, requester).await?;
        let Some(phone) = proved.and_then(|proved| proved.to.phone().cloned()) else { return Ok(None) };
        let person = NewPerson {
            id: UserId(self.kernel.new_id()),
            phone,
            wallet: WalletId(self.kernel.new_id()),
            wallet_name: "Principal".into(),
            currency: self.rules.default_currency,
        };
        Ok(Some(self.parts.identities.get_or_create(&person, self.kernel.now()).await?.id))
    }

    pub(super) async fn read_balance(&self, user: UserId) -> Result<Option<Event>, TurnError> {
        let wallet = self.parts.ledger.first_wallet(user, self.rules.default_currency).await?;
        let zero = Money::new(0, self.rules.default_currency);
        let (posted, available) = wallet.map_or((zero, zero), |wallet| (wallet.posted, wallet.available));
        Ok(Some(Event::Balance { posted, available }))
    }

    pub(super) async fn read_statement(&self, user: UserId) -> Result<Event, TurnError> {
        let Some(wallet) = self.parts.ledger.first_wallet(user, self.rules.default_currency).await? else {
            return Ok(Event::Statement(Vec::new()));
        };
        let page = PageRequest { limit: STATEMENT_LINES, after: None };
        let entries = self.parts.ledger.entries(wallet.id, EntryFilter::default(), &page).await?;
        let movement = |entry: ports::money::EntryView| StatementLine {
            at: entry.at.with_timezone(&self.rules.zone).format("%d/%m %H:%M").to_string(),
            amount: entry.amount,
            counterpart: entry.counterpart.to_string(),
            concept: entry.transfer.concept,
        };
        Ok(Event::Statement(entries.into_iter().map(movement).collect()))
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

    pub(super) async fn pay(
        &self,
        turn: &LeasedTurn,
        user: UserId,
        prompt: ConfirmationPrompt,
    ) -> Result<Event, TurnError> {
        let now = self.kernel.now();
        let money_from = self.chat_link(turn).await?.map(|link| self.parts.owners.money_from(&link));
        if let Some(from) = money_from.filter(|from| now < *from) {
            return Ok(Event::Paid(Paid::ChatTooNew { minutes: minutes_until(now, from) }));
        }
        let caller = Principal::Chat(turn.conversation);
        let (amount, id) = (prompt.amount.to_string(), prompt.id.to_string());
        // The prompt's id is the idempotency key: two clear yeses, or a turn that runs again, pay once.
        let key = IdempotencyKey { caller: caller.clone(), operation: "transfer".into(), key: id };
        let fingerprint =
            Fingerprint::of(&[("amount", Some(&amount)), ("account", Some(prompt.account.canonical()))]);
        let payee = prompt.payee.clone();
        let submitted = self
            .parts
            .submit
            .run(TransferRequest {
                caller,
                actor: Self::actor(turn),
                owner: Some(user),
                from: None,
                amount: prompt.amount,
                destination: RequestedDestination::Account(prompt.account),
                concept: prompt.concept,
                client_tx_id: None,
                key: Some(key),
                fingerprint,
                payee: prompt.payee,
            })
            .await;
        Ok(Event::Paid(match submitted {
            Ok(submitted) => match submitted.outcome {
                Outcome::Accepted(transfer) => self.paid(*transfer, payee, submitted.balance_after).await?,
                Outcome::Refused(refusal) => self.refused(user, prompt.amount, refusal).await?,
            },
            Err(SubmitTransferError::Store(error)) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "payment refused");
                Paid::Refused
            }
        }))
    }

    async fn paid(
        &self,
        transfer: Transfer,
        payee: Option<String>,
        balance_after: Option<Money>,
    ) -> Result<Paid, TurnError> {
        let destination = transfer.destination.masked();
        Ok(match transfer.status {
            TransferStatus::Completed => {
                let balance = match balance_after {
                    Some(balance) => balance,
                    None => self.available(transfer.owner, transfer.amount).await?,
                };
                Paid::Completed { transfer: transfer.id, amount: transfer.amount, destination, balance }
            }
            TransferStatus::PendingVerification => Paid::CodeNeeded(StepUp {
                transfer: transfer.id,
                amount: transfer.amount,
                destination,
                payee,
                channel: Channel::Sms,
            }),
            TransferStatus::Processing | TransferStatus::Unknown | TransferStatus::PendingApproval => {
                Paid::Processing { amount: transfer.amount, destination }
            }
            TransferStatus::Failed => match transfer.refusal {
                Some(refusal) => self.refused(transfer.owner, transfer.amount, refusal).await?,
                None => Paid::Refused,
            },
            _ => Paid::Gone,
        })
    }

    async fn refused(&self, user: UserId, amount: Money, refusal: Refusal) -> Result<Paid, TurnError> {
        Ok(match refusal {
            Refusal::InsufficientFunds => {
                Paid::InsufficientFunds { available: self.available(user, amount).await? }
            }
            Refusal::LimitExceeded { limit: LimitExceeded::NewPayee { payable_at } } => {
                Paid::NewPayee { minutes: minutes_until(self.kernel.now(), payable_at) }
            }
            Refusal::LimitExceeded { limit } => Paid::LimitExceeded(limit),
            Refusal::CurrencyMismatch
            | Refusal::AmountNotPositive
            | Refusal::SameAccount
            | Refusal::NoSuchAccount
            | Refusal::Frozen
            | Refusal::RecipientNotFound
            | Refusal::NotReversible => Paid::Refused,
        })
    }

    async fn available(&self, user: UserId, amount: Money) -> Result<Money, TurnError> {
        let wallet = self.parts.ledger.first_wallet(user, amount.currency).await?;
        Ok(wallet.map_or(Money::new(0, amount.currency), |wallet| wallet.available))
    }

    pub(super) async fn confirm_payment(
        &self,
        turn: &LeasedTurn,
        transfer: TransferId,
        code: &str,
        payee: Option<String>,
        key: String,
    ) -> Result<Event, TurnError> {
        let Ok(code) = OtpCode::parse(code) else { return Ok(Event::Paid(Paid::Gone)) };
        let confirmation = Confirmation {
            caller: Principal::Chat(turn.conversation),
            transfer,
            code: Some(code),
            effect_key: Some(key),
            payee,
            actor: Self::actor(turn),
        };
        let Confirmed::Judged(outcome) = self.parts.confirm.run(confirmation).await? else {
            return Ok(Event::Paid(Paid::Gone));
        };
        Ok(Event::Paid(match outcome {
            ConfirmOutcome::Decided { transfer, balance_after } => {
                self.paid(*transfer, None, balance_after).await?
            }
            // A turn that runs again after the payment: the person still gets the receipt.
            ConfirmOutcome::AlreadyDone(transfer) => self.paid(*transfer, None, None).await?,
            ConfirmOutcome::WrongCode { attempts_remaining } => Paid::WrongCode { attempts_remaining },
            ConfirmOutcome::Locked(until) => {
                Paid::Locked { minutes: minutes_until(self.kernel.now(), until) }
            }
            ConfirmOutcome::CodeGone
            | ConfirmOutcome::KeyReused
            | ConfirmOutcome::NotWaiting(_)
            | ConfirmOutcome::NotFound => Paid::Gone,
        }))
    }

    pub(super) async fn cancel_payment(
        &self,
        turn: &LeasedTurn,
        transfer: TransferId,
    ) -> Result<(), TurnError> {
        let caller = Principal::Chat(turn.conversation);
        match self.parts.cancel.run(&caller, transfer, &Self::actor(turn)).await {
            Ok(_) | Err(CancelTransferError::NotFound | CancelTransferError::TooLate(_)) => Ok(()),
            Err(CancelTransferError::Store(error)) => Err(error.into()),
        }
    }
}

/// The Telegram chat that a message came from. `None`: the message came on another channel.
fn chat_of(turn: &LeasedTurn) -> Option<i64> {
    let is_telegram = turn.message.channel_account.channel() == Channel::Telegram;
    turn.message.sender.parse().ok().filter(|_| is_telegram)
}

/// Whole minutes to wait, at least one.
fn minutes_until(now: DateTime<Utc>, until: DateTime<Utc>) -> i64 {
    until.signed_duration_since(now).num_seconds().saturating_add(59).checked_div(60).unwrap_or(1).max(1)
}
