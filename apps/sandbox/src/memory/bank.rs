//! What the bank stores: tokens, payments, and the lines of the statement.

use crate::{clock::timestamp, json::merge};
use chrono::{DateTime, NaiveDate, Utc};
use domain::money::{
    Currency, Money,
    bank::{BankReference, BankStatus, StatusMeaning},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet, VecDeque};

/// How many payments are kept. Older ones are removed.
const TRANSFERS_MAX: usize = 50_000;
/// How many lines of the statement are kept.
const ENTRIES_MAX: usize = 100_000;
/// How many tokens and how many assertions are kept.
const TOKENS_MAX: usize = 1_000;
/// What is in the account at first, in minor units.
const OPENING_BALANCE: i64 = 100_000_000;

/// Who is paid.
#[derive(Clone, Deserialize)]
pub(crate) struct BankCreditor {
    pub(crate) account: String,
    pub(crate) account_type: String,
    pub(crate) name: Option<String>,
}

/// A payment.
#[derive(Clone)]
pub(crate) struct BankTransfer {
    pub(crate) reference: BankReference,
    pub(crate) operating_date: NaiveDate,
    pub(crate) bank_id: String,
    pub(crate) status: BankStatus,
    /// Code and text.
    pub(crate) reason: Option<(String, String)>,
    pub(crate) amount: Money,
    pub(crate) creditor: BankCreditor,
    pub(crate) concept: Option<String>,
    /// When it was booked in the statement.
    pub(crate) booked_at: Option<String>,
    /// When it came.
    pub(crate) at: String,
}

impl BankTransfer {
    /// The payment as the protocol shows it.
    pub(crate) fn shown(&self) -> Value {
        let mut shown = json!({
            "reference": self.reference.as_str(), "bank_id": self.bank_id, "status": self.status.code(),
            "amount": self.amount.decimal(), "currency": self.amount.currency.code(),
        });
        if let Some((code, text)) = &self.reason {
            merge(&mut shown, Some(&json!({"reason": {"code": code, "text": text}})));
        }
        if let Some(booked_at) = &self.booked_at {
            merge(&mut shown, Some(&json!({"booked_at": booked_at})));
        }
        shown
    }

    /// The payment as the control routes list it.
    pub(crate) fn listed(&self) -> Value {
        let mut listed = self.shown();
        let BankCreditor { account, account_type, name } = &self.creditor;
        let more = json!({
            "operating_date": self.operating_date.to_string(), "concept": self.concept, "at": self.at,
            "creditor": {"account": account, "account_type": account_type, "name": name},
        });
        merge(&mut listed, Some(&more));
        listed
    }
}

/// A line of the statement, booked.
#[derive(Clone)]
pub(crate) struct BankEntry {
    /// Its number, given when it is added.
    pub(crate) seq: u64,
    pub(crate) entry_id: String,
    pub(crate) reference: Option<String>,
    pub(crate) bank_id: String,
    /// Below zero for money that left.
    pub(crate) minor: i64,
    pub(crate) booked_at: String,
    pub(crate) value_date: NaiveDate,
    pub(crate) creditor_account: String,
    pub(crate) counterparty_account: Option<String>,
    pub(crate) counterparty_name: Option<String>,
    pub(crate) concept: Option<String>,
}

impl BankEntry {
    /// The line as the protocol shows it.
    pub(crate) fn shown(&self, currency: Currency) -> Value {
        let given =
            |name: &str, value: &Option<String>| value.as_ref().map(|value| (name.to_owned(), json!(value)));
        let counterparty =
            [given("account", &self.counterparty_account), given("name", &self.counterparty_name)];
        let mut shown = json!({
            "entry_id": self.entry_id, "bank_id": self.bank_id,
            "amount": Money::new(self.minor, currency).decimal(), "currency": currency.code(), "status": "BOOK",
            "booked_at": self.booked_at, "value_date": self.value_date.to_string(),
            "creditor_account": self.creditor_account,
            "counterparty": Value::Object(counterparty.into_iter().flatten().collect()),
        });
        let more = [given("reference", &self.reference), given("concept", &self.concept)];
        merge(&mut shown, Some(&Value::Object(more.into_iter().flatten().collect())));
        shown
    }
}

/// All that the bank stores.
#[derive(Default)]
pub(crate) struct BankMemory {
    tokens: VecDeque<(String, DateTime<Utc>)>,
    assertions: VecDeque<String>,
    used: HashSet<String>,
    transfers: HashMap<BankReference, BankTransfer>,
    order: VecDeque<BankReference>,
    entries: VecDeque<BankEntry>,
    seq: u64,
    /// The sum of all lines, those that are no longer kept too.
    booked: i64,
}

