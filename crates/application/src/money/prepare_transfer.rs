//! Check a draft before the person sees it as a confirmation prompt.

use crate::{
    kernel::Kernel,
    money::{
        named_destination::{self, Named},
        transfer_rules::TransferRules,
    },
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    ids::UserId,
    messaging::{
        conversation::{BalancePart, CheckedDraft, Draft, PayeeOption, Prepared},
        intent::{DestinationKind, NamedDestination},
    },
    money::{
        Currency, Money,
        account_number::{AccountNumber, nearly_a_clabe},
        payees::{Closest, Payee, closest},
    },
    phone::Region,
};
use ports::{
    accounts::Identities,
    money::{Ledger, Payees, Resolved, Statements},
    store_error::StoreResult,
};
use std::sync::Arc;

/// A payment like one of so long ago is shown with a warning.
pub const REPEAT_WINDOW: Duration = Duration::minutes(10);

/// The most payees that are offered when several fit a name.
const OPTIONS_MAX: usize = 10;

/// Checks drafts of transfers.
pub struct PrepareTransfer {
    parts: PrepareTransferParts,
    region: Region,
    kernel: Kernel,
    rules: Arc<TransferRules>,
}

/// The stores that [`PrepareTransfer`] needs.
pub struct PrepareTransferParts {
    /// The ledger port.
    pub ledger: Arc<dyn Ledger>,
    /// The port of people.
    pub identities: Arc<dyn Identities>,
    /// The port of payees.
    pub payees: Arc<dyn Payees>,
    /// The port of a person's own figures.
    pub statements: Arc<dyn Statements>,
}

impl PrepareTransfer {
    /// Builds the use case. `region` is the one of a number without a country.
    #[must_use]
    pub fn new(
        parts: PrepareTransferParts,
        region: Region,
        kernel: Kernel,
        rules: Arc<TransferRules>,
    ) -> Self {
        Self { parts, region, kernel, rules }
    }
}

/// The account of a draft, and what the payer knows about it.
struct Target {
    account: AccountNumber,
    /// The payee's name: as the payer knows it, or as they said it now.
    payee: Option<String>,
    /// The masked account under which the payer knows that name, if it is another one.
    known_account: Option<String>,
}

impl PrepareTransfer {
    /// Tells whether the draft can become a confirmation prompt. It decides nothing: the ledger checks
    /// everything again when the transfer is paid.
    #[tracing::instrument(name = "prepare_transfer", level = "debug", skip_all, fields(%user))]
    pub async fn run(&self, user: UserId, draft: &Draft) -> StoreResult<Prepared> {
        let Some(named) = &draft.destination else { return Ok(Prepared::BadDestination) };
        let person = self.parts.identities.find(user).await?;
        if person.is_some_and(|person| person.freeze.frozen_at.is_some()) {
            return Ok(Prepared::Frozen);
        }
        let payees = self.parts.payees.payees_of(user).await?;
        let target = match self.target(named, draft.payee.as_deref(), &payees) {
            Ok(target) => target,
            Err(found) => return Ok(found),
        };
        let currency = draft.amount.map_or(self.rules.limits.currency, |amount| amount.currency);
        let Some(wallet) = self.parts.ledger.first_wallet(user, currency).await? else {
            return Ok(Prepared::NoWallet { currency });
        };
        let Some(amount) = draft.amount.or_else(|| part_of(wallet.available, draft.part?)) else {
            return Ok(Prepared::BadDestination);
        };
        if let Some(found) = self.recipient(user, &target.account, currency).await? {
            return Ok(found);
        }
        let now = self.kernel.now();
        let spent = self.parts.ledger.spent(user, currency, self.rules.day_of(now)).await?;
        if let Err(limit) = self.rules.limits.check(spent, amount) {
            return Ok(Prepared::LimitExceeded(limit));
        }
        if wallet.available.minor < amount.minor || amount.minor <= 0 {
            return Ok(Prepared::InsufficientFunds { available: wallet.available });
        }
        let repeats_after_minutes = self.repeats_after(user, amount, &target.account, now).await?;
        Ok(Prepared::Ready(Box::new(CheckedDraft {
            amount,
            bank: target.account.bank(),
            account: target.account,
            payee: target.payee,
            known_account: target.known_account,
            repeats_after_minutes,
        })))
    }

