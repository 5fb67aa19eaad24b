//! The payees whose names look most like a name that none of them has. They are only shown, never paid.

use super::Payee;
use crate::text::fold;

/// The least likeness of a name that is shown, in hundredths.
const LIKENESS_MIN: usize = 40;

/// The payees whose names look like `name`, the likest first; at most `count`.
#[must_use]
pub fn nearest<'a>(name: &str, payees: &'a [Payee], count: usize) -> Vec<&'a Payee> {
    let said = fold(name);
    let mut found: Vec<(usize, &Payee)> = payees
        .iter()
        .map(|payee| (likeness(&said, &payee.folded_name()), payee))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .collect();
    found.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
    found.into_iter().take(count).map(|(_, payee)| payee).collect()
}

/// How alike the two likest words of two folded texts are, in hundredths.
fn likeness(said: &str, known: &str) -> usize {
    let words = |text: &str| -> Vec<Vec<(char, char)>> { text.split(' ').map(pairs).collect() };
    let known = words(known);
    let alike = |word: &Vec<(char, char)>| known.iter().map(|other| shared(word, other)).max();
    words(said).iter().filter_map(alike).max().unwrap_or(0)
}

/// The pairs of neighbouring letters of a word, with its beginning and its end.
fn pairs(word: &str) -> Vec<(char, char)> {
    let letters: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
    letters.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect()
}

/// The share of the pairs that two words have in common, in hundredths.
fn shared(one: &[(char, char)], other: &[(char, char)]) -> usize {
    let mut left = other.to_vec();
    let mut common = 0_usize;
    for pair in one {
        if let Some(at) = left.iter().position(|known| known == pair) {
            left.swap_remove(at);
            common = common.saturating_add(1);
        }
    }
    common.saturating_mul(200).checked_div(one.len().saturating_add(other.len())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{PayeeId, UserId},
        money::account_number::AccountNumber,
    };
    use chrono::DateTime;

    fn payees(names: &[&str]) -> Vec<Payee> {
        let payee = |name: &&str| Payee {
            id: PayeeId(uuid::Uuid::nil()),
            owner: UserId(uuid::Uuid::nil()),
            name: (*name).to_owned(),
            account: AccountNumber::Plain("1234567890".into()),
            last_paid_at: DateTime::UNIX_EPOCH,
        };
        names.iter().map(payee).collect()
    }

    fn near(name: &str, count: usize) -> Vec<String> {
        let known = payees(&["Ana Ruiz", "Anselmo", "primo Lalo", "Bruno", "Zoe"]);
        nearest(name, &known, count).into_iter().map(|payee| payee.name.clone()).collect()
    }

    #[test]
    fn names_that_look_alike_are_near() {
        assert_eq!(near("Anna", 3), ["Ana Ruiz"]);
        assert_eq!(near("Brunno", 3), ["Bruno"]);
        assert_eq!(near("lallo", 3), ["primo Lalo"]);
        assert_eq!(near("Anselm", 1), ["Anselmo"]);
        assert_eq!(near("Ana", 1), ["Ana Ruiz"], "only so many are shown");
        for name in ["Xochitl", "", "¿?"] {
            assert!(near(name, 3).is_empty(), "{name}");
        }
    }
}
