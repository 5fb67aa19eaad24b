//! What an understanding service is shown of a message: its beginning, without account numbers and addresses.

use crate::{
    messaging::intent::{AskedFor, Dialogue, Intent, Understanding},
    text::ascii_digit,
};

/// The most that a service is shown of a message, in characters.
pub const EXCERPT_LENGTH_MAX: usize = 500;
/// Stands for a character that a service is not shown.
const HIDDEN: char = '#';
/// A number of so many digits may be a phone, an account or a card.
const LONG_NUMBER: usize = 8;
/// While a code is asked for, a number of so many digits may be the code.
const CODE: usize = 4;
/// Fewer letters say nothing.
const LETTERS_MIN: usize = 2;

/// The part of a message that an understanding service is shown: 500 characters at most, in which each digit of a long
/// number and each letter of an address is `#`. It has no `Debug`, because it is a person's text.
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt {
    shown: String,
    is_cut: bool,
}

impl Excerpt {
    /// What a service is shown of a text that the rules read as `rules`. `None` when it must not be asked: the rules
    /// understood the text or explain all of it, it answers a question of ours, it says nothing, or
    /// [`Dialogue::rules_only`].
    #[must_use]
    pub fn to_ask(text: &str, rules: &Understanding, dialogue: &Dialogue) -> Option<Self> {
        // An answer to a questionnaire may be about the person's health. A choice is read from its text.
        let is_answer = matches!(dialogue.asked, Some(AskedFor::FlowAnswer | AskedFor::Choice));
        if dialogue.rules_only || is_answer || rules.intent != Intent::Unknown || rules.explained {
            return None;
        }
        let digits_min = if dialogue.asked == Some(AskedFor::Code) { CODE } else { LONG_NUMBER };
        let excerpt = Self::of(text, digits_min);
        (excerpt.shown.chars().filter(|c| c.is_alphabetic()).count() >= LETTERS_MIN).then_some(excerpt)
    }

    fn of(text: &str, digits_min: usize) -> Self {
        let mut shown: Vec<char> = text.chars().collect();
        hide_addresses(&mut shown);
        hide_numbers(&mut shown, digits_min);
        let is_cut = shown.len() > EXCERPT_LENGTH_MAX;
        Self { shown: shown.into_iter().take(EXCERPT_LENGTH_MAX).collect(), is_cut }
    }

    /// The text to send.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// Whether the message goes on after the excerpt.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether a quote is of characters that were hidden: it says nothing that we could read.
    pub(super) fn hides(&self, quote: &str) -> bool {
        quote.contains(HIDDEN) && self.shown.contains(quote)
    }
}

/// Hides the words that contain an `@`: e-mail addresses and aliases.
fn hide_addresses(chars: &mut [char]) {
    for word in chars.split_mut(|c| c.is_whitespace()) {
        if word.contains(&'@') {
            word.iter_mut().filter(|c| c.is_alphanumeric()).for_each(|c| *c = HIDDEN);
        }
    }
}

/// Hides the digits of every number that has at least `digits_min` of them and isn't written as an amount.
fn hide_numbers(chars: &mut [char], digits_min: usize) {
    let mut at = 0_usize;
    while let Some(rest) = chars.get_mut(at..) {
        let Some(begin) = rest.iter().position(|c| ascii_digit(*c).is_some()) else { return };
        let rest = rest.get_mut(begin..).unwrap_or_default();
        let length = number_length(rest);
        let number = rest.get_mut(..length).unwrap_or_default();
        let digits = number.iter().filter(|c| ascii_digit(**c).is_some()).count();
        if digits >= digits_min && !is_grouped_amount(number) {
            number.iter_mut().filter(|c| ascii_digit(**c).is_some()).for_each(|c| *c = HIDDEN);
        }
        at = at.saturating_add(begin).saturating_add(length.max(1));
    }
}

