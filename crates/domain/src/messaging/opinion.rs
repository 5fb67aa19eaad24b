//! What an understanding service says about a text, and what of it is believed.
//!
//! The service may only give a meaning to a text that the rules don't understand. Its answer is an intent out of a
//! closed list and *quotes*: words that must stand in the person's message, and that the rules read again. It can't
//! confirm, give a code or start anything, and it can't make a payment of a text that says no. What it says is never
//! [`Understanding::explained`], so it changes nothing that waits.

mod excerpt;
mod negation;
mod quotes;

#[cfg(test)]
mod tests;

pub use excerpt::{EXCERPT_LENGTH_MAX, Excerpt};
pub use negation::says_no;
pub use quotes::{find_name, find_words};

use crate::{
    messaging::intent::{AmountReading, DestinationKind, Entities, Intent, NamedDestination, Understanding},
    money::Currency,
};

/// Longest concept that is taken from a quote, in characters.
const CONCEPT_LENGTH_MAX: usize = 60;

/// The answer of an understanding service. Nothing of it is believed before [`Opinion::weigh`].
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    /// The intent that the service names.
    pub intent: Intent,
    /// How sure it is, 0 to 1.
    pub confidence: f32,
    /// What it quotes as the amount; not read as a number by anybody but the rules.
    pub amount: Option<String>,
    /// What it quotes as the payee.
    pub payee: Option<String>,
    /// What it quotes as the purpose of the payment.
    pub concept: Option<String>,
}

/// Why the rules' own reading stands although a service was to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceFailure {
    /// It says that it doesn't know, or it isn't sure enough.
    Unsure,
    /// No whole answer in time.
    Timeout,
    /// No connection, a lost one, or a status that is no success.
    Http,
    /// It refused to answer this text.
    Refused,
    /// The answer was cut off at its length limit.
    Length,
    /// The answer has another form than was asked for, or an intent that this text can't have.
    Invalid,
    /// It quotes words that don't stand in the person's message.
    NotVerbatim,
    /// It failed too often just now, so it was not called.
    Breaker,
    /// Too many calls were under way, so it was not called.
    Bulkhead,
}

impl ServiceFailure {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Unsure,
        Self::Timeout,
        Self::Http,
        Self::Refused,
        Self::Length,
        Self::Invalid,
        Self::NotVerbatim,
        Self::Breaker,
        Self::Bulkhead,
    ];

    /// The name in the API and in the audit log: `timeout`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsure => "unsure",
            Self::Timeout => "timeout",
            Self::Http => "http",
            Self::Refused => "refused",
            Self::Length => "length",
            Self::Invalid => "invalid",
            Self::NotVerbatim => "not_verbatim",
            Self::Breaker => "breaker",
            Self::Bulkhead => "bulkhead",
        }
    }
}

/// Whether a service may name this intent: a list of what is allowed. A yes, a code and a start are never its to say.
/// A payment, a stop and a freeze are asked about before anything happens.
#[must_use]
pub const fn may_come_from_a_service(intent: Intent) -> bool {
    match intent {
        Intent::CheckBalance
        | Intent::Transfer
        | Intent::ListTransactions
        | Intent::Deny
        | Intent::Help
        | Intent::Stop
        | Intent::Greeting
        | Intent::TalkToHuman
        | Intent::ReportProblem
        | Intent::ResendCode
        | Intent::FreezeAccount
        | Intent::ReceiveDetails
        | Intent::AskLimits
        | Intent::Spending
        | Intent::Thanks => true,
        Intent::Confirm | Intent::Start | Intent::VerifyCode | Intent::Unknown => false,
    }
}

/// The person's own words that an opinion quotes, as they wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quoted {
    /// The words of the amount.
    pub amount: Option<String>,
    /// The words of the payee.
    pub payee: Option<String>,
    /// The words of the concept.
    pub concept: Option<String>,
}

/// An amount that the rules read somewhere in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenAmount {
    /// The amount as a decimal string; `None` when more than one reading is possible.
    pub value: Option<String>,
    /// The currency beside it; `None` when there is none.
    pub currency: Option<Currency>,
}

/// What the rules say about the text and about the quoted words, to weigh an opinion against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Something in the text speaks against a payment: a no, a past, a condition, somebody else's words.
    pub speaks_against_payment: bool,
    /// Every amount of money in the text.
    pub amounts: Vec<WrittenAmount>,
    /// The amounts in the words that are quoted as the amount.
    pub quoted_amounts: Vec<WrittenAmount>,
    /// The payee in the words that are quoted as the payee.
    pub payee: Option<NamedDestination>,
}

impl Opinion {
    /// Finds the quotes of a payment in the person's message. Other intents have no quotes.
    ///
    /// # Errors
    /// [`ServiceFailure::Unsure`] when the service doesn't know, [`ServiceFailure::Invalid`] when it names an intent
    /// that it may not name, [`ServiceFailure::NotVerbatim`] when quoted words are not in the text.
    pub fn quoted(&self, text: &str, excerpt: &Excerpt) -> Result<Quoted, ServiceFailure> {
        if self.intent == Intent::Unknown {
            return Err(ServiceFailure::Unsure);
        }
        if !may_come_from_a_service(self.intent) {
            return Err(ServiceFailure::Invalid);
        }
        if self.intent != Intent::Transfer {
            return Ok(Quoted::default());
        }
        Ok(Quoted {
            amount: quote(self.amount.as_deref(), text, excerpt, find_words)?,
            payee: quote(self.payee.as_deref(), text, excerpt, find_name)?,
            concept: quote(self.concept.as_deref(), text, excerpt, find_words)?,
        })
    }

