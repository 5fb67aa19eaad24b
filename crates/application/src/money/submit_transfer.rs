//! Submit a transfer: find its destination, ask for a step-up code where one is needed, and post it exactly
//! once.

use crate::{
    kernel::Kernel,
    money::{
        payment_code::PaymentCodes,
        transfer_rules::{STEP_UP_TTL, TransferRules},
    },
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    ids::{TransferId, UserId, VerificationId, WalletId},
    locale::Locale,
    money::{
        Money,
        account_number::AccountNumber,
        ledger::{Decision, Outcome, PostTransfer, Refusal, clearing_account},
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
    principal::Principal,
};
use ports::{
    accounts::Identities,
    money::{Ledger, PostRequest, Resolved, StepUpChallenge},
    store_error::StoreError,
    verification::OwnSend,
};
use std::sync::Arc;
use thiserror::Error;

/// Decides and posts transfers.
pub struct SubmitTransfer {
    parts: SubmitTransferParts,
    kernel: Kernel,
    rules: Arc<TransferRules>,
}

/// The stores and use cases that [`SubmitTransfer`] needs.
pub struct SubmitTransferParts {
    /// The ledger port.
    pub ledger: Arc<dyn Ledger>,
    /// The port of people.
    pub identities: Arc<dyn Identities>,
    /// Draws the step-up codes.
    pub codes: Arc<PaymentCodes>,
}

impl SubmitTransfer {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: SubmitTransferParts, kernel: Kernel, rules: Arc<TransferRules>) -> Self {
        Self { parts, kernel, rules }
    }
}

/// The destination, as the payer names it.
#[derive(Clone, Debug)]
pub enum RequestedDestination {
    /// An account number, of a wallet here or of an account elsewhere.
    Account(AccountNumber),
    /// A wallet of the platform, by its id.
    Wallet(WalletId),
}

/// A request to transfer money.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransferRequest {
    /// The principal that asks.
    pub caller: Principal,
    /// The actor for the audit row.
    pub actor: Actor,
    /// The owner of the money. `None`: the owner of the wallet in `from`.
    pub owner: Option<UserId>,
    /// The wallet that the money leaves. `None`: the owner's first wallet in the currency of the amount.
    pub from: Option<WalletId>,
    /// The amount, in minor units.
    pub amount: Money,
    /// The destination of the money.
    pub destination: RequestedDestination,
    /// The concept: what the payment is for.
    pub concept: Option<String>,
    /// The caller's own id for the transfer.
    pub client_tx_id: Option<String>,
    /// The caller's idempotency key. `None`: the request has a key of its own.
    pub key: Option<IdempotencyKey>,
    /// A second key of the caller, which binds as the first does.
    pub second_key: Option<IdempotencyKey>,
    /// A hash of the fields that the caller sent.
    pub fingerprint: Fingerprint,
    /// The name under which the destination is kept as a payee.
    pub payee: Option<String>,
    /// The language of the conversation in which it was asked for, for the code's message. `None`: it was not
    /// asked for in one. A language that the person set comes first.
    pub locale: Option<Locale>,
}

impl TransferRequest {
    /// A request to pay an amount to a destination. It names neither payer nor wallet, and has a key of its
    /// own. Set the other fields afterwards; `owner` or `from` must be one of them.
    #[must_use]
    pub fn requested(
        caller: Principal,
        actor: Actor,
        amount: Money,
        destination: RequestedDestination,
        fingerprint: Fingerprint,
    ) -> Self {
        Self {
            caller,
            actor,
            owner: None,
            from: None,
            amount,
            destination,
            concept: None,
            client_tx_id: None,
            key: None,
            second_key: None,
            fingerprint,
            payee: None,
            locale: None,
        }
    }
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// What the ledger decided.
    pub outcome: Outcome,
    /// True when this is the answer to an earlier request under the same key.
    pub replayed: bool,
    /// The payer's balance after the posting. `None`: no money moved in this call.
    pub balance_after: Option<Money>,
}

