//! The erasure of a person.
//!
//! What only served the conversation and the account is erased at once. What the law on payments demands is blocked:
//! nobody reads it but an administrator with a reason, until its time is over and its key is destroyed. So an erasure
//! never promises that everything is gone, and its receipt names both parts.
//!
//! A person asks, has [`TAKE_BACK`] to change their mind, and is then erased in steps. Each step can be done again, and
//! is noted when it is done.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long a person can take an erasure back.
pub const TAKE_BACK: Duration = Duration::hours(72);

/// How many days the law on payments keeps what belongs to an entry: ten years, by Mexico's law against money
/// laundering since its reform of 2025.
pub const KEPT_DAYS: i64 = 3_650;

/// What stands in the way of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obstacle {
    /// A wallet of the person still has money, or money on hold.
    MoneyLeft,
    /// A transfer of the person waits for a code or an approval, or is under way.
    TransfersOpen,
    /// The outcome of a transfer of the person is not known.
    TransfersInDoubt,
    /// A legal hold: the data must stay as it is.
    LegalHold,
}

impl Obstacle {
    /// The name that the API and commands show.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MoneyLeft => "money_left",
            Self::TransfersOpen => "transfers_open",
            Self::TransfersInDoubt => "transfers_in_doubt",
            Self::LegalHold => "legal_hold",
        }
    }

    /// What it is and what to do about it, as a sentence.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::MoneyLeft => "A wallet still has money: send it elsewhere first.",
            Self::TransfersOpen => "A transfer is open: confirm or cancel it, or wait until it ends.",
            Self::TransfersInDoubt => "A transfer is in doubt: wait until its outcome is known.",
            Self::LegalHold => "A legal hold keeps this person's data: it must be released first.",
        }
    }
}

/// How things stand with a person, as far as an erasure depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// True if a wallet has money, or money on hold.
    pub has_money: bool,
    /// Transfers that wait or are under way.
    pub transfers_open: u64,
    /// Transfers whose outcome is not known.
    pub transfers_in_doubt: u64,
    /// True while there is a legal hold.
    pub is_held: bool,
}

/// What stands in the way; nothing: the person can be erased.
#[must_use]
pub fn obstacles(standing: Standing) -> Vec<Obstacle> {
    let all = [
        (standing.has_money, Obstacle::MoneyLeft),
        (standing.transfers_open > 0, Obstacle::TransfersOpen),
        (standing.transfers_in_doubt > 0, Obstacle::TransfersInDoubt),
        (standing.is_held, Obstacle::LegalHold),
    ];
    all.into_iter().filter_map(|(stands, obstacle)| stands.then_some(obstacle)).collect()
}

/// A step of an erasure, in the order in which they are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErasureStep {
    /// Nobody signs in or pays any more: sessions, bound chats and codes end, and the wallets are closed.
    EndAccess,
    /// Others keep the names that they saw in their statements.
    KeepNames,
    /// Nobody is found by the person's number, address or chats any more.
    ForgetIdentity,
    /// Messages that wait are canceled, and the bodies of those that went out are wiped.
    WipeOutbound,
    /// Texts and raw webhooks of the person are wiped.
    WipeInbound,
    /// The states of the person's conversations are wiped.
    WipeConversations,
    /// Answers to flows are deleted.
    DeleteAnswers,
    /// The destinations of codes are wiped.
    WipeCodes,
    /// The keys are destroyed; the key for what the law keeps is blocked.
    DestroyKeys,
}

impl ErasureStep {
    /// All steps, in their order.
    pub const ALL: [Self; 9] = [
        Self::EndAccess,
        Self::KeepNames,
        Self::ForgetIdentity,
        Self::WipeOutbound,
        Self::WipeInbound,
        Self::WipeConversations,
        Self::DeleteAnswers,
        Self::WipeCodes,
        Self::DestroyKeys,
    ];

