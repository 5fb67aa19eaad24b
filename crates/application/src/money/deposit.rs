//! Deposit money that came in from outside the platform, once for each caller and reference.

use crate::{kernel::Kernel, money::transfer_rules::TransferRules};
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        AmountError, Currency, Money,
        clearing::DepositSource,
        ledger::{Decision, Outcome, PostTransfer},
        limits::Limits,
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey, KEY_LENGTH_MAX, is_key},
    },
    principal::Principal,
};
use ports::{
    money::{Ledger, PostRequest, WalletView},
    store_error::StoreError,
};
use std::sync::Arc;
use thiserror::Error;

/// Deposits money into wallets.
pub struct Deposits {
    ledger: Arc<dyn Ledger>,
    kernel: Kernel,
    rules: Arc<TransferRules>,
    policy: DepositPolicy,
}

/// The settings of deposits.
#[derive(Clone, Copy, Debug)]
pub struct DepositPolicy {
    /// The limit for one deposit, in `per_transfer`; its other limits are not used.
    pub limits: Limits,
    /// Whether one caller alone may deposit an adjustment.
    pub adjustments: Adjustments,
}

/// Who may deposit an adjustment, which has no money behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustments {
    /// Every caller who may deposit, as in development.
    Allowed,
    /// Nobody alone: a second operator must say the same.
    NeedSecondOperator,
}

/// The wallet that a deposit goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DepositTarget {
    /// The wallet with that id.
    Wallet(WalletId),
    /// The person's first wallet in the default currency.
    FirstWalletOf(UserId),
}

impl DepositTarget {
    /// The name of the kind, and the id.
    fn parts(self) -> (&'static str, String) {
        match self {
            Self::Wallet(id) => ("wallet", id.to_string()),
            Self::FirstWalletOf(user) => ("first_wallet_of", user.to_string()),
        }
    }
}

/// A request to deposit money.
#[derive(Clone)]
#[non_exhaustive]
pub struct DepositRequest {
    /// The principal that asks.
    pub caller: Principal,
    /// The actor for the audit row.
    pub actor: Actor,
    /// The wallet that the money enters.
    pub target: DepositTarget,
    /// The amount as a decimal text in the deposit's currency.
    pub amount: String,
    /// The currency. `None`: the wallet's.
    pub currency: Option<Currency>,
    /// The caller's own name for the deposit. It is the idempotency key: 1 to 255 bytes.
    pub reference: String,
    /// Where the money comes from.
    pub source: DepositSource,
    /// What it is for, in one line.
    pub concept: Option<String>,
}

impl DepositRequest {
    /// A request to deposit cash in the wallet's own currency. Set the other fields afterwards.
    #[must_use]
    pub fn of(
        caller: Principal,
        actor: Actor,
        target: DepositTarget,
        amount: String,
        reference: String,
    ) -> Self {
        Self {
            caller,
            actor,
            target,
            amount,
            currency: None,
            reference,
            source: DepositSource::default(),
            concept: None,
        }
    }

