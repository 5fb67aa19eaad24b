//! The linear model of intents. It reads words in any order, so it also has an opinion on a text that no pattern
//! knows. The build script trains it on `data/sentences/`.

use crate::features::features;
use domain::messaging::intent::Intent;
use std::sync::LazyLock;

/// The weights: a row of the table for each feature, a byte for each class.
const TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/model.bin"));

struct Classes {
    intents: Vec<Intent>,
    /// The value of one step of a byte.
    unit: f32,
}

static CLASSES: LazyLock<Classes> = LazyLock::new(|| {
    let mut lines = include_str!(concat!(env!("OUT_DIR"), "/model.txt")).lines();
    let unit = lines.next().and_then(|line| line.parse().ok()).unwrap_or_default();
    let intent = |name: &str| Intent::ALL.iter().copied().find(|intent| intent.label() == name);
    Classes { intents: lines.filter_map(intent).collect(), unit }
});

/// How probable each intent is, 0 to 1, most probable first.
pub(crate) fn opinions<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Vec<(Intent, f32)> {
    let classes = &*CLASSES;
    let count = classes.intents.len();
    let mut rows = Vec::with_capacity(128);
    features(words, &mut rows);
    let strength = rows.iter().map(|(_, strength)| strength * strength).sum::<f32>().sqrt().max(1.0);
    let scale = 4.0 / strength * classes.unit;
    let mut scores = vec![0.0_f32; count];
    for (row, strength) in rows {
        let from = usize::try_from(row).unwrap_or_default().saturating_mul(count);
        let weights = TABLE.get(from..from.saturating_add(count)).unwrap_or_default();
        for (score, weight) in scores.iter_mut().zip(weights) {
            *score += strength * scale * f32::from(i8::from_ne_bytes([*weight]));
        }
    }
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    for score in &mut scores {
        *score = (*score - most).exp();
    }
    let sum: f32 = scores.iter().sum();
    let mut opinions: Vec<(Intent, f32)> =
        classes.intents.iter().copied().zip(scores.into_iter().map(|score| score / sum)).collect();
    opinions.sort_by(|a, b| b.1.total_cmp(&a.1));
    opinions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_a_class_for_every_intent_but_the_yes() {
        let known = &CLASSES.intents;
        let missing: Vec<_> = Intent::ALL.iter().filter(|intent| !known.contains(intent)).collect();
        assert_eq!(missing, [&Intent::Confirm]);
        assert_eq!(TABLE.len() % known.len(), 0);
    }

    #[test]
    fn knows_sentences_that_it_was_not_taught() {
        for (text, intent) in [
            ("oye cuanta lana me anda quedando", Intent::CheckBalance),
            ("is there somebody real around here", Intent::TalkToHuman),
            ("qual conta eu dou pra me pagarem", Intent::ReceiveDetails),
        ] {
            assert_eq!(opinions(text.split(' ')).first().map(|first| first.0), Some(intent), "{text}");
        }
    }
}