    /// The name that is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EndAccess => "end_access",
            Self::KeepNames => "keep_names",
            Self::ForgetIdentity => "forget_identity",
            Self::WipeOutbound => "wipe_outbound",
            Self::WipeInbound => "wipe_inbound",
            Self::WipeConversations => "wipe_conversations",
            Self::DeleteAnswers => "delete_answers",
            Self::WipeCodes => "wipe_codes",
            Self::DestroyKeys => "destroy_keys",
        }
    }

    /// The first step that is not among those done, by their names. `None`: all are done.
    #[must_use]
    pub fn next(done: &[String]) -> Option<Self> {
        Self::ALL.into_iter().find(|step| !done.iter().any(|name| name == step.name()))
    }

    /// What the receipt says was erased by this step.
    #[must_use]
    pub const fn category(self) -> Category {
        match self {
            Self::EndAccess => Category::Access,
            Self::KeepNames | Self::ForgetIdentity => Category::Identity,
            Self::WipeOutbound | Self::WipeInbound | Self::WipeConversations => Category::Messages,
            Self::DeleteAnswers => Category::Answers,
            Self::WipeCodes => Category::Codes,
            Self::DestroyKeys => Category::Keys,
        }
    }
}

/// A kind of data, for the receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Sessions, bound chats, passwords, backup codes.
    Access,
    /// Names, number, e-mail address.
    Identity,
    /// Texts, raw webhooks, conversations.
    Messages,
    /// Answers to flows.
    Answers,
    /// One-time codes and where they went.
    Codes,
    /// The keys under which all this was sealed.
    Keys,
    /// Entries, transfers, concepts, destinations, payees.
    Payments,
    /// That the person wants no messages.
    OptOuts,
    /// The log of decisions, by ids alone.
    Audit,
}

impl Category {
    /// The words that a receipt shows.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Access => "sessions, bound chats, password, backup codes",
            Self::Identity => "names, number, e-mail address",
            Self::Messages => "texts, raw webhooks, conversations",
            Self::Answers => "answers to flows",
            Self::Codes => "one-time codes and where they went",
            Self::Keys => "the keys of all this, so that copies of it open no more",
            Self::Payments => "entries, transfers, concepts, destinations, payees, and whose they are",
            Self::OptOuts => "that this person wants no messages, as a keyed hash alone",
            Self::Audit => "the log of decisions, by ids alone",
        }
    }
}

/// Why something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Law {
    /// Records of payments: Mexico's LFPIORPI, Brazil's LGPD art. 16 I, GDPR art. 17(3)(b).
    PaymentRecords,
    /// So that nobody writes to the person again.
    Opposition,
    /// So that it can be shown later what was decided.
    Accountability,
}

impl Law {
    /// The words that a receipt shows.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PaymentRecords => "the law on records of payments",
            Self::Opposition => "so that nobody writes to them again",
            Self::Accountability => "so that decisions can be proved",
        }
    }
}

/// What stays of a person, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What it is.
    pub category: Category,
    /// Why it stays.
    pub law: Law,
    /// When it is destroyed. `None`: it says nothing about a person without the keys that are gone.
    pub until: Option<DateTime<Utc>>,
    /// True if nobody but an administrator with a reason reads it until then.
    pub is_blocked: bool,
}

/// What an erasure did. It names no value of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The person's id.
    pub person: String,
    /// When the last step was done.
    pub erased_at: DateTime<Utc>,
    /// What was erased, with the number of rows.
    pub erased: Vec<(Category, u64)>,
    /// What is kept.
    pub kept: Vec<Kept>,
}