    /// The account that is meant. A name alone means the payee of that name; beside an account the account
    /// counts, and the name is what it is remembered under. `Err` holds what the payer must say first.
    fn target(
        &self,
        named: &NamedDestination,
        said: Option<&str>,
        payees: &[Payee],
    ) -> Result<Target, Prepared> {
        if matches!(named.kind, DestinationKind::Account | DestinationKind::Clabe)
            && let Some(digits) = nearly_a_clabe(&named.value)
        {
            return Err(Prepared::DigitsMissing { digits });
        }
        match named_destination::read(named, payees, self.region) {
            Ok(Named::Account(account)) => Ok(beside_name(account, said, payees)),
            Ok(Named::Payee(payee)) => Ok(Target {
                account: payee.account.clone(),
                payee: Some(payee.name.clone()),
                known_account: None,
            }),
            Ok(Named::Several(several)) => Err(Prepared::WhichPayee {
                options: several.into_iter().take(OPTIONS_MAX).map(option_of).collect(),
            }),
            Ok(Named::Unknown) => Err(Prepared::UnknownPayee { name: named.value.clone() }),
            Err(_) => Err(Prepared::BadDestination),
        }
    }

    /// Why nothing can be paid to that account. `None`: it can be paid.
    async fn recipient(
        &self,
        user: UserId,
        account: &AccountNumber,
        currency: Currency,
    ) -> StoreResult<Option<Prepared>> {
        Ok(match self.parts.ledger.resolve(account, currency).await? {
            Resolved::Wallet { owner, .. } if owner == user => Some(Prepared::OwnAccount),
            Resolved::Nobody => Some(Prepared::RecipientNotFound),
            Resolved::Wallet { .. } | Resolved::Outside => None,
        })
    }

    /// Whole minutes since the same payment, if there was one a short time ago.
    async fn repeats_after(
        &self,
        user: UserId,
        amount: Money,
        account: &AccountNumber,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<i64>> {
        let since = now.checked_sub_signed(REPEAT_WINDOW).unwrap_or(now);
        let before = self.parts.statements.last_alike(user, amount, account, since).await?;
        Ok(before.map(|before| now.signed_duration_since(before).num_minutes().max(0)))
    }
}

/// The part of the available balance that is meant. It may be zero.
fn part_of(available: Money, part: BalancePart) -> Option<Money> {
    let minor = match part {
        BalancePart::All => available.minor,
        BalancePart::Half => available.minor.checked_div(2)?,
    };
    Some(Money { minor, ..available })
}

/// An account that was written out, with the name that was said beside it.
fn beside_name(account: AccountNumber, said: Option<&str>, payees: &[Payee]) -> Target {
    let known: Vec<&Payee> = payees.iter().filter(|payee| payee.account == account).collect();
    let Some(said) = said else {
        let payee = known.first().map(|payee| payee.name.clone());
        return Target { account, payee, known_account: None };
    };
    // The payer knows this account: under this name, or under one that the new name replaces.
    if let [same] = known.as_slice() {
        let is_close = closest(said, std::slice::from_ref(*same)) != Closest::Nobody;
        let payee = if is_close { same.name.clone() } else { said.to_owned() };
        return Target { account, payee: Some(payee), known_account: None };
    }
    let namesake = match closest(said, payees) {
        Closest::Nobody => None,
        Closest::One(payee) => Some(payee),
        Closest::Several(several) => several.first().copied(),
    };
    let known_account = namesake.map(|payee| payee.account.masked());
    Target { account, payee: Some(said.to_owned()), known_account }
}

fn option_of(payee: &Payee) -> PayeeOption {
    PayeeOption { name: payee.name.clone(), account: payee.account.clone() }
}
