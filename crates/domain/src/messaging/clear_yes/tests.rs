//! Messages that are a clear yes, and messages that only look like one.

use super::{HARMLESS_PHRASES, YES_PHRASES, is_clear_yes};
use proptest::prelude::*;
use std::collections::HashSet;

const CLEAR: &[&str] = &[
    "cómo no",
    "claro, cómo no",
    "claro que si",
    "si gracias",
    "si, confirmo",
    "si señor",
    "ok si",
    "sí:)",
    "estoy de acuerdo",
    "me parece bien",
    "haz la transferencia",
    "okie dokie",
    "confirm payment",
    "concordo",
    "sí, ya mándalo",
    "ok ya",
    // As people write it.
    "sí",
    "si",
    "Sí.",
    "SÍ!!",
    "¡sí!",
    "siiii",
    "  sí  ",
    "sí, por favor",
    "sí, gracias",
    "ok gracias",
    "va",
    "vaaa",
    "dale",
    "dale pues",
    "👍",
    "👍🏽👍🏽",
    "✔️",
    "sí 👍",
    "sí, está bien",
    "sí, claro",
    "claro que sí",
    "sí, mándalo ya",
    "órale pues",
    "no hay pedo, hazla",
    "no hay problema, confirmo",
    "sí, no hay problema",
    "simón jajaja",
    "sí jajaj",
    "ok 🙏",
    "sí :)",
    "está bien xD",
    "afirmativo, mi capitán",
    "sí señor",
    "de acuerdo, procede",
    "confirmo el envío",
    "sí\ngracias",
    "si\u{301}",
    "sí\u{200b}",
    "sí\u{a0}por favor",
    "ok ventanilla",
    "a huevo",
    "ajá",
    "cámara, va",
    "tal cual",
    "yes",
    "Yes!",
    "yes please",
    "ok, thanks",
    "yep",
    "yup that's me, send",
    "that’s fine, proceed",
    "no worries, do it",
    "right, all correct",
    "go for it",
    "yesss thank you so much",
    "sure lol",
    "okkk",
    "bet, go ahead",
    "sim",
    "sim, por favor",
    "sim, obrigado",
    "tá bom",
    "pode mandar",
    "sim kkkk",
    "isso aí",
    "blz",
    "com certeza",
    "segue em frente",
];

const UNCLEAR: &[&str] = &[
    // Found by trying: a word that says yes in one place and something else in another.
    "sí, ya pagué",
    "ok, ya mandé",
    "como no es correcto",
    "como no confirmo",
    "mandalo si el pago",
    "ok si él pagó",
    "si paga mandale",
    "si confirma, mandalo",
    "ok si confirma",
    "acepto si es correcto",
    "si todo es correcto mandalo",
    "si não tem problema",
    "claro que si no hay problema",
    "que si es correcto",
    "ya va",
    "ya confirmo",
    "ja vai",
    "ya vale",
    "ya esta bien",
    "we'll confirm",
    "yes we'll pay",
    "pay dale",
    "send it simon",
    "paga claro",
    "yes pay my friend",
    "sí pagale compa",
    "sí, JoJo",
    "it's ok, thank you",
    "that's ok, thanks",
    "no te preocupes, ya esta bien",
    "ok gracias es todo",
    "ah ok gracias",
    "yeah, right",
    "ajá sí cómo no jaja",
    "ok nooo hay problema",
    "ok no\nhay problema",
    "ok nomas",
    "ok sep",
    "o pix demorou",
    "mate la operacion ok",
    "ya confirmado el pago",
    "ya confirmó",
    "confirmó",
    "esta bien el pago",
    "sí. . .",
    "pode ir",
    "ta",
    // Words that change nothing, alone.
    "gracias",
    "por favor",
    "thanks",
    "obrigado",
    "mándalo",
    "no hay problema",
    "jaja",
    "🙏",
    "ya",
    "",
    "   ",
    "!",
    // A question or a doubt.
    "sí?",
    "¿sí?",
    "yes?",
    "sí ？",
    "sí؟",
    "ok 🤔",
    "sí...",
    "sí…",
    "ok..",
    "sí tal vez",
    "sí creo",
    "mmm sí",
    "sí o no",
    "sí, casi",
    // A sign that says no, or one that is not listed.
    "ok ❌",
    "ok 👎",
    "claro ❎",
    "ok ✋",
    "sí ⛔",
    "yes 🛑",
    "sí 🚫",
    "sí :(",
    "sí ~",
    "\"sí\"",
    "«sí»",
    "s\u{336}i\u{336}",
    // A no or a delay.
    "no",
    "sí, no",
    "no, hay problema",
    "no, sí",
    "ok not yet",
    "claro que no",
    "sí, espérame",
    "sí, cancela",
    "ok bye",
    // A time.
    "sí, mañana",
    "ok, el viernes",
    "sí, al rato",
    "sí, ahorita",
    "yes, later",
    "yes, now",
    "sim, amanhã",
    "ok, na sexta",
    "claro, otro día",
    "va, en la noche",
    // An amount or a part of it.
    "sí 50",
    "sí, ５０",
    "sí, cincuenta",
    "ok el doble",
    "sí, la mitad",
    "yes, half",
    "sí, menos",
    "sí, todo",
    "yes, everything",
    "sim, tudo",
    // A person, a place or a wallet.
    "sí, a Pedro",
    "ok, a mi hermana",
    "sí Ana",
    "sí a la de Banorte",
    "yes to Pedro",
    "sim, pro Pedro",
    "sí, en dólares",
    "sí, mi mamá",
    "yes, the other one",
    "sí, con otro concepto",
    // A condition, or other words.
    "si tú quieres",
    "si no hay problema",
    "si no hay pedo, mándalo",
    "sí pero que sean 450",
    "sí, y luego otra",
    "sí, déjame ver",
    "sí, una pregunta",
    "sí, cámbialo",
    "why not",
    "su",
    "s",
    "y",
];