impl Receipt {
    /// The receipt of the steps that were done, each with its rows. `last_entry` is the person's last entry in the
    /// ledger; `None` if they never moved money.
    #[must_use]
    pub fn new(
        person: String,
        steps: &[(ErasureStep, u64)],
        last_entry: Option<DateTime<Utc>>,
        opted_out: bool,
        erased_at: DateTime<Utc>,
    ) -> Self {
        let mut erased: Vec<(Category, u64)> = Vec::new();
        for (step, rows) in steps {
            match erased.iter_mut().find(|(category, _)| *category == step.category()) {
                Some((_, sum)) => *sum = sum.saturating_add(*rows),
                None => erased.push((step.category(), *rows)),
            }
        }
        let mut kept = Vec::new();
        if let Some(last) = last_entry {
            let until = Some(kept_until(last));
            kept.push(Kept {
                category: Category::Payments,
                law: Law::PaymentRecords,
                until,
                is_blocked: true,
            });
        }
        if opted_out {
            let law = Law::Opposition;
            kept.push(Kept { category: Category::OptOuts, law, until: None, is_blocked: false });
        }
        let law = Law::Accountability;
        kept.push(Kept { category: Category::Audit, law, until: None, is_blocked: false });
        Self { person, erased_at, erased, kept }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Person {} was erased at {}.", self.person, self.erased_at.format("%Y-%m-%dT%H:%M:%SZ"))?;
        for (category, rows) in &self.erased {
            writeln!(f, "erased: {} ({rows} rows)", category.words())?;
        }
        for Kept { category, law, until, is_blocked } in &self.kept {
            let how = if *is_blocked { "kept, blocked" } else { "kept" };
            let until = until.map(|until| format!(" until {}", until.date_naive())).unwrap_or_default();
            writeln!(f, "{how}: {}{until}, because: {}", category.words(), law.words())?;
        }
        write!(f, "Messaging providers keep their own copies, by their own terms.")
    }
}

/// Until when what belongs to the person's entries is kept: [`KEPT_DAYS`] after the last one.
#[must_use]
pub fn kept_until(last_entry: DateTime<Utc>) -> DateTime<Utc> {
    last_entry.checked_add_signed(Duration::days(KEPT_DAYS)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_in_the_way_of_who_has_nothing() {
        assert_eq!(obstacles(Standing::default()), []);
        let all = Standing { has_money: true, transfers_open: 1, transfers_in_doubt: 1, is_held: true };
        assert_eq!(
            obstacles(all),
            [Obstacle::MoneyLeft, Obstacle::TransfersOpen, Obstacle::TransfersInDoubt, Obstacle::LegalHold]
        );
    }

    #[test]
    fn steps_are_done_in_their_order_and_once() {
        let mut done = Vec::new();
        while let Some(step) = ErasureStep::next(&done) {
            assert!(!done.contains(&step.name().to_owned()));
            done.push(step.name().to_owned());
        }
        let all: Vec<_> = ErasureStep::ALL.iter().map(|step| step.name().to_owned()).collect();
        assert_eq!(done, all);
        assert_eq!(ErasureStep::next(&all[1..]), Some(ErasureStep::EndAccess));
    }

    #[test]
    fn a_receipt_names_what_is_erased_and_what_the_law_keeps() {
        let day = |days| DateTime::UNIX_EPOCH.checked_add_signed(Duration::days(days)).unwrap();
        let steps =
            [(ErasureStep::WipeInbound, 2), (ErasureStep::WipeOutbound, 3), (ErasureStep::EndAccess, 1)];
        let receipt = Receipt::new("p".into(), &steps, Some(day(5)), true, day(7));
        assert_eq!(receipt.erased, [(Category::Messages, 5), (Category::Access, 1)]);
        assert_eq!(receipt.kept[0].until, Some(day(3_655)));
        let text = receipt.to_string();
        assert!(text.contains("erased: texts, raw webhooks, conversations (5 rows)"), "{text}");
        assert!(text.contains("kept, blocked: entries"), "{text}");
        assert!(text.contains("until 1980-01-04"), "{text}");
        let poor = Receipt::new("p".into(), &steps, None, false, day(7));
        assert_eq!(poor.kept.iter().map(|kept| kept.category).collect::<Vec<_>>(), [Category::Audit]);
    }
}