/// Why nothing was decided.
#[derive(Debug, Error)]
pub enum SubmitTransferError {
    /// The payer has no such wallet.
    #[error("there is no such wallet")]
    NoSuchWallet,
    /// The key was used with other fields.
    #[error("the key was used for another request")]
    KeyReused,
    /// The transfer needs a step-up code, and the person has no number to send it to, or no code sender is
    /// set up.
    #[error("the transfer needs a code, and there is no number to send it to")]
    NoStepUp,
    /// Too many codes went to the person's number, or it is locked. The next code may go out at that time.
    #[error("too many codes for this number")]
    TooManyCodes(DateTime<Utc>),
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SubmitTransfer {
    /// Decides the request. The same key gets the first answer again.
    #[tracing::instrument(name = "submit_transfer", level = "debug", skip_all)]
    pub async fn run(&self, request: TransferRequest) -> Result<Submitted, SubmitTransferError> {
        let now = self.kernel.now();
        let (owner, from) = self.payer(&request).await?;
        if let Some(refusal) = self.cooling_off(owner, request.key.as_ref(), now).await? {
            let outcome = Outcome::Refused(refusal);
            return Ok(Submitted { outcome, replayed: false, balance_after: None });
        }
        let (to, destination) = self.resolve(&request).await?;
        let mut transfer = Transfer {
            id: TransferId(self.kernel.new_id()),
            folio: self.kernel.draw_folio(),
            caller: request.caller,
            client_tx_id: request.client_tx_id,
            owner,
            from,
            to,
            destination,
            amount: request.amount,
            concept: request.concept,
            status: TransferStatus::Completed,
            verification: None,
            reverses: None,
            reversed_minor: 0,
            refusal: None,
            expires_at: None,
            created_at: now,
        };
        transfer.status = self.rules.off_us.status_of(&transfer);
        let step_up_challenge = if self.rules.needs_step_up(request.amount) {
            match self.step_up_challenge(&mut transfer, request.locale, now).await {
                // A frozen person is told that they are frozen, not that no code can reach them.
                Err(SubmitTransferError::NoStepUp) => return self.without_step_up(owner).await,
                step => Some(step?),
            }
        } else {
            None
        };
        let command = PostTransfer {
            key: request.key.unwrap_or_else(|| IdempotencyKey::own(transfer.id.0)),
            transfer,
            second_key: request.second_key,
            fingerprint: request.fingerprint,
            limits: self.rules.limits,
            day: self.rules.day_of(now),
        };
        let post = PostRequest { command, step_up_challenge, payee: request.payee, actor: request.actor };
        let outcomes = self.parts.ledger.post(std::slice::from_ref(&post), now).await?;
        let Some(posted) = outcomes.into_iter().next() else {
            return Err(StoreError::Corrupt("a posting without an outcome".into()).into());
        };
        let (outcome, replayed) = match posted.decision {
            Decision::Decided(outcome) => (outcome, false),
            Decision::Replayed(outcome) => (outcome, true),
            Decision::KeyReused => return Err(SubmitTransferError::KeyReused),
            Decision::CodeRefused(refusal) => return Err(SubmitTransferError::TooManyCodes(refusal.until())),
        };
        Ok(Submitted { outcome, replayed, balance_after: posted.balance_after })
    }

    async fn without_step_up(&self, owner: UserId) -> Result<Submitted, SubmitTransferError> {
        let person = self.parts.identities.find(owner).await?;
        if person.is_none_or(|person| person.freeze.frozen_at.is_none()) {
            return Err(SubmitTransferError::NoStepUp);
        }
        let outcome = Outcome::Refused(Refusal::Frozen);
        Ok(Submitted { outcome, replayed: false, balance_after: None })
    }

    /// The refusal for a payer who replaced their number a short time ago. It ends by itself, so it is not
    /// kept as an answer. A request that was decided before keeps its answer.
    async fn cooling_off(
        &self,
        owner: UserId,
        key: Option<&IdempotencyKey>,
        now: DateTime<Utc>,
    ) -> Result<Option<Refusal>, SubmitTransferError> {
        if self.rules.limits.new_payee_cooloff <= Duration::zero() {
            return Ok(None);
        }
        let replaced_at =
            self.parts.identities.find(owner).await?.and_then(|person| person.phone_replaced_at);
        let Err(limit) = self.rules.limits.check_number(replaced_at, now) else { return Ok(None) };
        if let Some(key) = key
            && self.parts.ledger.find_outcome(key).await?.is_some()
        {
            return Ok(None);
        }
        Ok(Some(Refusal::LimitExceeded { limit }))
    }

    async fn payer(&self, request: &TransferRequest) -> Result<(UserId, WalletId), SubmitTransferError> {
        let wallet = match (request.from, request.owner) {
            (Some(id), owner) => self
                .parts
                .ledger
                .find_wallet(id)
                .await?
                .filter(|wallet| owner.is_none_or(|owner| owner == wallet.user)),
            (None, Some(owner)) => {
                match self.parts.ledger.first_wallet(owner, request.amount.currency).await? {
                    Some(wallet) => Some(wallet),
                    // The person has a wallet, but not in this currency. The ledger refuses with that reason.
                    None => self.parts.ledger.first_wallet(owner, self.rules.limits.currency).await?,
                }
            }
            (None, None) => None,
        };
        wallet.map(|wallet| (wallet.user, wallet.id)).ok_or(SubmitTransferError::NoSuchWallet)
    }

    /// A number that means a wallet here leads to it. Everything else is an off-us transfer, or is refused by
    /// the ledger.
    async fn resolve(
        &self,
        request: &TransferRequest,
    ) -> Result<(WalletId, Destination), SubmitTransferError> {
        let account = match &request.destination {
            RequestedDestination::Wallet(id) => {
                let wallet =
                    self.parts.ledger.find_wallet(*id).await?.ok_or(SubmitTransferError::NoSuchWallet)?;
                return Ok((wallet.id, Destination::Wallet { id: wallet.id, found_by: None }));
            }
            RequestedDestination::Account(account) => account,
        };
        let currency = request.amount.currency;
        Ok(match self.parts.ledger.resolve(account, currency).await? {
            Resolved::Wallet { id, .. } => (id, Destination::Wallet { id, found_by: Some(account.clone()) }),
            Resolved::Outside | Resolved::Nobody => {
                (clearing_account(currency), Destination::Account(account.clone()))
            }
        })
    }

    /// Makes the transfer wait for its step-up code, and draws the code.
    async fn step_up_challenge(
        &self,
        transfer: &mut Transfer,
        locale: Option<Locale>,
        now: DateTime<Utc>,
    ) -> Result<StepUpChallenge, SubmitTransferError> {
        let person =
            self.parts.identities.find(transfer.owner).await?.ok_or(SubmitTransferError::NoStepUp)?;
        let phone = person.phone.ok_or(SubmitTransferError::NoStepUp)?;
        let verification = VerificationId(self.kernel.new_id());
        let expires_at = now.checked_add_signed(STEP_UP_TTL).unwrap_or(now);
        transfer.status = TransferStatus::PendingVerification;
        transfer.verification = Some(verification);
        transfer.expires_at = Some(expires_at);
        let locale = person.locale.or(locale).unwrap_or(self.rules.default_locale);
        let drawn = self.parts.codes.draw(transfer, verification, &phone, locale, expires_at);
        let OwnSend { code, message, .. } = drawn.ok_or(SubmitTransferError::NoStepUp)?;
        Ok(StepUpChallenge { verification, code, phone, message, expires_at, policy: self.rules.code_policy })
    }
}
