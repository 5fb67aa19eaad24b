//! A bank that answers as it is told.

use async_trait::async_trait;
use domain::money::{
    Money,
    bank::{
        BankOrder, BankReason, BankReference, BankStatus, NotSentCause, OperatingDate, PaymentReport,
        StatusOutcome, SubmitOutcome,
    },
};
use ports::money::core_bank::{
    BankAnswer, BankBalance, BankCheck, BankUnavailable, CoreBank, StatementPage, StatementQuery,
};
use std::{collections::HashMap, sync::Mutex};

/// What the bank does with an order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mood {
    Settles,
    Waits,
    Refuses,
    /// It takes the order, and its answer is lost.
    DropsAnswer,
    /// The order gets lost on its way, and nobody can tell.
    Vanishes,
    CannotBeReached,
    RefusesCredentials,
}

/// What the bank has taken, and how often each order came.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) orders: HashMap<BankReference, (BankStatus, Money, OperatingDate)>,
    pub(crate) sent: HashMap<BankReference, u32>,
}

/// A bank of its own mind. It refuses a reference that it knows.
pub(crate) struct ScriptedBank {
    pub(crate) mood: Mutex<Mood>,
    pub(crate) book: Mutex<Book>,
}

impl ScriptedBank {
    pub(crate) fn report(reference: BankReference, status: BankStatus, amount: Money) -> PaymentReport {
        let reason = BankReason::try_new("AC04", "Closed").filter(|_| status == BankStatus::Rejected);
        PaymentReport {
            reference,
            bank_id: Some("B1".into()),
            status,
            reason,
            amount: Some(amount),
            creditor_account: None,
            booked_at: None,
        }
    }

    pub(crate) fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub(crate) fn settle_all(&self) {
        for (status, _, _) in self.book.lock().unwrap().orders.values_mut() {
            if *status == BankStatus::Pending {
                *status = BankStatus::SettledByDebtor;
            }
        }
    }
}

#[async_trait]
impl CoreBank for ScriptedBank {
    async fn submit(&self, order: &BankOrder) -> BankAnswer<SubmitOutcome> {
        let mood = *self.mood.lock().unwrap();
        let mut book = self.book.lock().unwrap();
        let not_sent = |cause| BankAnswer::without_response(SubmitOutcome::NotSent(cause));
        match mood {
            Mood::CannotBeReached => return not_sent(NotSentCause::Unreachable),
            Mood::RefusesCredentials => return not_sent(NotSentCause::Credentials),
            _ => {}
        }
        *book.sent.entry(order.reference).or_default() += 1;
        let status = match mood {
            Mood::Vanishes => return BankAnswer::without_response(SubmitOutcome::NoUsableAnswer),
            Mood::Refuses => BankStatus::Rejected,
            Mood::Waits => BankStatus::Pending,
            _ => BankStatus::SettledByDebtor,
        };
        book.orders.insert(order.reference, (status, order.amount, order.operating_date));
        if matches!(mood, Mood::DropsAnswer) {
            return BankAnswer::without_response(SubmitOutcome::NoUsableAnswer);
        }
        let report = Self::report(order.reference, status, order.amount);
        BankAnswer { outcome: SubmitOutcome::Taken(report), http_status: Some(201), raw: b"{}".to_vec() }
    }

    async fn status(&self, reference: BankReference, date: OperatingDate) -> BankAnswer<StatusOutcome> {
        let book = self.book.lock().unwrap();
        let outcome = match book.orders.get(&reference) {
            Some((status, amount, ordered_on)) => {
                assert_eq!(*ordered_on, date, "it is asked by the date that it was sent with");
                StatusOutcome::Known(Self::report(reference, *status, *amount))
            }
            None => StatusOutcome::NotFound,
        };
        BankAnswer { outcome, http_status: Some(200), raw: b"{}".to_vec() }
    }

    async fn balance(&self, _: &str) -> Result<BankBalance, BankUnavailable> {
        Err(BankUnavailable::Unreachable("not here".into()))
    }

    async fn statement(&self, _: &StatementQuery) -> Result<StatementPage, BankUnavailable> {
        Err(BankUnavailable::Unreachable("not here".into()))
    }

    async fn check(&self) -> Result<BankCheck, BankUnavailable> {
        Err(BankUnavailable::Unreachable("not here".into()))
    }
}
