//! The second wish of a message: «saldo y movimientos», "my balance, and send 5 to Bob".

use super::*;

/// The questions that may stand beside another wish.
const WISHES: [Intent; 5] = [
    Intent::CheckBalance,
    Intent::ListTransactions,
    Intent::Spending,
    Intent::AskLimits,
    Intent::ReceiveDetails,
];

/// The least score of a wish that is only a part of a text.
const LEAST: f32 = 0.85;

impl MessageFeatures<'_> {
    /// The intent and the other wishes of a text whose main intent is known.
    pub(super) fn with_wishes(&self, intent: Intent) -> (Intent, Vec<Intent>) {
        let parts = self.parts();
        let mergeable = intent == Intent::Transfer || intent == Intent::Help || WISHES.contains(&intent);
        if parts.len() < 2 || !mergeable {
            return (intent, Vec::new());
        }
        let mut wishes: Vec<Intent> = Vec::new();
        for wish in parts.iter().filter_map(|part| wish(part)) {
            if !wishes.contains(&wish) {
                wishes.push(wish);
            }
        }
        let first = match intent {
            Intent::Transfer => Intent::Transfer,
            _ if wishes.len() < 2 => return (intent, Vec::new()),
            _ => wishes.first().copied().unwrap_or(intent),
        };
        wishes.retain(|wish| *wish != first);
        (first, wishes)
    }

    /// The words of each part of the text.
    fn parts(&self) -> Vec<Vec<&str>> {
        let mut parts: Vec<Vec<&str>> = vec![Vec::new()];
        for token in self.tokens {
            let word = token.folded.as_str();
            let joins = token.is_punct() && matches!(word, "," | ";" | "." | "?" | "!")
                || matches!(word, "y" | "and" | "tambien" | "also" | "then" | "ademas")
                || word == "e" && self.language == Locale::Pt;
            if joins {
                parts.push(Vec::new());
            } else if !token.is_punct()
                && let Some(part) = parts.last_mut()
            {
                part.push(word);
            }
        }
        parts.retain(|part| !part.is_empty());
        parts
    }
}

fn wish(part: &[&str]) -> Option<Intent> {
    let found = Sections::of(part);
    let mut readings = scores::of_words(part, found).into_iter();
    let (intent, score) = readings.find(|(intent, _)| *intent != Intent::Unknown)?;
    (WISHES.contains(&intent) && score >= LEAST && scores::has_evidence(intent, found)).then_some(intent)
}
