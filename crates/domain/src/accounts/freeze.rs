//! The freeze of a person: at once no money leaves any of their wallets.
//!
//! A freeze is for the moment when a phone is in wrong hands, so it asks for no proof and takes effect before
//! anything else: sessions of chats and bound chats end, and transfers that wait for a code or an approval are
//! canceled. Money still comes in, the balance is still told, and what a bank already has goes on.
//!
//! The person lifts it with their password and a code that does not go to the frozen number. Payments then wait
//! for [`COOLOFF`], in case both were stolen. People who work for the bank lift it without a cool-off.

use crate::message::Channel;
use chrono::{DateTime, Duration, Utc};

/// How long payments wait after a person lifted their own freeze.
pub const COOLOFF: Duration = Duration::hours(24);

/// The longest reason for a freeze, in characters.
pub const REASON_LENGTH_MAX: usize = 500;

/// Who lifts a freeze.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiftedBy {
    /// The person, with password and code.
    Owner,
    /// Somebody who works for the bank.
    Staff,
}

/// Whether a person is frozen, and what is left of the last freeze.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freeze {
    /// Since when the person is frozen; `None` while they are not.
    pub frozen_at: Option<DateTime<Utc>>,
    /// When the last freeze began. It stays after the freeze: a chat session that began before it has ended for
    /// good.
    pub last_frozen_at: Option<DateTime<Utc>>,
    /// From when on the person can pay again, after they lifted their own freeze; `None` for no cool-off.
    pub payable_at: Option<DateTime<Utc>>,
}

impl Freeze {
    /// The state after a freeze. `None`: the person is frozen already, and nothing changes.
    #[must_use]
    pub const fn freeze(self, now: DateTime<Utc>) -> Option<Self> {
        match self.frozen_at {
            Some(_) => None,
            None => Some(Self { frozen_at: Some(now), last_frozen_at: Some(now), payable_at: None }),
        }
    }

    /// The state after the freeze is lifted. `None`: nothing changes. Staff also end a cool-off; the owner does
    /// not.
    #[must_use]
    pub fn lift(self, by: LiftedBy, now: DateTime<Utc>) -> Option<Self> {
        let lifted = Self { frozen_at: None, payable_at: None, ..self };
        match by {
            LiftedBy::Staff => (lifted != self).then_some(lifted),
            LiftedBy::Owner => {
                self.frozen_at?;
                Some(Self { payable_at: now.checked_add_signed(COOLOFF), ..lifted })
            }
        }
    }

    /// Whether a chat session that began at that time has ended by a freeze, also by one that was lifted since.
    #[must_use]
    pub fn ends_session_of(self, began_at: DateTime<Utc>) -> bool {
        self.last_frozen_at.is_some_and(|frozen_at| began_at <= frozen_at)
    }
}

/// On which channels the person is told of a freeze: each entry is one message, on the first of its channels that
/// reaches them. It is another channel than the one on which the freeze was ordered, because that one may be in
/// wrong hands. Without one (the API, the console) the person is told on both.
#[must_use]
pub fn told_on(ordered_on: Option<Channel>) -> &'static [&'static [Channel]] {
    match ordered_on {
        Some(Channel::Whatsapp) => &[&[Channel::Sms, Channel::Email]],
        Some(Channel::Telegram) => &[&[Channel::Email, Channel::Sms]],
        Some(Channel::Sms | Channel::Call) => &[&[Channel::Email]],
        Some(Channel::Email) => &[&[Channel::Sms]],
        None => &[&[Channel::Sms], &[Channel::Email]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + hour * 3_600, 0).unwrap()
    }

    #[test]
    fn a_second_freeze_changes_nothing() {
        let frozen = Freeze::default().freeze(at(1)).unwrap();
        assert_eq!((frozen.frozen_at, frozen.payable_at), (Some(at(1)), None));
        assert_eq!(frozen.freeze(at(2)), None);
    }

    #[test]
    fn after_their_own_freeze_people_wait_a_day() {
        let frozen = Freeze::default().freeze(at(1)).unwrap();
        let lifted = frozen.lift(LiftedBy::Owner, at(5)).unwrap();
        assert_eq!((lifted.frozen_at, lifted.payable_at), (None, Some(at(29))));
        assert_eq!(lifted.lift(LiftedBy::Owner, at(6)), None, "asking twice is no way out of the wait");
    }

    #[test]
    fn staff_lift_a_freeze_and_a_cool_off() {
        let frozen = Freeze::default().freeze(at(1)).unwrap();
        let lifted = frozen.lift(LiftedBy::Staff, at(5)).unwrap();
        assert_eq!((lifted.frozen_at, lifted.payable_at), (None, None));
        let cooling = frozen.lift(LiftedBy::Owner, at(5)).unwrap();
        assert_eq!(cooling.lift(LiftedBy::Staff, at(6)), Some(lifted));
        assert_eq!(lifted.lift(LiftedBy::Staff, at(7)), None);
    }

    #[test]
    fn a_freeze_during_the_wait_is_a_freeze() {
        let cooling = Freeze::default().freeze(at(1)).unwrap().lift(LiftedBy::Owner, at(2)).unwrap();
        assert_eq!(cooling.freeze(at(3)).unwrap().frozen_at, Some(at(3)));
    }

    #[test]
    fn a_freeze_is_told_on_another_channel() {
        let all = [Channel::Whatsapp, Channel::Sms, Channel::Call, Channel::Email, Channel::Telegram];
        for ordered_on in all {
            let told: Vec<_> = told_on(Some(ordered_on)).concat();
            assert!(!told.is_empty() && !told.contains(&ordered_on), "{ordered_on:?}");
        }
        assert_eq!(told_on(None).len(), 2);
    }

    #[test]
    fn a_session_ends_for_good() {
        let frozen = Freeze::default().freeze(at(3)).unwrap();
        let lifted = frozen.lift(LiftedBy::Staff, at(5)).unwrap();
        assert!(lifted.ends_session_of(at(2)) && lifted.ends_session_of(at(3)));
        assert!(!lifted.ends_session_of(at(6)));
        assert!(!Freeze::default().ends_session_of(at(0)));
    }
}
