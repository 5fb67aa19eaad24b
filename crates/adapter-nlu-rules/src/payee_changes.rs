//! Reads a message that renames or forgets a payee: «cámbiale el nombre a Ana por Anita», "delete Bob from my
//! contacts", «apaga a Ana dos meus contatos».
//!
//! The whole message must have one shape: courtesies, the verb, a name, and what may stand behind it. With another
//! word in front of the verb («no borres…», «¿cómo borro…?») it asks for no change. The phrases are in
//! `data/payee_changes.txt`.

use crate::{lexicon::sections, payees};
use domain::{messaging::intent::PayeeChange, text::fold};
use std::sync::LazyLock;

/// The longest name, in words and in characters.
const NAME_WORDS_MAX: usize = 6;
const NAME_LENGTH_MAX: usize = 60;

/// A phrase: for each of its words, the words that fit.
type Phrase = Vec<Vec<&'static str>>;

#[derive(Default)]
struct Phrases {
    openings: Vec<Phrase>,
    endings: Vec<Phrase>,
    rename: Vec<Phrase>,
    between: Vec<Phrase>,
    change: Vec<Phrase>,
    forget: Vec<Phrase>,
    forget_from: Vec<Phrase>,
    lists: Vec<Phrase>,
    not_names: Vec<Phrase>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases::default();
    for (name, lines) in sections(include_str!("../data/payee_changes.txt")) {
        let read = |line: &'static str| line.split(' ').map(|words| words.split('|').collect()).collect();
        let section = match name {
            "openings" => &mut phrases.openings,
            "endings" => &mut phrases.endings,
            "rename" => &mut phrases.rename,
            "between" => &mut phrases.between,
            "change" => &mut phrases.change,
            "forget" => &mut phrases.forget,
            "forget_from" => &mut phrases.forget_from,
            "lists" => &mut phrases.lists,
            _ => &mut phrases.not_names,
        };
        *section = lines.into_iter().map(read).collect();
    }
    phrases
});

/// A word as written and as it is compared.
struct Word<'a> {
    written: &'a str,
    folded: String,
}

/// The change that the text asks for; `None` if it asks for none. `known` are the names of the payees.
pub(crate) fn find(text: &str, known: &[String]) -> Option<PayeeChange> {
    let word = |written| Word { written, folded: fold(written) };
    let words: Vec<Word<'_>> =
        text.split_whitespace().map(word).filter(|word| !word.folded.is_empty()).collect();
    let mut rest = words.as_slice();
    while let Some(behind) = behind(rest, &PHRASES.openings) {
        rest = behind;
    }
    while let Some(before) = before(rest, &PHRASES.endings) {
        rest = before;
    }
    renames(rest).or_else(|| forgets(rest, known))
}

fn renames(words: &[Word<'_>]) -> Option<PayeeChange> {
    if let Some(rest) = behind(words, &PHRASES.rename) {
        let place = PHRASES.between.iter().find_map(|between| {
            rest.iter().rposition(|word| fits(std::slice::from_ref(word), between)).filter(|at| *at > 0)
        });
        let Some(at) = place else { return Some(PayeeChange::Rename { name: name(rest)?, to: None }) };
        let to = rest.get(at.saturating_add(1)..)?;
        let to = if to.is_empty() { None } else { Some(new_name(to)?) };
        return Some(PayeeChange::Rename { name: name(rest.get(..at)?)?, to });
    }
    // "change Bob's name to Bobby".
    let rest = behind(words, &PHRASES.change)?;
    let at = rest.iter().position(|word| word.folded == "name")?;
    let owner = name(rest.get(..at)?)?;
    let owner = ["'s", "’s", "'", "’"].iter().find_map(|end| owner.strip_suffix(end))?.to_owned();
    let to = rest.get(at.saturating_add(1)..)?;
    let to = match to.split_first() {
        None => None,
        Some((between, to)) if matches!(between.folded.as_str(), "to" | "into" | "as") => Some(new_name(to)?),
        Some(_) => return None,
    };
    Some(PayeeChange::Rename { name: owner, to })
}

fn forgets(words: &[Word<'_>], known: &[String]) -> Option<PayeeChange> {
    let sure = behind(words, &PHRASES.forget);
    let rest = sure.or_else(|| behind(words, &PHRASES.forget_from))?;
    let listed = before(rest, &PHRASES.lists);
    let name = name(listed.unwrap_or(rest))?;
    let is_meant = sure.is_some() || listed.is_some() || payees::any_fits(&name, known);
    is_meant.then_some(PayeeChange::Forget { name })
}

/// The words behind the longest of the phrases that the text begins with.
fn behind<'a, 'b>(words: &'b [Word<'a>], phrases: &[Phrase]) -> Option<&'b [Word<'a>]> {
    let longest = phrases.iter().filter(|phrase| begins_with(words, phrase)).map(Vec::len).max()?;
    words.get(longest..)
}

