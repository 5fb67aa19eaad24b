//! Faults that a test or a person can set: what fails, where, and how often.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// The given status as the answer; the work is not done.
    Status,
    /// The right answer, but late.
    Delay,
    /// No answer; the connection stays open.
    Timeout,
    /// The connection closes before the work.
    Reset,
    /// The work is done, and the connection closes without an answer.
    DropReply,
    /// An answer that can't be parsed; the work is not done.
    Garbage,
}

impl FaultKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Delay => "delay",
            Self::Timeout => "timeout",
            Self::Reset => "reset",
            Self::DropReply => "drop_reply",
            Self::Garbage => "garbage",
        }
    }
}

/// A fault that was set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    pub(crate) provider: String,
    pub(crate) operation: Option<String>,
    pub(crate) kind: FaultKind,
    pub(crate) status: Option<u16>,
    pub(crate) body: Option<Value>,
    pub(crate) delay_ms: Option<u64>,
    /// How many calls fail. `None`: until the fault is deleted.
    pub(crate) times: Option<u32>,
    /// The probability that a call fails, 0 to 1. `None`: always.
    pub(crate) probability: Option<f64>,
}

/// The longest delay of an answer that can be asked for, in milliseconds.
pub(crate) const DELAY_MAX_MS: u64 = 600_000;

const OPERATIONS: [(&str, &[&str]); 5] = [
    ("twilio", &["messages", "messages.whatsapp", "messages.sms", "verify.start", "verify.check", "lookup"]),
    ("meta", &["send"]),
    ("telegram", &["send"]),
    ("bank", &["token", "balance", "transfer", "status", "statement"]),
    ("smtp", &["send"]),
];

impl Fault {
    /// The duration of a `delay`. Default: one second.
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.unwrap_or(1000))
    }

    /// What is wrong with the fault. `None` if nothing is.
    pub(crate) fn invalid_because(&self) -> Option<&'static str> {
        let Some((_, operations)) = OPERATIONS.iter().find(|(name, _)| *name == self.provider) else {
            return Some("provider: unknown");
        };
        let operation_is_known = self.operation.as_ref().is_none_or(|o| operations.contains(&o.as_str()));
        if !operation_is_known {
            Some("operation: unknown for this provider")
        } else if self.kind == FaultKind::Status && self.status.is_none_or(|s| !(100..=599).contains(&s)) {
            Some("status: must be 100 to 599 for this kind")
        } else if self.times == Some(0) {
            Some("times: must be 1 or more")
        } else if self.delay_ms.is_some_and(|ms| ms > DELAY_MAX_MS) {
            Some("delay_ms: must be at most 600000")
        } else if self.probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            Some("probability: must be 0 to 1")
        } else {
            None
        }
    }

    /// True if the fault applies to the operation. `messages` includes `messages.sms`.
    fn covers(&self, provider: &str, operation: &str) -> bool {
        self.provider == provider
            && self.operation.as_ref().is_none_or(|own| {
                operation == own
                    || operation.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('.'))
            })
    }
}

/// All faults that are set.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn all(&self) -> &[Fault] {
        &self.0
    }

    /// The fault that applies to this call; its remaining count goes down by one. `chance` is a random
    /// number, 0 to 1.
    pub(crate) fn take(&mut self, provider: &str, operation: &str, chance: f64) -> Option<Fault> {
        let at = self.0.iter().position(|fault| {
            fault.covers(provider, operation) && fault.probability.is_none_or(|p| chance < p)
        })?;
        let fault = self.0.get_mut(at)?;
        let taken = fault.clone();
        if let Some(times) = &mut fault.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.0.remove(at);
            }
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(operation: Option<&str>, times: Option<u32>) -> Fault {
        Fault {
            provider: "twilio".into(),
            operation: operation.map(str::to_owned),
            kind: FaultKind::DropReply,
            status: None,
            body: None,
            delay_ms: None,
            times,
            probability: None,
        }
    }

    #[test]
    fn a_fault_covers_its_operation_and_those_below_and_is_used_up() {
        let mut faults = Faults::default();
        faults.add(fault(Some("messages"), Some(2)));
        assert!(faults.take("twilio", "lookup", 0.0).is_none());
        assert!(faults.take("twilio", "messages.sms", 0.0).is_some());
        assert!(faults.take("twilio", "messages.whatsapp", 0.0).is_some());
        assert!(faults.take("twilio", "messages.whatsapp", 0.0).is_none());
    }

    #[test]
    fn without_times_it_lasts_and_chance_decides() {
        let mut faults = Faults::default();
        faults.add(Fault { probability: Some(0.5), ..fault(None, None) });
        assert!(faults.take("twilio", "lookup", 0.6).is_none());
        assert!((0..9).all(|_| faults.take("twilio", "lookup", 0.4).is_some()));
    }

    #[test]
    fn a_fault_with_a_wrong_value_is_refused() {
        assert_eq!(fault(Some("fly"), None).invalid_because(), Some("operation: unknown for this provider"));
        assert!(Fault { kind: FaultKind::Status, ..fault(None, None) }.invalid_because().is_some());
        assert_eq!(fault(None, None).invalid_because(), None);
    }
}
