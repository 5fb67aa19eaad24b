//! Scores each reading of a text by what explains it: the model's opinion, the patterns of the intent that are
//! found, and the share of the words that the intent's vocabulary knows. The highest score wins; where none is high
//! enough the text is unknown.

use super::*;
use crate::{model, patterns::mentions, vocabulary};

/// The patterns that speak for an intent, and how loud.
const EVIDENCE: &[(Intent, &[(&str, f32)])] = &[
    (Intent::CheckBalance, &[("balance", 0.5)]),
    (Intent::ListTransactions, &[("list", 0.5), ("arrived_q", 0.35)]),
    (Intent::Spending, &[("spending", 0.4)]),
    (Intent::AskLimits, &[("limits", 0.45)]),
    (Intent::ReceiveDetails, &[("receive", 0.4)]),
    (Intent::Help, &[("help_whatis", 1.0), ("help_howto", 0.5), ("help_meta", 0.45), ("help_any", 0.25)]),
    (Intent::ReportProblem, &[("report_strong", 0.4)]),
    (Intent::TalkToHuman, &[("human", 0.5)]),
    (Intent::ResendCode, &[("resend_neg", 0.5), ("resend_req", 0.3)]),
    (Intent::Stop, &[("stop_any", 0.5), ("stop_msg", 0.35)]),
    (Intent::Start, &[("start_any", 0.45)]),
    (Intent::FreezeAccount, &[("freeze", 0.5)]),
    (Intent::Thanks, &[("thanks", 0.35)]),
    (Intent::Deny, &[("cancel", 0.35)]),
    (
        Intent::Unknown,
        &[
            ("mention", 0.6),
            ("reminder", 0.5),
            ("topup", 0.6),
            ("reported", 0.3),
            ("unsure", 0.3),
            ("maybe", 0.2),
        ],
    ),
];

/// The least score of a reading.
const LEAST: f32 = 0.45;

/// The readings of words without regard to grammar, best first.
pub(super) fn of_words(words: &[&str], found: Sections) -> Vec<(Intent, f32)> {
    of_opinions(model::opinions(words.iter().copied()), words, found)
}

fn of_opinions(mut scores: Vec<(Intent, f32)>, words: &[&str], found: Sections) -> Vec<(Intent, f32)> {
    let explained = vocabulary::Explained::of(words);
    for (intent, score) in &mut scores {
        *score += pattern_evidence(*intent, found);
        if *intent != Intent::Unknown {
            let share = explained.share(*intent);
            *score += 0.3 * share - 0.15;
            // Where the model knows no more than half of the text, its opinion alone counts less.
            let has_patterns = !sections_of(*intent).is_empty();
            if share <= 0.5 && has_patterns && !has_evidence(*intent, found) {
                *score -= 0.25;
            }
        }
    }
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    scores
}

/// Whether a pattern of the intent is found.
pub(super) fn has_evidence(intent: Intent, found: Sections) -> bool {
    pattern_evidence(intent, found) > 0.0
}

fn sections_of(intent: Intent) -> &'static [(&'static str, f32)] {
    EVIDENCE.iter().find(|(of, _)| *of == intent).map_or(&[], |(_, sections)| *sections)
}

fn pattern_evidence(intent: Intent, found: Sections) -> f32 {
    sections_of(intent)
        .iter()
        .filter(|(name, _)| found.holds(name))
        .map(|(_, loud)| *loud)
        .fold(0.0_f32, f32::max)
}