    fn fingerprint(&self, amount: Money) -> Fingerprint {
        let (kind, id) = self.target.parts();
        let decimal = amount.decimal();
        Fingerprint::of(&[
            (kind, Some(&id)),
            ("amount", Some(&decimal)),
            ("currency", Some(amount.currency.code())),
            ("source", Some(self.source.name())),
            ("concept", self.concept.as_deref()),
        ])
    }
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposited {
    /// What the ledger decided.
    pub outcome: Outcome,
    /// True when this is the answer to an earlier request with the same reference.
    pub replayed: bool,
}

/// Why nothing was decided.
#[derive(Debug, Error)]
pub enum DepositError {
    /// There is no such wallet, or the person has none in the default currency.
    #[error("there is no such wallet")]
    NoSuchWallet,
    /// The text is no amount in the deposit's currency.
    #[error("the amount {0}")]
    BadAmount(#[from] AmountError),
    /// The reference is empty, too long, or has control characters.
    #[error("the reference must be 1 to {KEY_LENGTH_MAX} bytes without control characters")]
    BadReference,
    /// An adjustment that nobody else has agreed to.
    #[error("an adjustment needs a second operator")]
    NeedsSecondOperator,
    /// The reference was used with other fields.
    #[error("the reference was used for another deposit")]
    ReferenceReused,
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Deposits {
    /// Builds the use case from the ports and settings that it needs.
    #[must_use]
    pub fn new(
        ledger: Arc<dyn Ledger>,
        kernel: Kernel,
        rules: Arc<TransferRules>,
        policy: DepositPolicy,
    ) -> Self {
        Self { ledger, kernel, rules, policy }
    }

    /// Decides the deposit. The same reference gets the first answer again.
    ///
    /// # Errors
    /// [`DepositError`], when nothing was decided. A refusal of the ledger, such as an exceeded limit, is an outcome.
    #[tracing::instrument(name = "deposit", level = "debug", skip_all)]
    pub async fn run(&self, request: DepositRequest) -> Result<Deposited, DepositError> {
        if !is_key(&request.reference) {
            return Err(DepositError::BadReference);
        }
        if request.source == DepositSource::Adjustment
            && self.policy.adjustments == Adjustments::NeedSecondOperator
        {
            return Err(DepositError::NeedsSecondOperator);
        }
        let wallet = self.wallet(request.target).await?.ok_or(DepositError::NoSuchWallet)?;
        let currency = request.currency.unwrap_or(wallet.posted.currency);
        let amount = Money::parse_positive(&request.amount, currency)?;
        let post = self.posting(request, &wallet, amount);
        let now = post.command.transfer.created_at;
        let outcomes = self.ledger.post(std::slice::from_ref(&post), now).await?;
        let Some(posted) = outcomes.into_iter().next() else {
            return Err(StoreError::Corrupt("a posting without an outcome".into()).into());
        };
        match posted.decision {
            Decision::Decided(outcome) => Ok(Deposited { outcome, replayed: false }),
            Decision::Replayed(outcome) => Ok(Deposited { outcome, replayed: true }),
            Decision::KeyReused => Err(DepositError::ReferenceReused),
            Decision::CodeRefused(_) => Err(StoreError::Corrupt("a deposit that needs a code".into()).into()),
        }
    }

    async fn wallet(&self, target: DepositTarget) -> Result<Option<WalletView>, StoreError> {
        match target {
            DepositTarget::Wallet(id) => self.ledger.find_wallet(id).await,
            DepositTarget::FirstWalletOf(user) => {
                self.ledger.first_wallet(user, self.rules.limits.currency).await
            }
        }
    }

    fn posting(&self, request: DepositRequest, wallet: &WalletView, amount: Money) -> PostRequest {
        let now = self.kernel.now();
        let fingerprint = request.fingerprint(amount);
        let transfer = Transfer {
            id: TransferId(self.kernel.new_id()),
            folio: self.kernel.draw_folio(),
            caller: request.caller.clone(),
            client_tx_id: Some(request.reference.clone()),
            owner: wallet.user,
            from: request.source.clearing_account(amount.currency),
            to: wallet.id,
            destination: Destination::Wallet { id: wallet.id, found_by: None },
            amount,
            concept: request.concept,
            status: TransferStatus::Completed,
            verification: None,
            reverses: None,
            reversed_minor: 0,
            refusal: None,
            expires_at: None,
            created_at: now,
        };
        let command = PostTransfer {
            transfer,
            key: IdempotencyKey {
                caller: request.caller,
                operation: "deposit".into(),
                key: request.reference,
            },
            second_key: None,
            fingerprint,
            limits: self.policy.limits,
            day: self.rules.day_of(now),
        };
        PostRequest { command, step_up_challenge: None, payee: None, actor: request.actor }
    }
}
