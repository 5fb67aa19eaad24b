//! What a text that isn't understood was nearest to, so that the person can be asked whether they meant it.

use super::*;

/// The most readings that are named.
const NAMED_MAX: usize = 2;

/// The least score of a reading that is near enough to be asked about. A reading that wins has more.
const NEAR: f32 = 0.1;

/// How far a reading may be behind the best one.
const BEHIND_MAX: f32 = 0.3;

impl MessageFeatures<'_> {
    /// The readings that nearly won, the nearest first. Empty where the text quotes somebody, says a yes or a no with
    /// a tail, or is as near to something that must not be suggested: a payment, a stop, a freeze.
    pub(super) fn nearest(&self) -> Vec<Intent> {
        if is_quoted(self.chars) || self.answers_yes() || self.has_negation() || self.has_amount() {
            return Vec::new();
        }
        let scores = self.scores();
        let best = scores.first().map_or(0.0, |(_, score)| *score);
        let named = scores.into_iter().filter(|(intent, _)| *intent != Intent::Unknown);
        named
            .take_while(|(_, score)| *score >= NEAR.max(best - BEHIND_MAX))
            .take_while(|(intent, _)| intent.can_be_suggested())
            .take(NAMED_MAX)
            .map(|(intent, _)| intent)
            .collect()
    }
}
