//! Count the codes of a period by channel, country or day.

use crate::kernel::Kernel;
use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;
use domain::{
    ids::VerificationId,
    message::{DeliveryStatus, SendStatus},
    messaging::price::MessagePrice,
    money::period::begin_of,
    principal::Principal,
};
use ports::{
    store_error::StoreError,
    verification::{ReportedSend, SendFilter, VerificationReports},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use thiserror::Error;

/// How many sends are read at a time.
const PAGE: i64 = 1000;
/// The longest period, in days.
pub const DAYS_MAX: i64 = 366;
/// The most sends that are counted for one answer: they are read within its time, and the challenges fit into memory.
pub const SENDS_MAX: usize = 100_000;
/// The key of sends to no country: by e-mail, or to a number that no plan assigns.
const NO_COUNTRY: &str = "none";

/// What the codes are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// The channel: `sms`.
    Channel,
    /// The country's two letters: `MX`.
    Country,
    /// The calendar day: `2026-11-30`.
    Day,
}

impl GroupBy {
    /// Reads a name of the API.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "channel" => Some(Self::Channel),
            "country" => Some(Self::Country),
            "day" => Some(Self::Day),
            _ => None,
        }
    }
}

/// The codes of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeCount {
    /// Sends that a provider accepted, delivered ones included.
    pub sent: u64,
    /// Sends that were delivered, as far as the provider reports it.
    pub delivered: u64,
    /// Challenges that were approved, each in the group of its newest send of the period.
    pub approved: u64,
    /// Sends that failed.
    pub failed: u64,
    /// The sum of the prices that are known. `None`: none is known, or they are in several currencies.
    pub cost: Option<MessagePrice>,
    is_mixed: bool,
}

impl CodeCount {
    fn add(&mut self, send: &ReportedSend) {
        let add = |count: &mut u64, is_one: bool| *count = count.saturating_add(u64::from(is_one));
        let SendStatus::Known(status) = send.status else { return };
        let is_delivered = matches!(status, DeliveryStatus::Delivered | DeliveryStatus::Read);
        add(&mut self.sent, is_delivered || status == DeliveryStatus::Sent);
        add(&mut self.delivered, is_delivered);
        add(&mut self.failed, status == DeliveryStatus::Failed);
        if let Some(price) = &send.price {
            self.charge(price);
        }
    }

    fn charge(&mut self, price: &MessagePrice) {
        let sum = match &self.cost {
            None => Some(price.clone()),
            Some(cost) if cost.currency == price.currency => cost
                .amount
                .checked_add(price.amount)
                .map(|amount| MessagePrice { amount, currency: price.currency.clone() }),
            Some(_other) => None,
        };
        self.is_mixed |= sum.is_none();
        self.cost = sum.filter(|_| !self.is_mixed);
    }
}

/// Why there are no statistics.
#[derive(Debug, Error)]
pub enum CodeStatisticsError {
    /// The last day comes before the first day.
    #[error("the period ends before it begins")]
    Backwards,
    /// The period is longer than [`DAYS_MAX`].
    #[error("the period has more than {DAYS_MAX} days")]
    TooLong,
    /// The period has more than [`SENDS_MAX`] sends. A shorter one is counted.
    #[error("the period has more than {SENDS_MAX} sends")]
    TooMany,
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Counts codes.
pub struct CodeStatistics {
    reports: Arc<dyn VerificationReports>,
    zone: Tz,
    kernel: Kernel,
}

impl CodeStatistics {
    /// Builds the use case. Days begin and end in `zone`.
    #[must_use]
    pub fn new(reports: Arc<dyn VerificationReports>, zone: Tz, kernel: Kernel) -> Self {
        Self { reports, zone, kernel }
    }

    /// The counts from the first day to the last day, both included, by their keys. Without a last day it ends
    /// today; without a first day it begins with the month of the last day. Only codes of `requester`, if one is
    /// given.
    ///
    /// # Errors
    /// [`CodeStatisticsError`].
    #[tracing::instrument(name = "code_statistics", level = "debug", skip_all)]
    pub async fn run(
        &self,
        (from, to): (Option<NaiveDate>, Option<NaiveDate>),
        by: GroupBy,
        requester: Option<Principal>,
    ) -> Result<BTreeMap<String, CodeCount>, CodeStatisticsError> {
        let today = self.kernel.now().with_timezone(&self.zone).date_naive();
        let to = to.unwrap_or_else(|| from.map_or(today, |from| from.max(today)));
        let from = from.unwrap_or_else(|| to.with_day(1).unwrap_or(to));
        let days = to.signed_duration_since(from).num_days();
        if days < 0 {
            return Err(CodeStatisticsError::Backwards);
        }
        if days >= DAYS_MAX {
            return Err(CodeStatisticsError::TooLong);
        }
        let behind = to.checked_add_days(Days::new(1)).unwrap_or(to);
        let filter =
            SendFilter { from: begin_of(from, &self.zone), until: begin_of(behind, &self.zone), requester };
        self.count(&filter, by).await
    }