    /// What is believed of the opinion about a text that the rules read as `rules` and didn't understand.
    ///
    /// # Errors
    /// [`ServiceFailure::Invalid`] when it makes a payment of a text that speaks against one or that it has not seen
    /// to its end, [`ServiceFailure::NotVerbatim`] when the quoted amount is a part of another one.
    pub fn weigh(
        &self,
        text: &str,
        excerpt: &Excerpt,
        (rules, evidence): (&Understanding, &Evidence),
        quoted: Quoted,
    ) -> Result<Understanding, ServiceFailure> {
        if rules.intent != Intent::Unknown || !may_come_from_a_service(self.intent) {
            return Err(ServiceFailure::Invalid);
        }
        let entities = if self.intent == Intent::Transfer {
            if evidence.speaks_against_payment || excerpt.is_cut() || says_no(text) {
                return Err(ServiceFailure::Invalid);
            }
            payment(&rules.entities, evidence, quoted)?
        } else {
            rules.entities.clone()
        };
        Ok(Understanding {
            intent: self.intent,
            confidence: if self.confidence.is_finite() { self.confidence.clamp(0.0, 1.0) } else { 0.0 },
            locale: rules.locale,
            entities,
            ..Understanding::unknown()
        })
    }
}

/// The person's own words for a quote. `None` for no quote, or one of a number that the service was not shown: the
/// rules have read that number themselves.
fn quote(
    quote: Option<&str>,
    text: &str,
    excerpt: &Excerpt,
    find: fn(&str, &str) -> Option<String>,
) -> Result<Option<String>, ServiceFailure> {
    let Some(quote) = quote.map(str::trim).filter(|quote| !quote.is_empty()) else { return Ok(None) };
    if excerpt.hides(quote) {
        return Ok(None);
    }
    find(text, quote).map(Some).ok_or(ServiceFailure::NotVerbatim)
}

/// The slots of a payment: what the rules read, and what they read in the quotes. Where the two disagree the slot is
/// left empty, so that the person is asked.
fn payment(rules: &Entities, evidence: &Evidence, quoted: Quoted) -> Result<Entities, ServiceFailure> {
    let mut entities = rules.clone();
    // A code is never a service's to give, whatever the rules thought of it.
    entities.code = None;
    if quoted.amount.is_some() {
        take_amount(&mut entities, evidence)?;
    }
    if let Some(words) = quoted.payee {
        take_payee(&mut entities, evidence.payee.as_ref(), &words);
    }
    let concept = quoted.concept.filter(|words| words.chars().count() <= CONCEPT_LENGTH_MAX);
    entities.concept = entities.concept.take().or(concept);
    Ok(entities)
}

/// Takes the quoted amount if the rules read exactly one in it, and the same one in the text.
fn take_amount(entities: &mut Entities, evidence: &Evidence) -> Result<(), ServiceFailure> {
    let [WrittenAmount { value: Some(value), currency }] = evidence.quoted_amounts.as_slice() else {
        return Ok(());
    };
    let same = |value: &str, other: &str| decimal(value).is_some_and(|one| decimal(other) == Some(one));
    let in_text = |written: &&WrittenAmount| written.value.as_deref().is_some_and(|one| same(value, one));
    let Some(written) = evidence.amounts.iter().find(in_text) else {
        // «35» of «35 mil» is another amount than the person wrote; one that reads in two ways is asked about.
        let is_unclear = evidence.amounts.iter().any(|written| written.value.is_none());
        return if is_unclear { Ok(()) } else { Err(ServiceFailure::NotVerbatim) };
    };
    match &entities.amount {
        None => {
            entities.amount = Some(AmountReading::Exact(value.clone()));
            entities.currency = entities.currency.or(written.currency).or(*currency);
        }
        Some(AmountReading::Exact(read)) if !same(read, value) => entities.amount = None,
        Some(_) => {}
    }
    Ok(())
}

fn decimal(text: &str) -> Option<rust_decimal::Decimal> {
    text.parse().ok()
}

/// Takes the quoted payee. Beside a number it is the name that is shown; a number is only the rules' to read.
fn take_payee(entities: &mut Entities, read: Option<&NamedDestination>, words: &str) {
    let Some(read) = read.filter(|read| read.kind == DestinationKind::Name) else { return };
    if words.chars().any(char::is_numeric) {
        return;
    }
    match entities.destination.take() {
        None => entities.destination = Some(read.clone()),
        Some(known) if known.kind == DestinationKind::Name => {
            // Two names: the person is asked.
            entities.destination = Some(known).filter(|known| known.value == read.value);
        }
        Some(number) => {
            entities.destination = Some(number);
            entities.payee = entities.payee.take().or_else(|| Some(read.value.clone()));
        }
    }
}