#[test]
fn a_clear_yes_is_one_however_it_is_written() {
    for text in CLEAR {
        assert!(is_clear_yes(text), "«{text}»");
    }
}

#[test]
fn anything_else_is_none() {
    for text in UNCLEAR {
        assert!(!is_clear_yes(text), "«{text}»");
    }
    assert!(!is_clear_yes(&"sí ".repeat(60)), "longer than any yes");
}

fn phrases(list: &str) -> Vec<&str> {
    list.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split(" / ")).collect()
}

#[test]
fn each_list_does_what_it_is_for() {
    for phrase in phrases(YES_PHRASES) {
        assert!(is_clear_yes(phrase), "«{phrase}»");
    }
    for phrase in phrases(HARMLESS_PHRASES) {
        assert!(!is_clear_yes(phrase), "«{phrase}» alone");
        assert!(is_clear_yes(&format!("sí, {phrase}")), "«sí, {phrase}»");
    }
    let all = [phrases(YES_PHRASES), phrases(HARMLESS_PHRASES)].concat();
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "a phrase stands once");
    for phrase in &all {
        assert!(phrase.bytes().all(|b| b.is_ascii_lowercase() || b == b' '), "«{phrase}» is folded");
    }
}

proptest! {
    #[test]
    fn one_word_that_is_not_listed_takes_the_yes_away(
        yes in prop::sample::select(CLEAR.to_vec()),
        word in "[b-df-hj-np-tv-z]{3,9}[aeiou]{0,2}",
        behind in any::<bool>(),
    ) {
        let known = [phrases(YES_PHRASES), phrases(HARMLESS_PHRASES)].concat();
        prop_assume!(!known.iter().any(|phrase| phrase.split(' ').any(|known| super::squeeze(known) == super::squeeze(&word))));
        prop_assume!(!super::is_laugh(&word));
        let text = if behind { format!("{yes} {word}") } else { format!("{word} {yes}") };
        prop_assert!(!is_clear_yes(&text), "«{}»", text);
    }

    #[test]
    fn one_sign_of_doubt_or_digit_takes_the_yes_away(
        yes in prop::sample::select(CLEAR.to_vec()),
        sign in prop::sample::select("?¿0123456789٣½²-+*/%$€~…;()[]\"'«»❌👎✋🛑🤔".chars().collect::<Vec<_>>()),
    ) {
        prop_assume!(sign != '\'');
        let text = format!("{yes} {sign}");
        prop_assert!(!is_clear_yes(&text), "«{}»", text);
    }

    #[test]
    fn any_text_is_judged(text in "\\PC{0,160}") {
        let _ = is_clear_yes(&text);
    }
}
