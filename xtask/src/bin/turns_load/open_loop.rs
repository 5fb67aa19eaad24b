//! An open loop: start times are scheduled ahead, and a latency counts from its scheduled time. A program that waits
//! for an answer before it asks again asks less while the answers are slow, and so measures the slow times least.

use std::time::{Duration, Instant};

/// Start times at random, as those of people who don't know of each other: a Poisson process.
pub(crate) struct Schedule {
    per_second: f64,
    dice: Dice,
    after: Duration,
}

impl Schedule {
    /// A schedule with that many starts a second on average. The same seed gives the same schedule.
    pub(crate) const fn new(per_second: f64, seed: u64) -> Self {
        Self { per_second, dice: Dice(seed), after: Duration::ZERO }
    }
}

impl Iterator for Schedule {
    type Item = Duration;

    /// How long after the beginning the next start is. `None` where there are none, at no starts a second.
    fn next(&mut self) -> Option<Duration> {
        if self.per_second <= 0.0 {
            return None;
        }
        // Above zero and at most 1, so that its logarithm is finite.
        let share = (f64::from(self.dice.next()) + 1.0) / (f64::from(u32::MAX) + 1.0);
        let gap = -share.ln() / self.per_second;
        self.after += Duration::from_secs_f64(gap);
        Some(self.after)
    }
}

/// Numbers that look random (splitmix64).
struct Dice(u64);

impl Dice {
    /// The next number of 32 bits.
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or_default()
    }
}

/// The time in which turns count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    begin: Instant,
    end: Instant,
}

impl Window {
    /// A window that begins after `warm_up` and lasts for `time`.
    pub(crate) fn after(warm_up: Duration, time: Duration) -> Self {
        let begin = Instant::now() + warm_up;
        Self { begin, end: begin + time }
    }

    /// True while there is time for another turn.
    pub(crate) fn is_open(&self) -> bool {
        Instant::now() < self.end
    }

    /// When counting ends.
    pub(crate) const fn end(&self) -> Instant {
        self.end
    }

    /// Records what was done within the window.
    pub(crate) fn count_done(&self, asked: Instant, done: Instant, micros: &mut Vec<u32>) {
        if done >= self.begin && done < self.end {
            micros.push(between(asked, done));
        }
    }

    /// Records what was scheduled within the window, however late it was done.
    pub(crate) fn count_scheduled(&self, scheduled: Instant, done: Instant, micros: &mut Vec<u32>) {
        if scheduled >= self.begin && scheduled < self.end {
            micros.push(between(scheduled, done));
        }
    }
}

fn between(one: Instant, other: Instant) -> u32 {
    u32::try_from(other.saturating_duration_since(one).as_micros()).unwrap_or(u32::MAX)
}

/// The result of a load.
pub(crate) struct Measured {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Measured {
    /// Computes the result from the latencies, in microseconds, of the turns that count within `time`.
    pub(crate) fn of(mut micros: Vec<u32>, time: Duration) -> Self {
        micros.sort_unstable();
        let at = |percent: usize| micros.get(micros.len() * percent / 100).copied().unwrap_or_default();
        Self {
            per_second: f64::from(u32::try_from(micros.len()).unwrap_or(u32::MAX)) / time.as_secs_f64(),
            p50_ms: f64::from(at(50)) / 1000.0,
            p99_ms: f64::from(at(99)) / 1000.0,
        }
    }

    /// The result as one line of JSON, for the program that collects the figures.
    pub(crate) fn line(&self, name: &str) -> String {
        let Self { per_second, p50_ms, p99_ms } = self;
        format!(
            "{{\"{name}\": {per_second:.1}, \"{name}_p50_ms\": {p50_ms:.3}, \"{name}_p99_ms\": {p99_ms:.3}}}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_in_order_and_as_many_as_asked_for() {
        let starts: Vec<Duration> = Schedule::new(1000.0, 7).take(20_000).collect();
        assert!(starts.is_sorted());
        let seconds = starts.last().unwrap().as_secs_f64();
        assert!((19.5..20.5).contains(&seconds), "20,000 starts in {seconds} s");
        assert_eq!(
            starts,
            Schedule::new(1000.0, 7).take(20_000).collect::<Vec<_>>(),
            "a seed repeats its schedule"
        );
    }

    #[test]
    fn gaps_are_those_of_people_who_do_not_know_of_each_other() {
        let starts: Vec<Duration> = Schedule::new(100.0, 3).take(20_000).collect();
        let gaps: Vec<f64> = starts
            .iter()
            .zip(&starts[1..])
            .map(|(one, next)| next.saturating_sub(*one).as_secs_f64())
            .collect();
        // Of a Poisson process, 1 − 1/e of the gaps are shorter than the mean.
        let short = gaps.iter().filter(|gap| **gap < 0.01).count() * 1000 / gaps.len();
        assert!((622..642).contains(&short), "{short} of 1,000");
    }

    #[test]
    fn at_no_rate_nothing_starts() {
        assert_eq!(Schedule::new(0.0, 1).next(), None);
    }

    #[test]
    fn a_latency_counts_from_the_scheduled_time_however_late_it_ends() {
        let begin = Instant::now();
        let window = Window { begin, end: begin + Duration::from_secs(1) };
        let mut micros = Vec::new();
        let at = |millis| begin + Duration::from_millis(millis);
        window.count_scheduled(at(0), at(5), &mut micros);
        window.count_scheduled(at(999), at(4_999), &mut micros);
        window.count_scheduled(at(1_000), at(1_001), &mut micros);
        assert_eq!(micros, [5_000, 4_000_000], "a start at the end of the window is outside");
    }

    #[test]
    fn percentiles_are_the_waits_that_so_many_stay_below() {
        let measured = Measured::of((1..=1000).rev().collect(), Duration::from_secs(2));
        let found = (measured.per_second, measured.p50_ms, measured.p99_ms);
        assert_eq!(found, (500.0, 0.501, 0.991));
    }
}
