//! Words that say yes or nothing in one place and something else in another: «si» is also "if", «ya confirmo» is "I'll
//! confirm shortly", «paga claro» names a payee. Where such a word stands in its clause decides.

use super::{Word, is_laugh};

/// What may stand before an unaccented «si» that means yes.
const BEFORE_SI: [&str; 12] =
    ["ok", "okay", "pues", "pos", "bueno", "claro", "que", "por", "supuesto", "seguro", "si", "o"];

/// What may stand behind it; any other word makes it a condition: «si paga, mándale».
const BEHIND_SI: [&str; 31] = [
    "gracias",
    "muchas",
    "muchisimas",
    "mil",
    "por",
    "porfavor",
    "porfa",
    "porfas",
    "porfis",
    "plis",
    "please",
    "claro",
    "senor",
    "senora",
    "senorita",
    "ya",
    "pues",
    "confirmo",
    "acepto",
    "autorizo",
    "apruebo",
    "mandalo",
    "mandala",
    "hazlo",
    "hazla",
    "adelante",
    "si",
    "que",
    "o",
    "ok",
    "ventanilla",
];

/// Phrases that may begin with «ya»; any other such clause puts off, ends or reports.
const WITH_YA: [[&str; 2]; 7] = [
    ["ya", "estas"],
    ["ya", "vas"],
    ["ya", "rugiste"],
    ["ya", "dale"],
    ["ya", "mandalo"],
    ["ya", "mandala"],
    ["ya", "hazlo"],
];

/// Verbs that send: a name may follow them.
const SENDS: [&str; 29] = [
    "send",
    "pay",
    "transfer",
    "manda",
    "paga",
    "envia",
    "transfiere",
    "deposita",
    "mandale",
    "enviale",
    "pagale",
    "depositale",
    "transfierele",
    "mandalo",
    "mandala",
    "envialo",
    "enviala",
    "pagalo",
    "depositalo",
    "transfierelo",
    "transfierela",
    "mandaselo",
    "mandasela",
    "enviaselo",
    "enviasela",
    "ejecutalo",
    "ejecutala",
    "procesalo",
    "procesala",
];

/// What may follow them without naming anybody.
const BEHIND_SENDS: [&str; 19] = [
    "ya", "por", "porfavor", "porfa", "porfas", "porfis", "plis", "gracias", "muchas", "please", "pls",
    "plz", "thanks", "thank", "obrigado", "obrigada", "pfv", "ver", "bala",
];

/// First persons that an accent turns into a report: «confirmó».
const FIRST_PERSONS: [&str; 4] = ["confirmo", "acepto", "apruebo", "autorizo"];

/// Whether each word of a clause stands where it says yes or nothing.
pub(super) fn is_in_order(words: &[Word]) -> bool {
    let folded: Vec<&str> = words.iter().map(|word| word.folded.as_str()).collect();
    let puts_off = matches!(folded.as_slice(), ["ya" | "ja", _, ..])
        && !WITH_YA.iter().any(|phrase| folded.starts_with(phrase));
    let reports = words.iter().any(|word| word.has_accent && FIRST_PERSONS.contains(&word.folded.as_str()));
    !puts_off && !reports && (0..words.len()).all(|at| is_yes_if_si(words, at) && names_nobody(&folded, at))
}

/// True unless the word at that place is a «si» that sets a condition. «sí» with its accent never does.
fn is_yes_if_si(words: &[Word], at: usize) -> bool {
    if !words.get(at).is_some_and(|word| word.folded == "si" && !word.has_accent) {
        return true;
    }
    let before = words.get(..at).unwrap_or_default();
    let behind = words.get(at.saturating_add(1)).map(|word| word.folded.as_str());
    before.iter().all(|word| BEFORE_SI.contains(&word.folded.as_str()))
        && behind.is_none_or(|word| BEHIND_SI.contains(&word) || is_laugh(word))
}

/// True unless the word at that place sends something and another word than a courtesy follows.
fn names_nobody(folded: &[&str], at: usize) -> bool {
    if !folded.get(at).is_some_and(|word| SENDS.contains(word)) {
        return true;
    }
    let next = at.saturating_add(1);
    let behind = if folded.get(next) == Some(&"it") { next.saturating_add(1) } else { next };
    folded.get(behind).is_none_or(|word| BEHIND_SENDS.contains(word) || is_laugh(word))
}
