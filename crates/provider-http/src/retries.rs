//! Which calls are repeated, how often, and after which pause.

use crate::{Answer, TransportError};
use ports::ids_and_random::Random;
use reqwest::StatusCode;
use std::{sync::Arc, time::Duration};

/// When a call is repeated after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// After a 429, a 5xx or no response: the call only reads, or a repetition changes nothing.
    Safely,
    /// Only when the provider did not process the call: after a 429, or when the request was not sent.
    WhenRefused,
    /// Never; the caller decides.
    Never,
}

/// How often a client repeats a call, and how long it waits.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// Longest jitter before each retry; there are as many retries as pauses.
    pub pauses_max: &'static [Duration],
    /// Longest Retry-After, in seconds, that a call waits for. A longer one ends the retries.
    pub retry_after_max: u64,
    /// Whether waiting for seconds can't change the answer, so that it is not repeated.
    pub is_final: fn(&Answer) -> bool,
}

impl Default for Retries {
    /// Three retries after up to 1, 2 and 4 s, a Retry-After of at most 5 s, and no final answers.
    fn default() -> Self {
        const PAUSES_MAX: &[Duration] =
            &[Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
        Self { pauses_max: PAUSES_MAX, retry_after_max: 5, is_final: |_| false }
    }
}

/// Decides about retries by the rules of one client.
pub(crate) struct Retrier {
    pub(crate) rules: Retries,
    pub(crate) random: Arc<dyn Random>,
}

impl Retrier {
    /// How long to wait before the next try, after `retries` of them: the Retry-After and full jitter. None
    /// when the result stands.
    pub(crate) fn pause(
        &self,
        retries: usize,
        result: &Result<Answer, TransportError>,
        repeat: Repeat,
    ) -> Option<Duration> {
        let jitter_max = self.rules.pauses_max.get(retries)?;
        let asked = result.as_ref().ok().and_then(|answer| answer.retry_after).unwrap_or(0);
        if !self.may_repeat(result, repeat) || asked > self.rules.retry_after_max {
            return None;
        }
        let mut draw = [0; 2];
        self.random.fill(&mut draw);
        let fraction = f64::from(u16::from_be_bytes(draw)) / f64::from(u16::MAX);
        Some(Duration::from_secs(asked) + jitter_max.mul_f64(fraction))
    }

    fn may_repeat(&self, result: &Result<Answer, TransportError>, repeat: Repeat) -> bool {
        match (repeat, result) {
            (Repeat::Never, _) => false,
            (_, Ok(answer)) if (self.rules.is_final)(answer) => false,
            (_, Ok(answer)) if answer.status == StatusCode::TOO_MANY_REQUESTS => true,
            (Repeat::Safely, Ok(answer)) => answer.status.is_server_error(),
            (Repeat::Safely, Err(_)) | (Repeat::WhenRefused, Err(TransportError::NotSent(_))) => true,
            (Repeat::WhenRefused, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws the greatest number each time.
    struct Most;

    impl Random for Most {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(u8::MAX);
        }
    }

    fn retrier(is_final: fn(&Answer) -> bool) -> Retrier {
        Retrier { rules: Retries { is_final, ..Retries::default() }, random: Arc::new(Most) }
    }

    fn answer(status: u16, retry_after: Option<u64>) -> Answer {
        Answer { status: StatusCode::from_u16(status).unwrap(), retry_after, date: None, body: Vec::new() }
    }

    fn seconds(pause: Option<Duration>) -> Option<u64> {
        pause.map(|pause| pause.as_secs())
    }

    #[test]
    fn the_pauses_grow_and_come_after_the_retry_after() {
        let retrier = retrier(|_| false);
        let pause = |retries, asked| seconds(retrier.pause(retries, &Ok(answer(503, asked)), Repeat::Safely));
        let plain: Vec<_> = (0..4).map(|retries| pause(retries, None)).collect();
        assert_eq!(plain, [Some(1), Some(2), Some(4), None]);
        assert_eq!(pause(0, Some(5)), Some(6));
        assert_eq!(pause(0, Some(6)), None, "longer than a call waits for");
    }

    #[test]
    fn what_is_repeated_depends_on_what_the_provider_may_have_done() {
        let retrier = retrier(|_| false);
        let repeated = |result: &Result<Answer, TransportError>| {
            [Repeat::Safely, Repeat::WhenRefused, Repeat::Never]
                .map(|repeat| retrier.pause(0, result, repeat).is_some())
        };
        assert_eq!(repeated(&Ok(answer(429, None))), [true, true, false]);
        assert_eq!(repeated(&Err(TransportError::NotSent("no connection"))), [true, true, false]);
        assert_eq!(repeated(&Ok(answer(503, None))), [true, false, false]);
        assert_eq!(repeated(&Err(TransportError::ResponseLost("lost"))), [true, false, false]);
        assert_eq!(repeated(&Ok(answer(200, None))), [false; 3]);
        assert_eq!(repeated(&Ok(answer(404, None))), [false; 3]);
    }

    #[test]
    fn a_final_answer_is_not_repeated() {
        let retrier = retrier(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS);
        assert!(retrier.pause(0, &Ok(answer(429, None)), Repeat::Safely).is_none());
        assert!(retrier.pause(0, &Ok(answer(503, None)), Repeat::Safely).is_some());
    }
}
