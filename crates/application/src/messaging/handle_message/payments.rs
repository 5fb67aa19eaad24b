//! Payments: submitted on a clear yes, confirmed with a step-up code, canceled.

use super::{HandleMessage, TurnError, effects::minutes_until};
use crate::money::{
    cancel_transfer::CancelTransferError,
    confirm_transfer::{Confirmation, Confirmed},
    payment_code::PaymentCodeResent,
    submit_transfer::{RequestedDestination, SubmitTransferError, TransferRequest},
};
use domain::{
    ids::{TransferId, UserId},
    message::Channel,
    messaging::conversation::{CodeSent, ConfirmationPrompt, Conversation, Event, Paid, StepUp},
    money::{
        Money,
        ledger::{Outcome, Refusal},
        limits::LimitExceeded,
        transfer::{Transfer, TransferStatus},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
    verification::otp::OtpCode,
};
use ports::{messaging::LeasedTurn, money::ConfirmOutcome};

impl HandleMessage {
    pub(super) async fn pay(
        &self,
        turn: &LeasedTurn,
        state: &Conversation,
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
                second_key: None,
                fingerprint,
                payee: prompt.payee,
                locale: state.locale,
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
                Paid::Completed {
                    folio: transfer.folio.to_string(),
                    amount: transfer.amount,
                    destination,
                    balance,
                }
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
            Refusal::Frozen => Paid::Frozen,
            Refusal::RecipientNotFound => Paid::RecipientNotFound,
            Refusal::CurrencyMismatch
            | Refusal::AmountNotPositive
            | Refusal::SameAccount
            | Refusal::NoSuchAccount
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

    pub(super) async fn resend_payment_code(
        &self,
        turn: &LeasedTurn,
        state: &Conversation,
        transfer: TransferId,
        key: String,
    ) -> Result<Event, TurnError> {
        let (caller, locale) = (Self::requester(turn), self.locale_of(state));
        let resent = self.parts.resend_code.run(&caller, transfer, locale, Some(key)).await?;
        let now = self.kernel.now();
        Ok(match resent {
            PaymentCodeResent::Sent(verification, channel) => {
                Event::PaymentCodeSent(CodeSent::Sent(verification, channel))
            }
            PaymentCodeResent::TooSoon(verification, at) => Event::PaymentCodeSent(CodeSent::TooSoon {
                verification,
                seconds: at.signed_duration_since(now).num_seconds().max(1),
            }),
            PaymentCodeResent::Locked(until) => {
                Event::PaymentCodeSent(CodeSent::Locked { minutes: minutes_until(now, until) })
            }
            PaymentCodeResent::TooMany(until) => {
                Event::PaymentCodeSent(CodeSent::TooMany { minutes: minutes_until(now, until) })
            }
            PaymentCodeResent::Gone => Event::Paid(Paid::Gone),
        })
    }
}