fn begins_with(words: &[Word<'_>], phrase: &Phrase) -> bool {
    words.get(..phrase.len()).is_some_and(|head| fits(head, phrase))
}

/// The words before the longest of the phrases that the text ends with.
fn before<'a, 'b>(words: &'b [Word<'a>], phrases: &[Phrase]) -> Option<&'b [Word<'a>]> {
    let starts = phrases.iter().filter_map(|phrase| {
        let start = words.len().checked_sub(phrase.len())?;
        words.get(start..).is_some_and(|tail| fits(tail, phrase)).then_some(start)
    });
    words.get(..starts.min()?)
}

/// Whether words are that phrase.
fn fits(words: &[Word<'_>], phrase: &Phrase) -> bool {
    words.len() == phrase.len()
        && words.iter().zip(phrase).all(|(word, alternatives)| alternatives.contains(&word.folded.as_str()))
}

/// The payee's name that words are. `None`: they are none.
fn name(words: &[Word<'_>]) -> Option<String> {
    let is_else = |word: &Word<'_>| {
        PHRASES.not_names.iter().flatten().flatten().any(|other| *other == word.folded)
            || word.folded.chars().all(|c| c.is_ascii_digit())
    };
    new_name(words).filter(|_| !words.iter().any(is_else))
}

/// The words as they are written, without the signs around them. `None`: they are no name.
fn new_name(words: &[Word<'_>]) -> Option<String> {
    let ends_inside = |word: &Word<'_>| word.written.ends_with([',', ';', ':', '?', '!']);
    let inner = words.split_last()?.1;
    if words.len() > NAME_WORDS_MAX || inner.iter().any(ends_inside) {
        return None;
    }
    let written = words.iter().map(|word| word.written).collect::<Vec<_>>().join(" ");
    let is_around = |c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | ')');
    let name = written.trim_matches(is_around);
    (!name.is_empty() && name.chars().count() <= NAME_LENGTH_MAX).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<PayeeChange> {
        find(text, &["bob".to_owned(), "mamá".to_owned(), "ana ruiz".to_owned()])
    }

    fn rename(name: &str, to: &str) -> PayeeChange {
        PayeeChange::Rename { name: name.into(), to: (!to.is_empty()).then(|| to.into()) }
    }

    fn forget(name: &str) -> PayeeChange {
        PayeeChange::Forget { name: name.into() }
    }

    #[test]
    fn a_payee_is_renamed_in_three_languages() {
        for (text, name, to) in [
            ("cámbiale el nombre a Ana por Anita", "Ana", "Anita"),
            ("Por favor cambia el nombre de Ana López a «Anita»", "Ana López", "Anita"),
            ("renombra a Ana como Anita", "Ana", "Anita"),
            ("quiero renombrar a mi mamá como Mamá Rosa, por favor", "mi mamá", "Mamá Rosa"),
            ("¿puedes cambiarle el nombre al contacto Beto por Alberto?", "Beto", "Alberto"),
            ("renombra a Ana a Anita", "Ana", "Anita"),
            ("renombra a Ana", "Ana", ""),
            ("Renombra a Ana como…", "Ana", ""),
            ("rename Bob to Bobby", "Bob", "Bobby"),
            ("please rename my contact Bob as Robert Smith", "Bob", "Robert Smith"),
            ("Can you change Bob's name to Bobby?", "Bob", "Bobby"),
            ("change the name of Mary-Jane to MJ", "Mary-Jane", "MJ"),
            ("renomeia a Ana para Aninha", "Ana", "Aninha"),
            ("muda o nome do João pra Joãozinho, obrigado", "João", "Joãozinho"),
        ] {
            assert_eq!(read(text), Some(rename(name, to)), "{text}");
        }
    }

    #[test]
    fn a_payee_is_forgotten_in_three_languages() {
        for (text, name) in [
            ("borra a Ana de mis contactos", "Ana"),
            ("elimina a Ana López", "Ana López"),
            ("quiero eliminar el contacto de Luis porfa", "Luis"),
            ("quita a Lalo de mi lista", "Lalo"),
            ("olvida a mi mamá", "mi mamá"),
            ("delete Bob from my contacts", "Bob"),
            ("Delete Bob", "Bob"),
            ("could you remove the payee Zoe please", "Zoe"),
            ("apaga a Ana dos meus contatos", "Ana"),
            ("exclui o contato da Ana", "Ana"),
            ("remove o Pedro da minha lista", "Pedro"),
        ] {
            assert_eq!(read(text), Some(forget(name)), "{text}");
        }
    }

    #[test]
    fn other_messages_change_no_payee() {
        for text in [
            "no borres a Ana de mis contactos",
            "¿cómo borro a Ana de mis contactos?",
            "don't delete Bob",
            "borra mi cuenta",
            "borra a todos mis contactos",
            "elimina a 012345678901234567",
            "delete my account",
            "delete everything",
            "forget it",
            "remove my card",
            "olvida eso",
            "olvida lo que dije",
            "apaga tudo",
            "quita 20 a Ana",
            "cambia el nombre de mi cuenta por Ana",
            "borra a Ana, y manda 50 a Beto",
            "borra a Ana de mis contactos y manda 50 a mi mamá por favor",
            "mi hermano dijo borra a Ana",
            "change my name to Ana",
            "mis contactos",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
