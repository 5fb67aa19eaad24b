//! Asking for money to move: where to, with or without a second step, exactly once.

use crate::verification::draw_code::draw_code;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::{
    ids::{MessageId, TransferId, UserId, VerificationId, WalletId},
    locale::Locale,
    message::Channel,
    messaging::conversation::{Arg, Text},
    money::{
        Money,
        account_number::AccountNumber,
        ledger::{Decision, Outcome, PostTransfer, Refusal, clearing_account},
        limits::Limits,
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
    verification::otp::{OtpPolicy, Purpose, transfer_digest},
};
use ports::{
    accounts::Identities,
    clock::Clock,
    crypto::{CodeContext, CodeHasher},
    ids_and_random::{IdGenerator, Random},
    messaging::{Lane, NewOutbound, message_channel::OutboundMessage, texts::Texts},
    money::{Ledger, PostRequest, SecondStep},
    store_error::StoreError,
    verification::{OwnCode, Verifications},
};
use rust_decimal::Decimal;
use std::sync::Arc;
use thiserror::Error;

/// How long a transfer waits for its code: five minutes, since it is money.
pub const SECOND_STEP_TTL: Duration = Duration::minutes(5);

/// The numbers that rule transfers.
#[derive(Clone, Debug)]
pub struct TransferRules {
    /// At or above this, in whole units of any currency, a second step is needed.
    pub second_step_from: Decimal,
    /// The limits in force.
    pub limits: Limits,
    /// The time zone in which days and months are counted.
    pub zone: Tz,
    /// The numbers for codes.
    pub code_policy: OtpPolicy,
    /// The number codes by SMS go out from: `twilio:sms:+1415…`; without one there is no
    /// second step, since a code in the chat itself would be none.
    pub code_account: Option<String>,
    /// The language of a person who has set none.
    pub default_locale: Locale,
}

impl TransferRules {
    /// The calendar day of an instant.
    #[must_use]
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    fn needs_second_step(&self, amount: Money) -> bool {
        Decimal::new(amount.minor, amount.currency.exponent()) >= self.second_step_from
    }
}

/// Moves money.
pub struct SubmitTransfer {
    /// The books.
    pub ledger: Arc<dyn Ledger>,
    /// People.
    pub identities: Arc<dyn Identities>,
    /// Counts codes.
    pub verifications: Arc<dyn Verifications>,
    /// Makes the codes' hashes.
    pub hasher: Arc<dyn CodeHasher>,
    /// Draws codes.
    pub random: Arc<dyn Random>,
    /// Ids.
    pub ids: Arc<dyn IdGenerator>,
    /// The words of a code's message.
    pub texts: Arc<dyn Texts>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// The numbers in force.
    pub rules: Arc<TransferRules>,
}

/// Where the payer wants it to go.
#[derive(Clone, Debug)]
pub enum RequestedDestination {
    /// An account, here or elsewhere.
    Account(AccountNumber),
    /// A wallet of ours.
    Wallet(WalletId),
}

/// A request to move money.
#[derive(Clone)]
pub struct TransferRequest {
    /// Who asks: `client:<id>`, `chat:<conversation>`.
    pub caller: String,
    /// For the audit.
    pub actor: Actor,
    /// Whose money; `None` when the wallet says it.
    pub owner: Option<UserId>,
    /// The wallet it leaves; else the owner's first in the amount's currency.
    pub from: Option<WalletId>,
    /// How much.
    pub amount: Money,
    /// Where to.
    pub destination: RequestedDestination,
    /// What for.
    pub concept: Option<String>,
    /// The caller's name for it.
    pub client_tx_id: Option<String>,
    /// The caller's key.
    pub key: Option<IdempotencyKey>,
    /// Over what the caller supplied.
    pub fingerprint: Fingerprint,
    /// The name the destination is to be remembered under.
    pub payee: Option<String>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// What was decided.
    pub outcome: Outcome,
    /// Whether that was before.
    pub replayed: bool,
    /// What the payer has left, where money moved now.
    pub balance_after: Option<Money>,
}

/// Why nothing was decided.
#[derive(Debug, Error)]
pub enum SubmitTransferError {
    /// The payer has no such wallet.
    #[error("there is no such wallet")]
    NoSuchWallet,
    /// The key stands for another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// A second step is needed, and there is no number to send its code to.
    #[error("a second step is needed, and the person has no verified number")]
    NoSecondStep,
    /// Too many codes went to the person's number, or it is locked; the next may go out then.
    #[error("no more codes for this number now")]
    TooManyCodes(DateTime<Utc>),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SubmitTransfer {
    /// Decides a request, once for each key.
    pub async fn run(&self, request: TransferRequest) -> Result<Submitted, SubmitTransferError> {
        let now = self.clock.now();
        let (owner, from) = self.payer(&request).await?;
        if let Some(refusal) = self.cooling_off(owner, request.key.as_ref(), now).await? {
            let outcome = Outcome::Refused(refusal);
            return Ok(Submitted { outcome, replayed: false, balance_after: None });
        }
        let (to, destination) = self.resolve(&request).await?;
        let mut transfer = Transfer {
            id: TransferId(self.ids.new_id()),
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
        let second_step = if self.rules.needs_second_step(request.amount) {
            self.may_send_code(owner, request.key.as_ref(), now).await?;
            Some(self.second_step(&mut transfer, now).await?)
        } else {
            None
        };
        let command = PostTransfer {
            key: request.key.unwrap_or_else(|| transfer.id.own_key()),
            transfer,
            fingerprint: request.fingerprint,
            limits: self.rules.limits,
            day: self.rules.day_of(now),
        };
        let post = PostRequest { command, second_step, payee: request.payee, actor: request.actor };
        let outcomes = self.ledger.post(std::slice::from_ref(&post), now).await?;
        let Some(posted) = outcomes.into_iter().next() else {
            return Err(StoreError::Corrupt("a posting without an outcome".into()).into());
        };
        let (outcome, replayed) = match posted.decision {
            Decision::Decided(outcome) => (outcome, false),
            Decision::Replayed(outcome) => (outcome, true),
            Decision::KeyReused => return Err(SubmitTransferError::KeyReused),
        };
        Ok(Submitted { outcome, replayed, balance_after: posted.balance_after })
    }

    /// Whether the payer's money waits since he replaced his number. That is over by itself, so it is no
    /// answer to keep; a request that was decided before has its answer.
    async fn cooling_off(
        &self,
        owner: UserId,
        key: Option<&IdempotencyKey>,
        now: DateTime<Utc>,
    ) -> Result<Option<Refusal>, SubmitTransferError> {
        if self.rules.limits.new_payee_cooloff <= Duration::zero() {
            return Ok(None);
        }
        let replaced_at = self.identities.find(owner).await?.and_then(|person| person.phone_replaced_at);
        let Err(limit) = self.rules.limits.check_number(replaced_at, now) else { return Ok(None) };
        if let Some(key) = key
            && self.ledger.find_outcome(key).await?.is_some()
        {
            return Ok(None);
        }
        Ok(Some(Refusal::LimitExceeded { limit }))
    }

    /// Codes for payments have a budget of their own, so that they neither bomb a number nor use up
    /// what its chat needs. A request that was decided before sends none.
    async fn may_send_code(
        &self,
        owner: UserId,
        key: Option<&IdempotencyKey>,
        now: DateTime<Utc>,
    ) -> Result<(), SubmitTransferError> {
        if let Some(key) = key
            && self.ledger.find_outcome(key).await?.is_some()
        {
            return Ok(());
        }
        let Some(phone) = self.identities.find(owner).await?.and_then(|person| person.phone) else {
            return Ok(());
        };
        match self.verifications.payment_code_wait(&phone, &self.rules.code_policy, now).await? {
            Some(at) => Err(SubmitTransferError::TooManyCodes(at)),
            None => Ok(()),
        }
    }

    async fn payer(&self, request: &TransferRequest) -> Result<(UserId, WalletId), SubmitTransferError> {
        let wallet = match (request.from, request.owner) {
            (Some(id), owner) => self
                .ledger
                .find_wallet(id)
                .await?
                .filter(|wallet| owner.is_none_or(|owner| owner == wallet.user)),
            (None, Some(owner)) => match self.ledger.first_wallet(owner, request.amount.currency).await? {
                Some(wallet) => Some(wallet),
                // He has one, though not in this currency: the books will say so.
                None => self.ledger.first_wallet(owner, self.rules.limits.currency).await?,
            },
            (None, None) => None,
        };
        wallet.map(|wallet| (wallet.user, wallet.id)).ok_or(SubmitTransferError::NoSuchWallet)
    }

    /// A phone number that is a person's of ours means his wallet; all else leaves the house.
    async fn resolve(
        &self,
        request: &TransferRequest,
    ) -> Result<(WalletId, Destination), SubmitTransferError> {
        let account = match &request.destination {
            RequestedDestination::Wallet(id) => {
                let wallet = self.ledger.find_wallet(*id).await?.ok_or(SubmitTransferError::NoSuchWallet)?;
                return Ok((wallet.id, Destination::Wallet { id: wallet.id, found_by: None }));
            }
            RequestedDestination::Account(account) => account,
        };
        if let AccountNumber::Phone(phone) = account
            && let Some(person) = self.identities.find_by_phone(phone).await?
            && let Some(wallet) = self.ledger.first_wallet(person.id, request.amount.currency).await?
        {
            return Ok((wallet.id, Destination::Wallet { id: wallet.id, found_by: Some(account.clone()) }));
        }
        Ok((clearing_account(request.amount.currency), Destination::Account(account.clone())))
    }

    /// Makes the code that the transfer waits for, bound to amount, payee and transfer, and the SMS
    /// that bears it. Chats run over WhatsApp or Telegram, so that an SMS is another channel.
    async fn second_step(
        &self,
        transfer: &mut Transfer,
        now: DateTime<Utc>,
    ) -> Result<SecondStep, SubmitTransferError> {
        let person = self.identities.find(transfer.owner).await?.ok_or(SubmitTransferError::NoSecondStep)?;
        let phone = person.phone.ok_or(SubmitTransferError::NoSecondStep)?;
        let account = self.rules.code_account.clone().ok_or(SubmitTransferError::NoSecondStep)?;
        let verification = VerificationId(self.ids.new_id());
        let expires_at = now.checked_add_signed(SECOND_STEP_TTL).unwrap_or(now);
        transfer.status = TransferStatus::PendingVerification;
        transfer.verification = Some(verification);
        transfer.expires_at = Some(expires_at);
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        let code = draw_code(self.random.as_ref());
        let digest = transfer_digest(transfer);
        let context = CodeContext {
            verification,
            salt,
            purpose: Purpose::Transfer,
            destination: phone.e164().to_owned(),
            transaction_digest: digest,
        };
        let text = Text {
            id: "code-for-transfer",
            args: vec![
                ("code", Arg::Text(code.clone())),
                ("amount", Arg::Text(transfer.amount.to_string())),
                ("destination", Arg::Text(transfer.destination.masked())),
            ],
        };
        let locale = person.locale.unwrap_or(self.rules.default_locale);
        let message = OutboundMessage::plain(
            MessageId(self.ids.new_id()),
            Channel::Sms,
            phone.e164().to_owned(),
            self.texts.render(locale, &text),
        );
        Ok(SecondStep {
            verification,
            code: OwnCode { salt, mac: self.hasher.hash(&context, &code), transaction_digest: digest },
            phone,
            message: NewOutbound {
                message,
                channel_account: account,
                lane: Lane::Code,
                expires_at,
                client: None,
            },
            expires_at,
            attempts_max: self.rules.code_policy.attempts_max,
        })
    }
}