/// The length of the number that begins here, with what people write between its digits.
fn number_length(chars: &[char]) -> usize {
    let mut end = 0_usize;
    let mut between = 0_usize;
    for (at, c) in chars.iter().enumerate() {
        if ascii_digit(*c).is_some() {
            (end, between) = (at.saturating_add(1), 0);
        } else if between < 2 && (matches!(c, '.' | '(' | ')' | '/') || crate::text::is_joiner(*c)) {
            between = between.saturating_add(1);
        } else {
            break;
        }
    }
    end
}

/// Whether a number is written in groups of three, as large amounts are: «12.500.000», «1 250 000».
fn is_grouped_amount(number: &[char]) -> bool {
    let groups: Vec<&[char]> = number.split(|c| ascii_digit(*c).is_none()).collect();
    let [first, rest @ ..] = groups.as_slice() else { return false };
    let digits = number.iter().filter(|c| ascii_digit(**c).is_some()).count();
    !rest.is_empty()
        && digits <= 9
        && (1..=3).contains(&first.len())
        && first.first() != Some(&'0')
        && rest.iter().all(|group| group.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Excerpt::of(text, LONG_NUMBER).shown
    }

    #[test]
    fn numbers_and_addresses_are_hidden_and_amounts_are_not() {
        for (text, expected) in [
            ("flantina 35 a 012180000000000167", "flantina 35 a ##################"),
            ("al 55 1234 5678 porfa", "al ## #### #### porfa"),
            ("al +52 (55) 1234-5678", "al +## (##) ####-####"),
            ("son 12,500.00 pesos", "son 12,500.00 pesos"),
            ("son 12.500.000 pesos", "son 12.500.000 pesos"),
            ("cuenta 012 180 000", "cuenta ### ### ###"),
            ("a ana.lopez@example.com y @don.tacos", "a ###.#####@#######.### y @###.#####"),
            ("GB29NWBK60161331926819", "GB29NWBK##############"),
            ("el ٥٥١٢٣٤٥٦٧٨", "el ##########"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn a_code_that_is_asked_for_is_hidden() {
        let rules = Understanding::unknown();
        let asked = Dialogue { asked: Some(AskedFor::Code), ..Dialogue::default() };
        let excerpt = Excerpt::to_ask("me llegó 4821 o algo así", &rules, &asked).unwrap();
        assert_eq!(excerpt.as_str(), "me llegó #### o algo así");
    }

    #[test]
    fn a_long_message_is_cut_and_that_is_known() {
        let excerpt = Excerpt::of(&"á".repeat(501), LONG_NUMBER);
        assert_eq!((excerpt.shown.chars().count(), excerpt.is_cut()), (500, true));
        assert!(!Excerpt::of(&"á".repeat(500), LONG_NUMBER).is_cut());
    }

    #[test]
    fn who_is_not_asked() {
        let unknown = Understanding::unknown();
        let plain = Dialogue::default();
        let asked = |asked| Dialogue { asked: Some(asked), ..Dialogue::default() };
        assert!(Excerpt::to_ask("flantina", &unknown, &plain).is_some());
        for dialogue in [
            asked(AskedFor::FlowAnswer),
            asked(AskedFor::Choice),
            Dialogue { rules_only: true, ..plain.clone() },
        ] {
            assert!(Excerpt::to_ask("flantina", &unknown, &dialogue).is_none(), "{dialogue:?}");
        }
        for intent in Intent::ALL.iter().copied().filter(|intent| *intent != Intent::Unknown) {
            let known = Understanding { intent, ..Understanding::unknown() };
            assert!(Excerpt::to_ask("flantina", &known, &plain).is_none(), "{intent:?}");
        }
        let explained = Understanding { explained: true, ..Understanding::unknown() };
        assert!(Excerpt::to_ask("50 pesos", &explained, &plain).is_none());
        for nothing in ["", "  ", "👍", "123", "a", "55 1234 5678"] {
            assert!(Excerpt::to_ask(nothing, &unknown, &plain).is_none(), "{nothing}");
        }
    }
}
