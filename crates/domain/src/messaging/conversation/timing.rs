//! When a message was written, and which prompt it can answer.

use super::{ConfirmationPrompt, Conversation, OpenPrompts, Pending};
use chrono::{DateTime, Duration, Utc};

/// How far a provider's clock may be behind ours.
pub const CLOCK_SKEW_MAX: Duration = Duration::seconds(60);

/// When a message was written and when it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageTime {
    /// The provider's time of writing, in whole seconds (Meta's `timestamp`, Telegram's `date`). `None` when
    /// the provider sends none (Twilio): then the time of receipt counts.
    pub dated: Option<DateTime<Utc>>,
    /// When the webhook was received, by our own clock.
    pub received_at: DateTime<Utc>,
}

impl MessageTime {
    /// When it was written: the earlier of both times.
    #[must_use]
    pub fn written_at(&self) -> DateTime<Utc> {
        self.dated.map_or(self.received_at, |dated| dated.min(self.received_at))
    }

    /// True when it was written in an earlier second than `moment`.
    #[must_use]
    pub fn is_before(&self, moment: DateTime<Utc>) -> bool {
        self.written_at().timestamp() < moment.timestamp()
    }

    /// Whether it was written before that moment, by the provider's date or by our own clock. No when there is no
    /// such moment.
    #[must_use]
    pub fn came_before(&self, moment: Option<DateTime<Utc>>) -> bool {
        moment.is_some_and(|moment| self.received_at < moment || self.is_before(moment))
    }

    /// Whether a yes in this message can be a yes to that prompt.
    ///
    /// A message that was received before the prompt was made never can. One that the provider dates before
    /// the prompt can, by at most [`CLOCK_SKEW_MAX`], because clocks differ; but not if the yes may belong to
    /// an earlier prompt ([`ConfirmationPrompt::contested_from`]).
    #[must_use]
    pub fn can_answer(&self, prompt: &ConfirmationPrompt) -> bool {
        let asked_at = prompt.asked_at();
        if self.received_at < asked_at {
            return false;
        }
        let Some(dated) = self.dated else { return true };
        let earliest = asked_at.checked_sub_signed(CLOCK_SKEW_MAX).unwrap_or(asked_at);
        let contested_from = prompt.contested_from.unwrap_or(asked_at);
        dated.timestamp() >= asked_at.timestamp()
            || dated.timestamp() >= earliest.timestamp() && dated.timestamp() < contested_from.timestamp()
    }
}

impl Conversation {
    /// Stores that a prompt is open at this step, whatever the step does with it.
    pub(super) fn note_open_prompt(&mut self, now: DateTime<Utc>) {
        match &self.pending {
            Some(Pending::ConfirmationPrompt(prompt)) => {
                let since = prompt.contested_from.unwrap_or_else(|| prompt.asked_at());
                self.open_prompts = Some(OpenPrompts { since, until: now.min(prompt.expires_at) });
            }
            Some(Pending::StepUp(_)) => {
                if let Some(open) = &mut self.open_prompts {
                    open.until = now;
                }
            }
            // A yes may answer that question.
            Some(Pending::YesOrNo(asked)) => {
                let earliest = now.checked_sub_signed(CLOCK_SKEW_MAX).unwrap_or(now);
                let before = self.open_prompts.filter(|open| open.until >= earliest);
                let since = before.map_or(asked.asked_at, |open| open.since);
                self.open_prompts = Some(OpenPrompts { since, until: now });
            }
            Some(Pending::Draft(_) | Pending::WhichPayee(_) | Pending::Suggestion(_)) | None => {}
        }
    }

    /// From when on a yes may belong to an earlier prompt than the one made now. A prompt that changes
    /// another (`is_changed`) accepts no yes that is dated before it.
    pub(super) fn contested_from(&self, is_changed: bool, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let earliest = now.checked_sub_signed(CLOCK_SKEW_MAX).unwrap_or(now);
        if is_changed {
            return Some(earliest);
        }
        self.open_prompts.filter(|open| open.until >= earliest).map(|open| open.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::PromptId,
        money::{Currency, Money, account_number::AccountNumber},
    };
    use uuid::Uuid;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::seconds(seconds)
    }

    fn asked(seconds: i64, contested_from: Option<i64>) -> ConfirmationPrompt {
        ConfirmationPrompt {
            id: PromptId(Uuid::from_u128(1)),
            amount: Money::new(100, Currency::MXN),
            account: AccountNumber::Clabe("012345678901234567".into()),
            payee: None,
            concept: None,
            bank: None,
            known_account: None,
            repeats_after_minutes: None,
            contested_from: contested_from.map(at),
            expires_at: at(seconds) + super::super::PROMPT_TTL,
        }
    }

    fn written(dated: i64) -> MessageTime {
        MessageTime { dated: Some(at(dated)), received_at: at(2_000) }
    }

    #[test]
    fn clocks_may_differ_by_a_minute() {
        let prompt = asked(1_000, None);
        for (dated, answers) in
            [(1_100, true), (1_000, true), (980, true), (940, true), (939, false), (400, false)]
        {
            assert_eq!(written(dated).can_answer(&prompt), answers, "{dated}");
        }
    }

    #[test]
    fn a_yes_from_the_time_of_an_earlier_prompt_is_that_ones() {
        let prompt = asked(1_000, Some(990));
        for (dated, answers) in
            [(1_000, true), (999, false), (990, false), (989, true), (940, true), (939, false)]
        {
            assert_eq!(written(dated).can_answer(&prompt), answers, "{dated}");
        }
        let changed = asked(1_000, Some(940));
        for (dated, answers) in [(1_000, true), (999, false), (940, false), (939, false)] {
            assert_eq!(written(dated).can_answer(&changed), answers, "{dated}");
        }
    }

    #[test]
    fn what_arrived_before_the_prompt_is_no_answer_whatever_its_date() {
        let prompt = asked(1_000, None);
        let early = MessageTime { dated: Some(at(1_100)), received_at: at(999) };
        assert!(!early.can_answer(&prompt));
        let undated = |received: i64| MessageTime { dated: None, received_at: at(received) };
        assert!(!undated(999).can_answer(&prompt));
        assert!(undated(1_000).can_answer(&prompt));
    }
}
