//! Amounts that are told by another one («la mitad», «agrégale 5 más») and answers that pick from a list («el
//! segundo»).

use crate::tokens::{Kind, Token, word_at};
use domain::messaging::intent::{Choice, RelativeAmount};

/// What a phrase says, and the index behind it.
pub(crate) type Found<T> = Option<(T, usize)>;

/// «todo»; the longest phrases come first.
const ALL: [&[&str]; 18] = [
    &["todo", "lo", "que", "tengo"],
    &["todo", "mi", "saldo"],
    &["todo", "mi", "dinero"],
    &["todo", "el", "dinero"],
    &["todo", "el", "saldo"],
    &["todo", "lo", "que", "hay"],
    &["tudo", "que", "tenho"],
    &["tudo", "o", "que", "tenho"],
    &["todo", "meu", "saldo"],
    &["all", "of", "it"],
    &["all", "my", "money"],
    &["all", "i", "have"],
    &["everything", "i", "have"],
    &["my", "whole", "balance"],
    &["all", "my", "balance"],
    &["todo"],
    &["tudo"],
    &["everything"],
];

/// Phrases for twice the amount before: «el doble».
const DOUBLE: [&[&str]; 9] = [
    &["el", "doble"],
    &["doble"],
    &["o", "dobro"],
    &["dobro"],
    &["double", "that"],
    &["double", "it"],
    &["double"],
    &["twice", "that"],
    &["twice", "as", "much"],
];

const BALANCE: [&[&str]; 10] = [
    &["de", "mi", "saldo"],
    &["del", "saldo"],
    &["de", "lo", "que", "tengo"],
    &["de", "mi", "dinero"],
    &["of", "my", "balance"],
    &["of", "what", "i", "have"],
    &["of", "my", "money"],
    &["do", "meu", "saldo"],
    &["do", "saldo"],
    &["do", "que", "tenho"],
];

const ADDS: [&str; 28] = [
    "agrega",
    "agregale",
    "agreguele",
    "suma",
    "sumale",
    "aumenta",
    "aumentale",
    "anade",
    "anadele",
    "subele",
    "sube",
    "add",
    "adiciona",
    "acrescenta",
    "soma",
    "mas",
    "more",
    "mais",
    "increase",
    "aumentar",
    "agregar",
    "sumar",
    "sumele",
    "aumentele",
    "plus",
    "extra",
    "aumente",
    "adicione",
];
const TAKES: [&str; 22] = [
    "quita",
    "quitale",
    "quitele",
    "resta",
    "restale",
    "baja",
    "bajale",
    "descuenta",
    "descuentale",
    "rebaja",
    "rebajale",
    "subtract",
    "minus",
    "tira",
    "diminui",
    "desconta",
    "reduce",
    "reducele",
    "take",
    "knock",
    "menos",
    "less",
];

fn follows(tokens: &[Token], at: usize, phrase: &[&str]) -> bool {
    phrase.iter().enumerate().all(|(by, word)| word_at(tokens, at.saturating_add(by)) == *word)
}

/// The relative amount that starts at a token.
pub(crate) fn at(tokens: &[Token], at: usize) -> Found<RelativeAmount> {
    if let Some(found) = half(tokens, at) {
        return Some(found);
    }
    for (phrases, amount) in [(&ALL[..], RelativeAmount::All), (&DOUBLE[..], RelativeAmount::Double)] {
        if let Some(phrase) = phrases.iter().find(|phrase| follows(tokens, at, phrase)) {
            return Some((amount, at.saturating_add(phrase.len())));
        }
    }
    step(tokens, at)
}

fn half(tokens: &[Token], at: usize) -> Found<RelativeAmount> {
    let article = usize::from(matches!(word_at(tokens, at), "la" | "a" | "only" | "just" | "solo"));
    let head = at.saturating_add(article);
    if !matches!(word_at(tokens, head), "mitad" | "metade" | "half") {
        return None;
    }
    let end = head.saturating_add(1);
    if let Some(of) = BALANCE.iter().find(|of| follows(tokens, end, of)) {
        return Some((RelativeAmount::HalfOfBalance, end.saturating_add(of.len())));
    }
    let end = if follows(tokens, end, &["of", "it"]) { end.saturating_add(2) } else { end };
    Some((RelativeAmount::Half, end))
}

/// «agrégale 5 más», «5 más», «quítale 2», "take 5 off".
fn step(tokens: &[Token], at: usize) -> Found<RelativeAmount> {
    let money = |at: usize| tokens.get(at).filter(|token| token.is_money()).and_then(|token| token.value);
    let word = word_at(tokens, at);
    let next = at.saturating_add(1);
    let is_tail = |at: usize| {
        matches!(word_at(tokens, at), "mas" | "more" | "mais" | "extra" | "off" | "menos" | "less")
    };
    if let Some(value) = money(at) {
        // «5 más», "5 more", «5 a mais».
        let tail = next.saturating_add(usize::from(word_at(tokens, next) == "a"));
        let (sign, end) = (word_at(tokens, tail), tail.saturating_add(1));
        return match sign {
            "mas" | "more" | "mais" | "extra" => Some((RelativeAmount::Plus(value.to_string()), end)),
            "menos" | "less" => Some((RelativeAmount::Minus(value.to_string()), end)),
            _ => None,
        };
    }
    let fillers = ["otros", "unos", "another", "other", "outros", "uns", "him", "le"];
    let number = next.saturating_add(usize::from(fillers.contains(&word_at(tokens, next))));
    let value = money(number)?;
    let end = number.saturating_add(1);
    let end = end.saturating_add(usize::from(is_tail(end)));
    if ADDS.contains(&word) {
        Some((RelativeAmount::Plus(value.to_string()), end))
    } else if TAKES.contains(&word) {
        Some((RelativeAmount::Minus(value.to_string()), end))
    } else {
        None
    }
}

/// The choice that starts at a token.
pub(crate) fn choice_at(tokens: &[Token], at: usize) -> Found<Choice> {
    let articles = ["el", "la", "the", "o", "a", "opcion", "option", "opcao", "numero", "number", "al", "lo"];
    let named = matches!(
        word_at(tokens, at),
        "el" | "la" | "the" | "opcion" | "option" | "opcao" | "numero" | "number"
    );
    let mut head = at;
    while articles.contains(&word_at(tokens, head)) {
        head = head.saturating_add(1);
    }
    let token = tokens.get(head)?;
    let mut end = head.saturating_add(1);
    let choice = match token.folded.as_str() {
        "primero" | "primera" | "primer" | "first" | "primeiro" | "primeira" | "1ro" => Choice::At(0),
        "segundo" | "segunda" | "second" => Choice::At(1),
        "tercero" | "tercera" | "tercer" | "third" | "terceiro" | "terceira" => Choice::At(2),
        "cuarto" | "cuarta" | "fourth" | "quarto" | "quarta" => Choice::At(3),
        "quinto" | "quinta" | "fifth" => Choice::At(4),
        "ultimo" | "ultima" | "last" => Choice::Last,
        "<ord>" => Choice::At(small(&token.surface)?),
        _ if named && token.kind == Kind::Amount && !token.marks.has_currency => {
            Choice::At(small(&token.value?.to_string())?)
        }
        _ => return None,
    };
    end = end
        .saturating_add(usize::from(matches!(word_at(tokens, end), "one" | "opcion" | "option" | "opcao")));
    Some((choice, end))
}

/// A number from 1 to 9 at the start of a text, counted from 0.
pub(crate) fn small(text: &str) -> Option<u8> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let n: u8 = digits.parse().ok()?;
    n.checked_sub(1).filter(|at| *at < 9)
}
