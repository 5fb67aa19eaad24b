//! A person's own figures: what they sent and received, how much they spent, a receipt again, what is left of
//! their limits.

use crate::{
    kernel::Kernel,
    money::{
        limits_left::ReadLimits,
        named_destination::{self, Named},
        transfer_rules::TransferRules,
    },
};
use domain::{
    ids::UserId,
    messaging::intent::NamedDestination,
    money::{
        Money,
        account_number::AccountNumber,
        limits::LimitsLeft,
        payees::Payee,
        period::{DayRange, Period},
    },
    phone::Region,
};
use ports::{
    money::{Direction, Ledger, OwnEntry, OwnEntryFilter, Payees, SentFilter, SentTransfer, Statements},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Answers questions about a person's own money.
pub struct Figures {
    statements: Arc<dyn Statements>,
    payees: Arc<dyn Payees>,
    limits: ReadLimits,
    region: Region,
    kernel: Kernel,
    rules: Arc<TransferRules>,
}

/// What a question is about: a period, a payee, an amount, or any of them together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FigureQuery {
    /// The days; `None` when the question names none.
    pub period: Option<Period>,
    /// The payee, by name or by account; `None` for all.
    pub payee: Option<NamedDestination>,
    /// Only payments of exactly this amount; `None` for all.
    pub amount: Option<Money>,
}

/// The answer to a question about own figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// The figures, and what they are about.
    Of {
        /// The days that they cover; `None` for all time.
        days: Option<DayRange>,
        /// The payee's name as the person knows it, or the masked account; `None` for all.
        payee: Option<String>,
        /// The figures.
        found: T,
    },
    /// No calendar has the day or the month that the question names.
    NoSuchDay,
    /// The account that the question names is none.
    BadDestination,
    /// The person has no payee with that name.
    UnknownPayee {
        /// The name as written.
        name: String,
    },
    /// Several payees fit the name; the person must say which one.
    WhichPayee {
        /// The payees that fit, the one paid last first.
        options: Vec<Payee>,
    },
}

/// What a query means: its filter, and what the answer says about it.
struct Scope {
    filter: SentFilter,
    days: Option<DayRange>,
    payee: Option<String>,
}

impl Scope {
    fn answer<T>(self, found: T) -> Answer<T> {
        Answer::Of { days: self.days, payee: self.payee, found }
    }
}

/// The stores that [`Figures`] needs.
pub struct FiguresParts {
    /// The ledger port.
    pub ledger: Arc<dyn Ledger>,
    /// The port of payees.
    pub payees: Arc<dyn Payees>,
    /// The port of a person's own figures.
    pub statements: Arc<dyn Statements>,
}

impl Figures {
    /// Builds the use case. `region` is the one of a number without a country.
    #[must_use]
    pub fn new(parts: FiguresParts, region: Region, kernel: Kernel, rules: Arc<TransferRules>) -> Self {
        let FiguresParts { ledger, payees, statements } = parts;
        let limits = ReadLimits::new(ledger, kernel.clone(), rules.clone());
        Self { statements, payees, limits, region, kernel, rules }
    }

    /// The newest entries of all the person's wallets, at most `limit`. With a payee, only what was sent to it.
    pub async fn statement(
        &self,
        user: UserId,
        query: &FigureQuery,
        direction: Option<Direction>,
        limit: i64,
    ) -> StoreResult<Answer<Vec<OwnEntry>>> {
        let scope = match self.scope::<Vec<OwnEntry>>(user, query).await? {
            Ok(scope) => scope,
            Err(answer) => return Ok(answer),
        };
        let filter = OwnEntryFilter { sent: scope.filter.clone(), direction, limit };
        let entries = self.statements.own_entries(user, &filter).await?;
        Ok(scope.answer(entries))
    }

    /// What the person sent to others, for each currency; empty when they sent nothing. A question that names
    /// neither days nor a payee is about this month; one that names a payee only is about all time.
    pub async fn spending(&self, user: UserId, query: &FigureQuery) -> StoreResult<Answer<Vec<Money>>> {
        let this_month = query.payee.is_none().then_some(Period::ThisMonth);
        let query = FigureQuery { period: query.period.or(this_month), ..query.clone() };
        let scope = match self.scope::<Vec<Money>>(user, &query).await? {
            Ok(scope) => scope,
            Err(answer) => return Ok(answer),
        };
        let sums = self.statements.spent_sum(user, &scope.filter).await?;
        Ok(scope.answer(sums))
    }

    /// The newest transfer that the person sent, to show its receipt again. `None`: there is none.
    pub async fn receipt(
        &self,
        user: UserId,
        query: &FigureQuery,
    ) -> StoreResult<Answer<Option<SentTransfer>>> {
        let scope = match self.scope::<Option<SentTransfer>>(user, query).await? {
            Ok(scope) => scope,
            Err(answer) => return Ok(answer),
        };
        let newest = self.statements.last_sent(user, &scope.filter, 1).await?.into_iter().next();
        Ok(scope.answer(newest))
    }

    /// What is left of the person's limits.
    pub async fn limits(&self, user: UserId) -> StoreResult<LimitsLeft> {
        self.limits.run(user).await
    }

    /// Reads a query. `Err` holds the answer when it can't be read.
    async fn scope<T>(&self, user: UserId, query: &FigureQuery) -> StoreResult<Result<Scope, Answer<T>>> {
        let filter = SentFilter { amount: query.amount, ..SentFilter::default() };
        let mut scope = Scope { filter, days: None, payee: None };
        if let Some(period) = query.period {
            let Some(days) = DayRange::of(period, self.rules.day_of(self.kernel.now())) else {
                return Ok(Err(Answer::NoSuchDay));
            };
            let (from, until) = days.instants(&self.rules.zone);
            (scope.filter.from, scope.filter.until) = (Some(from), Some(until));
            scope.days = Some(days);
        }
        if let Some(named) = &query.payee {
            let payees = self.payees.payees_of(user).await?;
            match self.accounts(named, &payees) {
                Ok((name, accounts)) => {
                    scope.filter.accounts = Some(accounts);
                    scope.payee = Some(name);
                }
                Err(answer) => return Ok(Err(answer)),
            }
        }
        Ok(Ok(scope))
    }

    /// The payee's name and its accounts. Payees with the same name are one payee with several accounts: nothing is
    /// paid here, so the person is not asked which one.
    fn accounts<T>(
        &self,
        named: &NamedDestination,
        payees: &[Payee],
    ) -> Result<(String, Vec<AccountNumber>), Answer<T>> {
        let known = |account: &AccountNumber| payees.iter().find(|payee| payee.account == *account);
        match named_destination::read(named, payees, self.region) {
            Ok(Named::Account(account)) => {
                let name = known(&account).map_or_else(|| account.masked(), |payee| payee.name.clone());
                Ok((name, vec![account]))
            }
            Ok(Named::Payee(payee)) => Ok((payee.name.clone(), vec![payee.account.clone()])),
            Ok(Named::Several(several)) => match several.as_slice() {
                [first, rest @ ..] if rest.iter().all(|other| other.folded_name() == first.folded_name()) => {
                    let accounts = several.iter().map(|payee| payee.account.clone()).collect();
                    Ok((first.name.clone(), accounts))
                }
                _ => Err(Answer::WhichPayee { options: several.into_iter().cloned().collect() }),
            },
            Ok(Named::Unknown) => Err(Answer::UnknownPayee { name: named.value.clone() }),
            Err(_) => Err(Answer::BadDestination),
        }
    }
}
