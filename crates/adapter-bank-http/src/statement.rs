//! Reads the balance and the statement of an account.

use crate::reading::{instant, is_id};
use chrono::NaiveDate;
use domain::money::{
    Currency, Money,
    bank::{BankEntry, EntryStatus},
};
use ports::money::core_bank::{BankBalance, StatementPage};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The most lines of a page that are read. A bank that sends more must send more pages.
const LINES_MAX: usize = 5_000;
/// The longest cursor, in bytes.
const CURSOR_MAX: usize = 2_048;

#[derive(Deserialize)]
struct BalanceJson {
    account: String,
    booked: String,
    available: String,
    currency: String,
    as_of: String,
}

#[derive(Deserialize)]
struct PageJson<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct EntryJson {
    entry_id: String,
    reference: Option<String>,
    bank_id: Option<String>,
    amount: String,
    currency: String,
    status: String,
    booked_at: String,
    value_date: NaiveDate,
    creditor_account: Option<String>,
    counterparty: Option<CounterpartyJson>,
    concept: Option<String>,
}

#[derive(Deserialize)]
struct CounterpartyJson {
    account: Option<String>,
    name: Option<String>,
}

/// The balance in the body of an answer. `None` when it can't be read, or is another account's.
pub(crate) fn balance(body: &[u8], account: &str) -> Option<BankBalance> {
    let json: BalanceJson = serde_json::from_slice(body).ok()?;
    let currency = Currency::parse(&json.currency).ok()?;
    let balance = BankBalance {
        booked: signed(&json.booked, currency)?,
        available: signed(&json.available, currency)?,
        as_of: instant(&json.as_of)?,
    };
    (json.account == account).then_some(balance)
}

/// The page in the body of an answer. Each line is read by itself, so that one that can't be read hides no other.
pub(crate) fn page(body: &[u8]) -> Option<StatementPage> {
    let json: PageJson<'_> = serde_json::from_slice(body).ok()?;
    if json.items.len() > LINES_MAX
        || json.next_cursor.as_ref().is_some_and(|cursor| cursor.len() > CURSOR_MAX)
    {
        return None;
    }
    let count = json.items.len();
    let read = |line: &&RawValue| serde_json::from_str::<EntryJson>(line.get()).ok()?.entry();
    let entries: Vec<BankEntry> = json.items.iter().filter_map(read).collect();
    let unreadable = count.saturating_sub(entries.len());
    let next_cursor = json.next_cursor.filter(|cursor| !cursor.is_empty());
    Some(StatementPage { entries, unreadable, next_cursor })
}

impl EntryJson {
    /// The line. `None` when it can't be read.
    pub(crate) fn entry(self) -> Option<BankEntry> {
        let status = match self.status.as_str() {
            "BOOK" => EntryStatus::Booked,
            "PDNG" => EntryStatus::Pending,
            _ => return None,
        };
        if !is_id(&self.entry_id) || self.reference.as_ref().is_some_and(|reference| !is_id(reference)) {
            return None;
        }
        let (account, name) = self.counterparty.map(|other| (other.account, other.name)).unwrap_or_default();
        Some(BankEntry {
            entry_id: self.entry_id,
            reference: self.reference,
            bank_id: self.bank_id,
            amount: signed(&self.amount, Currency::parse(&self.currency).ok()?)?,
            status,
            booked_at: instant(&self.booked_at)?,
            value_date: self.value_date,
            creditor_account: self.creditor_account,
            counterparty_account: account,
            counterparty_name: name,
            concept: self.concept,
        })
    }
}

/// A decimal text with or without a minus, exactly.
fn signed(text: &str, currency: Currency) -> Option<Money> {
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let is_zero = digits.starts_with('0') && digits.bytes().all(|b| b == b'0' || b == b'.');
    let minor = match Money::parse_positive(digits, currency) {
        Ok(money) => money.minor,
        Err(domain::money::AmountError::NotPositive) if is_zero => 0,
        Err(_) => return None,
    };
    Some(Money::new(if is_negative { minor.checked_neg()? } else { minor }, currency))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn line(id: &str, amount: &str) -> Value {
        json!({
            "entry_id": id, "reference": "TEST0123456789ABCXYZ", "bank_id": "B1", "amount": amount,
            "currency": "MXN", "status": "BOOK", "booked_at": "2026-03-10T12:00:00Z", "value_date": "2026-03-10",
            "creditor_account": "012180001183597196", "counterparty": {"name": "Ana"},
        })
    }

    fn read(body: &Value) -> Option<StatementPage> {
        page(body.to_string().as_bytes())
    }

    #[test]
    fn money_that_left_is_below_zero() {
        let minor = |text: &str| signed(text, Currency::MXN).map(|money| money.minor);
        assert_eq!(
            (minor("-10.50"), minor("10.5"), minor("0.00"), minor("-0")),
            (Some(-1050), Some(1050), Some(0), Some(0))
        );
        for text in ["", "-", "--1", "+1", "1.005", "1e2", ".0", "0.", "00.000", "1,0"] {
            assert_eq!(minor(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_hides_no_other() {
        let mut pending = line("E3", "1.00");
        pending["status"] = json!("PDNG");
        let mut unknown = line("E4", "1.00");
        unknown["status"] = json!("INFO");
        let mut strange = line("E5", "1.00");
        strange["amount"] = json!(1.0);
        let items = json!([line("E1", "-1.00"), strange, pending, unknown, 7, line("E2", "2.00")]);
        let page = read(&json!({"items": items, "next_cursor": "200"})).unwrap();
        let shown: Vec<_> =
            page.entries.iter().map(|e| (e.entry_id.as_str(), e.amount.minor, e.status)).collect();
        assert_eq!(
            shown,
            [
                ("E1", -100, EntryStatus::Booked),
                ("E3", 100, EntryStatus::Pending),
                ("E2", 200, EntryStatus::Booked)
            ]
        );
        assert_eq!((page.unreadable, page.next_cursor.as_deref()), (3, Some("200")));
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        for cursor in [Value::Null, json!("")] {
            assert_eq!(read(&json!({"items": [], "next_cursor": cursor})).unwrap().next_cursor, None);
        }
        assert!(read(&json!({"items": []})).is_some());
        for body in [
            json!({}),
            json!([]),
            json!({"items": {}}),
            json!({"items": [], "next_cursor": "x".repeat(3000)}),
        ] {
            assert!(read(&body).is_none());
        }
    }

    #[test]
    fn a_balance_is_the_accounts_that_was_asked_for() {
        let body = json!({"account": "1", "booked": "-5.00", "available": "0.00", "currency": "MXN", "as_of": "2026-03-10T12:00:00Z"});
        let read = |account| balance(body.to_string().as_bytes(), account);
        assert_eq!(read("1").unwrap().booked.minor, -500);
        assert_eq!(read("2"), None);
    }
}
