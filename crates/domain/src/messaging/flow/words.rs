//! Words with a meaning in every flow, and how a text names an option.

use super::Choice;
use crate::{messaging::consent::compliance_word, text::fold};

/// A text in the form for comparison: without case, accents and signs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Folded(String);

impl Folded {
    pub(super) fn new(text: &str) -> Self {
        Self(fold(text))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it contains `other` as whole words.
    pub(super) fn contains(&self, other: &Self) -> bool {
        !other.0.is_empty() && format!(" {} ", self.0).contains(&format!(" {} ", other.0))
    }
}

const BACK: [&str; 8] =
    ["volver", "atras", "back", "go back", "voltar", "regresar", "anterior", "paso anterior"];
/// Words that the conversation obeys in any state.
const WINDOW: [&str; 9] = [
    "menu",
    "asesor",
    "asesora",
    "coordinator",
    "coordinador",
    "coordinadora",
    "cancelar",
    "cancel",
    "cancela",
];
/// Words that may come with an option's number.
const BESIDE_A_NUMBER: [&str; 12] =
    ["opcion", "option", "opcao", "numero", "number", "la", "el", "a", "o", "the", "es", "is"];
const NUMBERS: [&[&str]; 9] = [
    &["uno", "una", "one", "um", "uma", "primera", "primero", "first", "primeira"],
    &["dos", "two", "dois", "duas", "segunda", "second"],
    &["tres", "three", "tercera", "third", "terceira"],
    &["cuatro", "four", "quatro", "cuarta", "fourth", "quarta"],
    &["cinco", "five", "quinta", "fifth"],
    &["seis", "six"],
    &["siete", "seven", "sete"],
    &["ocho", "eight", "oito"],
    &["nueve", "nine", "nove"],
];

/// «volver»: one step back.
pub(super) fn is_back(text: &str) -> bool {
    BACK.contains(&fold(text).as_str())
}

/// «no acepto», "no, thanks", «não»: an explicit no to the consent.
pub(super) fn is_refusal(text: &str) -> bool {
    matches!(
        fold(text).split(' ').next(),
        Some("no" | "nao" | "nope" | "nunca" | "decline" | "disagree" | "rechazo")
    )
}

/// Whether a whole message never reaches a flow, or has a fixed meaning in it.
pub(super) fn is_taken(text: &str) -> bool {
    compliance_word(text).is_some() || WINDOW.contains(&fold(text).as_str()) || is_back(text)
}

/// The place in a list that a text names, from 1: «2», «opción 2», «two».
pub(super) fn ordinal(text: &str) -> Option<usize> {
    let folded = fold(text);
    let mut rest = folded.split(' ').filter(|word| !BESIDE_A_NUMBER.contains(word));
    let (word, more) = (rest.next()?, rest.next());
    if more.is_some() {
        return None;
    }
    let named = NUMBERS.iter().position(|names| names.contains(&word)).map(|at| at.saturating_add(1));
    named.or_else(|| word.parse().ok())
}

/// Shorter words occur in too many texts to mean an option there.
const TELLING_LENGTH_MIN: usize = 4;

/// All names of an option.
fn names(option: &Choice) -> impl Iterator<Item = Folded> {
    let titles = [&option.title, &option.button].into_iter().flat_map(|texts| &texts.0);
    let titles = titles.map(|(_, title)| title.as_str());
    let words = option.words.iter().map(String::as_str);
    titles.chain([option.id.as_str()]).chain(words).map(Folded::new)
}

/// Whether a text is an option's name and nothing else.
pub(super) fn is_called(option: &Choice, text: &str) -> bool {
    let content = Folded::new(text);
    names(option).any(|name| name == content)
}

/// Whether a text names an option, alone or among other words.
pub(super) fn is_named(option: &Choice, text: &str) -> bool {
    let content = Folded::new(text);
    names(option).any(|name| name == content || is_telling(&name) && content.contains(&name))
}

fn is_telling(word: &Folded) -> bool {
    word.as_str().chars().count() >= TELLING_LENGTH_MIN
}

/// The option that a text means: by name, by its number in the list, or by a part of its name if only one
/// fits.
pub(super) fn choose<'a>(options: &'a [Choice], text: &str) -> Option<&'a Choice> {
    let content = Folded::new(text);
    if let Some(exact) = options.iter().find(|option| is_called(option, text)) {
        return Some(exact);
    }
    if let Some(at) = ordinal(text) {
        return options.get(at.checked_sub(1)?);
    }
    let is_part_of =
        |option: &Choice| is_telling(&content) && names(option).any(|name| name.contains(&content));
    let mut meant = options.iter().filter(|option| is_named(option, text) || is_part_of(option));
    match (meant.next(), meant.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}
