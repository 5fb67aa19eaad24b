//! Finds a one-time code in a text: four to eight digits, also in groups or spelled out.

use crate::{
    lexicon::CURRENCIES,
    numbers::digit_word,
    tokens::{Kind, Token},
};

fn is_code_length(digits: &str) -> bool {
    (4..=8).contains(&digits.len())
}

/// The first code in a text, as digits. Needs the tokens before [`crate::digits::group`] joins the digits.
pub(crate) fn find(tokens: &[Token]) -> Option<String> {
    let tokens: Vec<&Token> =
        tokens.iter().filter(|token| !(token.is_punct() && token.folded == "-")).collect();
    in_digits(&tokens).or_else(|| spelled(&tokens))
}

fn in_digits(tokens: &[&Token]) -> Option<String> {
    let is_digits = |token: &&Token| {
        // «902.117» groups a code as an amount.
        let halves = token.folded.split_once('.').filter(|(a, b)| a.len() == 3 && b.len() == 3);
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        token.kind == Kind::Number
            && halves.map_or_else(|| digits(&token.folded), |(a, b)| digits(a) && digits(b))
    };
    let is_money = |token: Option<&&Token>| {
        token.is_some_and(|token| token.kind == Kind::Symbol || CURRENCIES.is_word(&token.folded))
    };
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if !is_digits(token) {
            at = at.saturating_add(1);
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let mut code = token.folded.replace('.', "");
        let mut end = token.end;
        at = at.saturating_add(1);
        while let Some(next) =
            tokens.get(at).filter(|next| is_digits(next) && next.start.saturating_sub(end) <= 3)
        {
            code.push_str(&next.folded);
            end = next.end;
            at = at.saturating_add(1);
        }
        let behind_symbol = before.is_some_and(|token| token.kind == Kind::Symbol);
        if is_code_length(&code) && !behind_symbol && !is_money(tokens.get(at)) {
            return Some(code);
        }
    }
    None
}

fn spelled(tokens: &[&Token]) -> Option<String> {
    let mut runs = vec![String::new()];
    for token in tokens {
        let run_is_empty = runs.last().is_none_or(String::is_empty);
        let digit = match token.folded.as_str() {
            "oh" => Some(0),
            "o" if !run_is_empty => Some(0),
            "meia" => Some(6),
            word if token.is_word() => digit_word(word),
            _ => None,
        };
        match digit {
            Some(digit) => {
                if let Some(run) = runs.last_mut() {
                    run.push_str(&digit.to_string());
                }
            }
            None if token.is_punct() && matches!(token.folded.as_str(), "," | "-" | ".") => {}
            None => runs.push(String::new()),
        }
    }
    runs.into_iter().max_by_key(String::len).filter(|run| is_code_length(run))
}
