//! Finds the payee that a name means, by closeness: «Percival» is «primo percival» when no other payee has that name.

use crate::{lexicon::LEXICON, spelling::is_one_slip, tokens::fold};

/// The payee that a name means. `None` if no payee fits, or several do.
pub(crate) fn closest<'a>(name: &str, payees: &'a [String]) -> Option<&'a str> {
    let said = words(name);
    let ranked: Vec<(u8, &String)> =
        payees.iter().filter_map(|payee| Some((closeness(&said, &words(payee))?, payee))).collect();
    let best = ranked.iter().map(|(rank, _)| *rank).max()?;
    let mut fitting = ranked.iter().filter(|(rank, _)| *rank == best);
    match (fitting.next(), fitting.next()) {
        (Some((_, only)), None) => Some(only),
        _ => None,
    }
}

/// Whether any payee could be meant.
pub(crate) fn any_fits(name: &str, payees: &[String]) -> bool {
    let said = words(name);
    payees.iter().any(|payee| closeness(&said, &words(payee)).is_some())
}

fn words(name: &str) -> Vec<String> {
    fold(&name.to_lowercase())
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !LEXICON.determiners.contains(*word))
        .map(str::to_owned)
        .collect()
}

/// How well a name fits a payee; `None` if it doesn't.
fn closeness(said: &[String], payee: &[String]) -> Option<u8> {
    if said.is_empty() || payee.is_empty() {
        return None;
    }
    if said == payee {
        return Some(5);
    }
    let in_payee = |word: &&String| payee.contains(word);
    if said.iter().all(|word| in_payee(&word)) {
        return Some(4);
    }
    // «mi amigo Anselmo» for «anselmo»: what is said beyond the name tells only who that is.
    let tells_who = |word: &&String| {
        matches!(
            word.as_str(),
            "amigo"
                | "amiga"
                | "friend"
                | "compa"
                | "compadre"
                | "carnal"
                | "senor"
                | "don"
                | "dona"
                | "seu"
                | "primo"
                | "prima"
                | "tio"
                | "tia"
        )
    };
    if payee.iter().all(|word| said.contains(word))
        && said.iter().filter(|word| !payee.contains(word)).all(|word| tells_who(&word))
    {
        return Some(3);
    }
    let alike = |a: &String, b: &String| {
        a == b || a.chars().count() >= 4 && b.chars().count() >= 4 && is_one_slip(a, b)
    };
    said.iter().all(|word| payee.iter().any(|of| alike(word, of))).then_some(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_payee_that_fits() {
        let payees: Vec<String> =
            ["primo percival", "anselmo", "rosaura norte", "rosaura sur", "mamá"].map(str::to_owned).into();
        for (name, found) in [
            ("Percival", Some("primo percival")),
            ("mi primo", Some("primo percival")),
            ("amigo anselmo", Some("anselmo")),
            ("rosaura", None),
            ("la Sur", Some("rosaura sur")),
            ("mama", Some("mamá")),
            ("Anselma", Some("anselmo")),
            ("pedro", None),
        ] {
            assert_eq!(closest(name, &payees), found, "{name}");
        }
    }
}