impl BankMemory {
    pub(crate) fn keep_token(&mut self, token: String, end: DateTime<Utc>) {
        if self.tokens.len() >= TOKENS_MAX {
            self.tokens.pop_front();
        }
        self.tokens.push_back((token, end));
    }

    pub(crate) fn knows_token(&self, token: &str, now: DateTime<Utc>) -> bool {
        self.tokens.iter().any(|(known, end)| known == token && now < *end)
    }

    /// Remembers the id of an assertion. False: it was used before.
    pub(crate) fn takes_assertion(&mut self, id: String) -> bool {
        if !self.used.insert(id.clone()) {
            return false;
        }
        self.assertions.push_back(id);
        if self.assertions.len() > TOKENS_MAX
            && let Some(oldest) = self.assertions.pop_front()
        {
            self.used.remove(&oldest);
        }
        true
    }

    /// Takes a payment, and books it if it has settled. False: its reference is known.
    pub(crate) fn take(&mut self, transfer: BankTransfer, entry_id: &str) -> bool {
        let (reference, status) = (transfer.reference, transfer.status);
        if self.transfers.contains_key(&reference) {
            return false;
        }
        self.transfers.insert(reference, transfer);
        self.order.push_back(reference);
        if self.order.len() > TRANSFERS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.transfers.remove(&oldest);
        }
        if status.meaning() == StatusMeaning::Settled {
            self.book(reference, entry_id);
        }
        true
    }

    pub(crate) fn find(&self, reference: BankReference) -> Option<&BankTransfer> {
        self.transfers.get(&reference)
    }

    /// All payments but the refused ones, oldest first.
    pub(crate) fn carried_out(&self) -> impl Iterator<Item = &BankTransfer> {
        let all = self.order.iter().filter_map(|reference| self.transfers.get(reference));
        all.filter(|transfer| transfer.status.meaning() != StatusMeaning::Refused)
    }

    /// Gives a payment another status, and books it if that means that it has settled. `None`: it is unknown.
    pub(crate) fn change(
        &mut self,
        reference: BankReference,
        status: BankStatus,
        reason: Option<(String, String)>,
        entry_id: &str,
    ) -> Option<()> {
        let transfer = self.transfers.get_mut(&reference)?;
        transfer.status = status;
        transfer.reason = reason;
        if status.meaning() == StatusMeaning::Settled {
            self.book(reference, entry_id);
        }
        Some(())
    }

    /// Books a payment in the statement, once.
    pub(crate) fn book(&mut self, reference: BankReference, entry_id: &str) {
        let Some(transfer) = self.transfers.get_mut(&reference).filter(|one| one.booked_at.is_none()) else {
            return;
        };
        let booked_at = timestamp();
        transfer.booked_at = Some(booked_at.clone());
        let entry = BankEntry {
            seq: 0,
            entry_id: entry_id.to_owned(),
            reference: Some(reference.to_string()),
            bank_id: transfer.bank_id.clone(),
            minor: transfer.amount.minor.saturating_neg(),
            booked_at,
            value_date: transfer.operating_date,
            creditor_account: transfer.creditor.account.clone(),
            counterparty_account: Some(transfer.creditor.account.clone()),
            counterparty_name: transfer.creditor.name.clone(),
            concept: transfer.concept.clone(),
        };
        self.add(entry);
    }

    /// Adds a line to the statement.
    pub(crate) fn add(&mut self, mut entry: BankEntry) {
        self.seq = self.seq.saturating_add(1);
        entry.seq = self.seq;
        self.booked = self.booked.saturating_add(entry.minor);
        if self.entries.len() >= ENTRIES_MAX {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    /// Takes a line from the statement. False: it is unknown.
    pub(crate) fn remove(&mut self, entry_id: &str) -> bool {
        let at = self.entries.iter().position(|entry| entry.entry_id == entry_id);
        let removed = at.and_then(|at| self.entries.remove(at));
        if let Some(entry) = &removed {
            self.booked = self.booked.saturating_sub(entry.minor);
        }
        removed.is_some()
    }

    /// The lines, oldest first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &BankEntry> {
        self.entries.iter()
    }

    /// What is booked, and what is left of it when all that is under way has settled; in minor units.
    pub(crate) fn balance(&self) -> (i64, i64) {
        let booked = OPENING_BALANCE.saturating_add(self.booked);
        let under_way = self.carried_out().filter(|transfer| transfer.booked_at.is_none());
        (booked, under_way.fold(booked, |left, transfer| left.saturating_sub(transfer.amount.minor)))
    }
}