    async fn count(
        &self,
        filter: &SendFilter,
        by: GroupBy,
    ) -> Result<BTreeMap<String, CodeCount>, CodeStatisticsError> {
        let mut counts: BTreeMap<String, CodeCount> = BTreeMap::new();
        let mut approved: HashMap<VerificationId, String> = HashMap::new();
        let (mut after, mut read) = (0, 0_usize);
        loop {
            let page = self.reports.reported_sends(filter, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            read = read.saturating_add(page.len());
            if read > SENDS_MAX {
                return Err(CodeStatisticsError::TooMany);
            }
            for send in &page {
                let key = self.key_of(send, by);
                if send.is_approved {
                    approved.insert(send.verification, key.clone());
                }
                counts.entry(key).or_default().add(send);
            }
        }
        for key in approved.into_values() {
            let count = counts.entry(key).or_default();
            count.approved = count.approved.saturating_add(1);
        }
        Ok(counts)
    }

    fn key_of(&self, send: &ReportedSend, by: GroupBy) -> String {
        match by {
            GroupBy::Channel => send.channel.name().to_owned(),
            GroupBy::Country => send.country.clone().unwrap_or_else(|| NO_COUNTRY.to_owned()),
            GroupBy::Day => send.at.with_timezone(&self.zone).date_naive().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use domain::message::Channel;
    use ports::verification::MockVerificationReports;
    use testkit::{CountedIds, MovableClock, SeededRandom};
    use uuid::Uuid;

    fn send(seq: i64, of: u128, channel: Channel, status: DeliveryStatus, at: &str) -> ReportedSend {
        ReportedSend {
            seq,
            verification: VerificationId(Uuid::from_u128(of)),
            is_approved: of == 1,
            channel,
            country: Some("MX".into()),
            at: at.parse::<DateTime<Utc>>().unwrap(),
            status: SendStatus::Known(status),
            price: MessagePrice::read("-0.0075", "USD"),
        }
    }

    async fn counted(by: GroupBy, sends: Vec<ReportedSend>) -> BTreeMap<String, CodeCount> {
        let mut reports = MockVerificationReports::new();
        reports.expect_reported_sends().returning(move |filter, after, _| {
            assert_eq!(filter.from.to_rfc3339(), "2026-11-01T06:00:00+00:00", "midnight in Mexico");
            assert_eq!(filter.until.to_rfc3339(), "2026-12-01T06:00:00+00:00");
            Ok(sends.iter().filter(|send| send.seq > after).take(2).cloned().collect())
        });
        november(reports, by).await.unwrap()
    }

    async fn november(
        reports: MockVerificationReports,
        by: GroupBy,
    ) -> Result<BTreeMap<String, CodeCount>, CodeStatisticsError> {
        let kernel = Kernel {
            clock: Arc::new(MovableClock::default()),
            ids: Arc::new(CountedIds::default()),
            random: Arc::new(SeededRandom::of(1)),
        };
        let statistics = CodeStatistics::new(Arc::new(reports), chrono_tz::America::Mexico_City, kernel);
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day);
        statistics.run((day(1), day(30)), by, None).await
    }

    #[tokio::test]
    async fn more_sends_than_an_answer_can_count_are_refused() {
        let mut reports = MockVerificationReports::new();
        let rounds = SENDS_MAX / 1000 + 1;
        reports.expect_reported_sends().times(rounds).returning(|_, after, page| {
            let one = send(0, 2, Channel::Sms, DeliveryStatus::Sent, "2026-11-02T07:00:00Z");
            Ok((1..=page).map(|n| ReportedSend { seq: after + n, ..one.clone() }).collect())
        });
        let refused = november(reports, GroupBy::Channel).await;
        assert!(matches!(refused, Err(CodeStatisticsError::TooMany)), "{refused:?}");
    }

    fn example() -> Vec<ReportedSend> {
        use DeliveryStatus as S;
        vec![
            send(1, 1, Channel::Whatsapp, S::Failed, "2026-11-02T05:59:59Z"),
            send(2, 1, Channel::Sms, S::Delivered, "2026-11-02T06:00:00Z"),
            send(3, 2, Channel::Sms, S::Sent, "2026-11-02T07:00:00Z"),
            send(4, 3, Channel::Sms, S::Queued, "2026-11-02T07:00:00Z"),
        ]
    }

    #[tokio::test]
    async fn codes_are_counted_by_channel() {
        let counts = counted(GroupBy::Channel, example()).await;
        let cost = MessagePrice::read("0.0225", "USD");
        let sms = CodeCount { sent: 2, delivered: 1, approved: 1, cost, ..CodeCount::default() };
        assert_eq!(counts["sms"], sms, "an approval counts once, where the last code went");
        assert_eq!((counts["whatsapp"].failed, counts["whatsapp"].approved), (1, 0));
    }

    #[tokio::test]
    async fn days_are_those_of_the_zone() {
        let counts = counted(GroupBy::Day, example()).await;
        let keys: Vec<_> = counts.keys().map(String::as_str).collect();
        assert_eq!(keys, ["2026-11-01", "2026-11-02"]);
    }

    #[tokio::test]
    async fn several_currencies_have_no_sum() {
        let mut sends = example();
        sends[1].price = MessagePrice::read("0.10", "MXN");
        let counts = counted(GroupBy::Country, sends).await;
        assert_eq!((counts.len(), counts["MX"].sent, &counts["MX"].cost), (1, 2, &None));
    }
}
