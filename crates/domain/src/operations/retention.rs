//! Retention: how long each category of data is kept. Books, the audit log and opt-outs are no category: they stay.

use chrono::{DateTime, Duration, Utc};

/// A category of data that is deleted when it is old enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RetentionCategory {
    /// Messages that people wrote, the texts of ours, and conversations without any message left.
    Texts,
    /// Webhooks as they came, notices of providers, and delivery reports about messages that are not ours.
    Webhooks,
    /// Challenges with their sends and check attempts, hosted pages, counts of wrong codes, number look-ups.
    Codes,
    /// Answers to flows.
    Flows,
    /// Our messages with the history of their delivery.
    Deliveries,
    /// Sessions, tokens and links that have ended; counts of sign-ins and new accounts.
    SignIns,
    /// Answers that were kept for a repeated request, and the ids of signed requests.
    Requests,
    /// Numbers, addresses and chats that no row is about any more, with their keys.
    Contacts,
    /// Keys of people and contacts that don't exist.
    Keys,
}

impl RetentionCategory {
    /// All categories, in the order in which they are worked off: messages go before the conversation that is left
    /// without any, and what refers to a contact goes before the contact.
    pub const ALL: [Self; 9] = [
        Self::Deliveries,
        Self::Texts,
        Self::Webhooks,
        Self::Codes,
        Self::Flows,
        Self::SignIns,
        Self::Requests,
        Self::Contacts,
        Self::Keys,
    ];

    /// The name in commands and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Texts => "texts",
            Self::Webhooks => "webhooks",
            Self::Codes => "codes",
            Self::Flows => "flows",
            Self::Deliveries => "deliveries",
            Self::SignIns => "sign-ins",
            Self::Requests => "requests",
            Self::Contacts => "contacts",
            Self::Keys => "keys",
        }
    }
}

/// How long each category is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// [`RetentionCategory::Texts`], at least [`RetentionPolicy::PROVIDERS_RETRY`].
    pub texts: Duration,
    /// [`RetentionCategory::Webhooks`], at least [`RetentionPolicy::PROVIDERS_RETRY`].
    pub webhooks: Duration,
    /// [`RetentionCategory::Codes`].
    pub codes: Duration,
    /// [`RetentionCategory::Flows`].
    pub flows: Duration,
    /// [`RetentionCategory::Deliveries`].
    pub deliveries: Duration,
}

impl Default for RetentionPolicy {
    fn default() -> Self {
        Self {
            texts: Duration::days(365),
            webhooks: Duration::days(30),
            codes: Duration::days(30),
            flows: Duration::days(180),
            deliveries: Duration::days(400),
        }
    }
}

impl RetentionPolicy {
    /// Meta sends a webhook again for 7 days. What came before must be known as long, or it would be handled twice.
    pub const PROVIDERS_RETRY: Duration = Duration::days(8);
    /// How long ended sessions, tokens and counts are kept, so that a person can be told about them.
    const SIGN_INS: Duration = Duration::days(31);
    /// How long a repeated request gets its first answer. Those that move money have keys of their own, which stay.
    const REQUESTS: Duration = Duration::days(1);
    /// How long a contact or key without a row is left alone.
    const UNUSED: Duration = Duration::days(1);

    /// How long a category is kept.
    #[must_use]
    pub const fn term(&self, category: RetentionCategory) -> Duration {
        match category {
            RetentionCategory::Texts => self.texts,
            RetentionCategory::Webhooks => self.webhooks,
            RetentionCategory::Codes => self.codes,
            RetentionCategory::Flows => self.flows,
            RetentionCategory::Deliveries => self.deliveries,
            RetentionCategory::SignIns => Self::SIGN_INS,
            RetentionCategory::Requests => Self::REQUESTS,
            RetentionCategory::Contacts | RetentionCategory::Keys => Self::UNUSED,
        }
    }

    /// The moment before which rows of a category are deleted.
    #[must_use]
    pub fn cut_off(&self, category: RetentionCategory, now: DateTime<Utc>) -> DateTime<Utc> {
        now.checked_sub_signed(self.term(category)).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_category_has_its_own_name_and_term() {
        let policy = RetentionPolicy {
            texts: Duration::days(100),
            webhooks: Duration::days(9),
            codes: Duration::days(3),
            flows: Duration::days(50),
            deliveries: Duration::days(200),
        };
        let now = DateTime::UNIX_EPOCH + Duration::days(20_000);
        let days = RetentionCategory::ALL.map(|category| (now - policy.cut_off(category, now)).num_days());
        assert_eq!(days, [200, 100, 9, 3, 50, 31, 1, 1, 1]);
        let names: BTreeSet<_> = RetentionCategory::ALL.iter().map(|category| category.name()).collect();
        assert_eq!(names.len(), RetentionCategory::ALL.len());
    }

    #[test]
    fn a_term_before_the_beginning_of_time_keeps_everything() {
        let policy = RetentionPolicy { texts: Duration::MAX, ..RetentionPolicy::default() };
        let cut_off = policy.cut_off(RetentionCategory::Texts, DateTime::UNIX_EPOCH);
        assert!(cut_off <= DateTime::UNIX_EPOCH);
    }

    #[test]
    fn what_refers_to_a_contact_goes_before_it() {
        let place = |wanted| RetentionCategory::ALL.iter().position(|category| *category == wanted);
        assert!(place(RetentionCategory::Codes) < place(RetentionCategory::Contacts));
        assert!(place(RetentionCategory::Deliveries) < place(RetentionCategory::Contacts));
        assert!(place(RetentionCategory::Contacts) < place(RetentionCategory::Keys));
    }
}