impl MessageFeatures<'_> {
    /// Every reading with its score, best first.
    pub(super) fn scores(&self) -> Vec<(Intent, f32)> {
        let mut scores = of_opinions(self.opinions().clone(), &self.words, self.sections);
        for (intent, score) in &mut scores {
            *score += (self.grammar(*intent) - pattern_evidence(*intent, self.sections)).max(0.0);
            // A yes with a tail changes an answer; the model's opinion on the tail alone counts little.
            if self.answers_yes() && *intent != Intent::Unknown && !self.speaks_for(*intent) {
                *score -= 0.7;
            }
            if *intent == Intent::ReportProblem && self.tells_the_past() && !self.speaks_for(*intent) {
                *score -= 0.4;
            }
            let is_doubtful =
                self.lacks() || has_evidence(Intent::Stop, self.sections) && self.is_open(Intent::Stop);
            if *intent == Intent::Deny && is_doubtful {
                *score -= 0.8;
            }
        }
        scores.retain(|(intent, _)| self.is_open(*intent));
        scores.sort_by(|a, b| b.1.total_cmp(&a.1));
        scores
    }

    /// How probable the model finds an intent, 0 to 1.
    pub(super) fn opinion(&self, intent: Intent) -> f32 {
        self.opinions().iter().find(|(of, _)| *of == intent).map_or(0.0, |(_, opinion)| *opinion)
    }

    fn opinions(&self) -> &Vec<(Intent, f32)> {
        self.opinions.get_or_init(|| model::opinions(self.words.iter().copied()))
    }

    /// The reading that explains most.
    pub(super) fn best(&self) -> Intent {
        match self.scores().first() {
            Some((intent, score)) if *score >= LEAST => *intent,
            _ => Intent::Unknown,
        }
    }

    fn speaks_for(&self, intent: Intent) -> bool {
        has_evidence(intent, self.sections) || self.grammar(intent) > 0.0
    }

    fn is_partial(&self) -> bool {
        *self.is_partial.get_or_init(|| self.partial_transfer().is_some())
    }

    /// What the grammar of commands and answers says for an intent.
    fn grammar(&self, intent: Intent) -> f32 {
        match intent {
            Intent::ReportProblem
                if self.holds("notarrived") && (self.holds("moneytopic") || self.has_past_verb()) =>
            {
                0.45
            }
            Intent::Deny if self.takes_back() => 1.2,
            Intent::Deny if self.denies() => 0.9,
            Intent::Deny if self.has_negated && self.corrected_wanted.is_empty() => 0.8,
            Intent::Greeting if self.greets() => 0.95,
            Intent::Thanks if self.only_smiles() => 1.2,
            Intent::Unknown if self.answers_yes() && self.set.contains("<no>") => 0.9,
            Intent::Unknown if self.answers_yes() && !self.is_partial() => 0.35,
            Intent::Unknown if self.tells_the_past() => 0.4,
            Intent::Transfer if self.is_bare_wish() => 1.2,
            Intent::Transfer if self.is_partial() && self.commands_frame() => 1.6,
            Intent::Transfer if self.is_partial() => {
                if self.corrected_wanted.is_empty() && !self.is_frame() {
                    0.7
                } else {
                    1.1
                }
            }
            _ => 0.0,
        }
    }

    /// Whether the rules allow a reading at all. What moves money, or changes whether messages are sent, needs
    /// a grammar that explains the whole text; the model alone never decides it.
    fn is_open(&self, intent: Intent) -> bool {
        let sections = sections_of(intent);
        let covered = || {
            self.words.iter().all(|word| {
                vocabulary::is_neutral(word)
                    || vocabulary::explains(intent, word)
                    || sections.iter().any(|(name, _)| mentions(name, word))
            })
        };
        match intent {
            Intent::Transfer => self.is_bare_wish() || self.is_partial(),
            Intent::VerifyCode | Intent::Confirm => false,
            Intent::FreezeAccount => {
                let heard = self.holds("freeze") && covered() || self.is_surely(intent);
                heard && !self.has_amount()
            }
            Intent::Stop | Intent::Start => {
                let goes_on = intent == Intent::Stop && self.holds("no_stop");
                let asks_how = matches!(self.head(), "how" | "como");
                // A start is done at once, so the model never opens it; a stop is asked about first.
                let heard = covered() || intent == Intent::Stop && self.is_surely(intent);
                !goes_on && !asks_how && heard && !self.has_amount() && !self.has_explicit_destination()
            }
            _ => true,
        }
    }

    /// Whether the model is sure of an intent and its sentences use most of the words. What it opens is asked first.
    fn is_surely(&self, intent: Intent) -> bool {
        const SURE: f32 = 0.75;
        const MOST: f32 = 0.6;
        self.words.len() >= 4
            && !self.answers_yes()
            && vocabulary::Explained::of(&self.words).share(intent) >= MOST
            && self.opinion(intent) >= SURE
    }

    /// Whether the text says that money was sent, and asks nothing: «mi tía me mandó 100».
    fn tells_the_past(&self) -> bool {
        const ASKS: [&str; 34] = [
            "que", "cual", "cuales", "cuanto", "cuanta", "quien", "quienes", "cuando", "donde", "what",
            "which", "who", "when", "where", "how", "did", "has", "have", "was", "quanto", "quem", "qual",
            "quais", "quando", "onde", "cade", "ya", "ja", "show", "list", "ver", "lista", "if", "o",
        ];
        self.has_past_verb() && !self.is_question && !self.any(&ASKS) && !self.sections.holds("report_strong")
    }

    /// Whether the text is made of laughs and smiling signs only.
    fn only_smiles(&self) -> bool {
        self.all_words(|word| matches!(word, "<smile>" | "<emoji>" | "<yes>") || vocabulary::is_laugh(word))
    }

    pub(super) fn greets(&self) -> bool {
        let has_core = self.words.iter().any(|word| LEXICON.greeting_core.contains(word));
        LEXICON.greeting_heads.contains(self.head())
            && has_core
            && self.words.iter().skip(1).all(|word| LEXICON.greeting.contains(word))
    }
}
