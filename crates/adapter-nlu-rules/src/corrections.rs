//! Removes the parts of a text that the person corrected («en vez de a Ana, a Eva», «200, no, mejor 300»),
//! before the slots are filled.

use crate::{
    commands::{commands, form_of},
    lexicon::LEXICON,
    tokens::{Kind, Token, word_at},
    vocabulary::is_neutral,
};
use domain::locale::Locale;

/// The tokens without the parts that a correction replaced.
pub(crate) fn apply(tokens: &[Token], language: Locale) -> Vec<Token> {
    let mut tokens = tokens.to_vec();
    replaced_by_instead(&mut tokens);
    negated_before_wanted(&mut tokens, language);
    not_to_but_to(&mut tokens);
    excluded(&mut tokens);
    excluded_payee(&mut tokens);
    marked(&mut tokens);
    tokens
}

fn remove(tokens: &mut Vec<Token>, from: usize, to: usize) {
    if from < to && to <= tokens.len() {
        tokens.drain(from..to);
    }
}

fn is_verb(tokens: &[Token], at: usize, tags: &[&str]) -> bool {
    tokens.get(at).and_then(form_of).is_some_and(|form| form.is_any(tags))
}

fn is_stop(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| token.is_punct() && matches!(token.folded.as_str(), "," | ";" | "."))
}

fn is_preposition(tokens: &[Token], at: usize) -> bool {
    LEXICON.name_prepositions.contains(word_at(tokens, at))
}

/// Removes «en vez de X», "instead of X".
fn replaced_by_instead(tokens: &mut Vec<Token>) {
    let mut at = 0;
    while at < tokens.len() {
        let head = [
            word_at(tokens, at),
            word_at(tokens, at.saturating_add(1)),
            word_at(tokens, at.saturating_add(2)),
        ];
        let length = match head {
            ["en" | "em" | "em_o" | "no", "vez" | "lugar", "de" | "dos" | "da" | "do"]
            | ["ao", "inves", "de"] => 3,
            ["instead", "of", _] | ["rather", "than", _] => 2,
            _ => 0,
        };
        if length == 0 {
            at = at.saturating_add(1);
            continue;
        }
        let end = superseded_end(tokens, at.saturating_add(length));
        let kept = tokens.iter().take(at).chain(tokens.iter().skip(end));
        let something_is_left = kept.into_iter().any(|t| {
            t.is_amount() || t.is_destination() || form_of(t).is_some_and(|f| f.is_any(&["imp", "inf"]))
        });
        if !something_is_left {
            at = at.saturating_add(1);
            continue;
        }
        remove(tokens, at, end);
        if tokens.get(at).is_some_and(Token::is_punct) {
            remove(tokens, at, at.saturating_add(1));
        }
    }
}

/// The end of the part after «en vez de»: after one amount, or at the next verb, stop or amount.
fn superseded_end(tokens: &[Token], from: usize) -> usize {
    let mut end = from;
    let is_amount = |at: usize| tokens.get(at).is_some_and(Token::is_amount);
    let is_article = matches!(word_at(tokens, end), "a" | "los" | "las" | "os" | "the" | "to");
    if is_article && is_amount(end.saturating_add(1)) {
        end = end.saturating_add(1);
    }
    if is_amount(end) {
        return end.saturating_add(1);
    }
    let run_on = |mut end: usize, tags: &[&str], stop_at_amount: bool| {
        let is_amount_stop = |at: usize| stop_at_amount && is_amount(at);
        while end < tokens.len()
            && !(is_verb(tokens, end, tags) || is_stop(tokens, end))
            && !is_amount_stop(end)
        {
            end = end.saturating_add(1);
        }
        end
    };
    end = run_on(end, &["imp", "inf"], true);
    // «en vez de mandarle 90 manda 19»: the part ends at the imperative.
    if is_verb(tokens, end, &["inf", "ger"]) && !is_verb(tokens, end, &["imp"]) {
        end = run_on(end.saturating_add(1), &["imp"], false);
    }
    end.min(tokens.len())
}

/// Removes a negated command before a wanted one: «no le mandes 90, mándale 19».
fn negated_before_wanted(tokens: &mut Vec<Token>, language: Locale) {
    let found = commands(tokens, language);
    let pair = found.iter().filter(|command| !command.wanted).find_map(|negated| {
        let later = found.iter().find(|command| command.wanted && command.at > negated.at)?;
        Some((negated.at, later.at))
    });
    let Some((negated, later)) = pair else { return };
    let start = tokens.iter().take(negated).rposition(Token::is_punct).map_or(0, |at| at.saturating_add(1));
    let joins = ["sino", "pero", "but", "mas", "y", "e", "and"];
    let mut end = negated;
    while end < later && !is_stop(tokens, end) && !joins.contains(&word_at(tokens, end)) {
        end = end.saturating_add(1);
    }
    let end = end.saturating_add(usize::from(end < later));
    remove(tokens, start, end);
}

/// Removes a negated destination before the right one: «no es para Ana, es para Eva».
fn not_to_but_to(tokens: &mut Vec<Token>) {
    let is_copula = |at: usize| {
        matches!(
            word_at(tokens, at),
            "es" | "e" | "era" | "eh" | "son" | "for" | "van" | "va" | "vai" | "vao" | "is"
        )
    };
    let place = (0..tokens.len()).find_map(|at| {
        let next = at.saturating_add(if is_copula(at.saturating_add(1)) { 2 } else { 1 });
        if !matches!(word_at(tokens, at), "no" | "not" | "nao") || !is_preposition(tokens, next) {
            return None;
        }
        let mut turn = at.saturating_add(1);
        let turns = |turn: usize| {
            matches!(word_at(tokens, turn), "sino" | "but" | "," | "mas" | ".")
                || turn > next && is_copula(turn) && is_preposition(tokens, turn.saturating_add(1))
        };
        while turn < tokens.len() && !turns(turn) {
            turn = turn.saturating_add(1);
        }
        let after = if is_copula(turn) { turn } else { turn.saturating_add(1) };
        let other = is_preposition(tokens, after)
            || is_copula(after) && is_preposition(tokens, after.saturating_add(1));
        (turn < tokens.len() && other).then_some((at, after))
    });
    if let Some((from, to)) = place {
        remove(tokens, from, to);
    }
}

/// Removes an amount that is excluded behind a comma: «mándale 60, no 50» means 60. «200, no, 300» is a correction.
fn excluded(tokens: &mut Vec<Token>) {
    let place = (2..tokens.len()).find(|at| {
        let is_money = |at: usize| tokens.get(at).is_some_and(Token::is_money);
        let no = matches!(word_at(tokens, *at), "no" | "not" | "nao" | "y");
        let no = no && (word_at(tokens, *at) != "y" || word_at(tokens, at.saturating_add(1)) == "no");
        let next = at.saturating_add(if word_at(tokens, *at) == "y" { 2 } else { 1 });
        let earlier = tokens.iter().take(at.saturating_sub(1)).any(Token::is_money);
        let behind_comma = word_at(tokens, at.saturating_sub(1)) == "," || word_at(tokens, *at) == "y";
        no && is_money(next) && earlier && behind_comma
    });
    if let Some(from) = place {
        let to = from.saturating_add(if word_at(tokens, from) == "y" { 3 } else { 2 });
        remove(tokens, from.saturating_sub(usize::from(word_at(tokens, from) != "y")), to);
    }
}

/// Removes a payee that is excluded behind the right one: «a Beth, no a Becca», «al 55…, ya no al 56…».
fn excluded_payee(tokens: &mut Vec<Token>) {
    let place = (2..tokens.len()).find_map(|at| {
        let no = matches!(word_at(tokens, at), "no" | "not" | "nao")
            && !tokens.get(at).is_some_and(Token::is_punct);
        let mut next = at.saturating_add(1);
        let led = is_preposition(tokens, next);
        next = next.saturating_add(usize::from(led));
        let begins =
            tokens.get(next).is_some_and(|t| t.is_destination() || t.is_word() && t.is_capitalised());
        let before = word_at(tokens, at.saturating_sub(1));
        let earlier = (0..at).any(|place| {
            is_preposition(tokens, place) || tokens.get(place).is_some_and(Token::is_destination)
        });
        let mut end = next;
        while tokens.get(end).is_some_and(|t| t.is_destination() || t.is_word() && t.is_capitalised()) {
            end = end.saturating_add(1);
        }
        let closes = tokens.get(end).is_none_or(Token::is_punct);
        let from = at.saturating_sub(usize::from(matches!(before, "ya" | "ja")));
        let behind_comma = matches!(word_at(tokens, from.saturating_sub(1)), "," | ";" | ".");
        (no && begins && earlier && closes && behind_comma).then_some((from, end))
    });
    if let Some((from, to)) = place {
        remove(tokens, from, to);
    }
}

/// Removes what stands before a correction word: «200, perdón, 300»; «a Ana, digo a Eva».
fn marked(tokens: &mut Vec<Token>) {
    let mut at = 1;
    while at < tokens.len() {
        if is_marker(tokens, at) && correct_at(tokens, at) {
            at = 1;
        } else {
            at = at.saturating_add(1);
        }
    }
}

fn is_marker(tokens: &[Token], at: usize) -> bool {
    let word = word_at(tokens, at);
    let next = at.saturating_add(1);
    let i_mean = word == "i" && word_at(tokens, next) == "mean";
    if !i_mean && !LEXICON.correction_markers.contains(word) {
        return false;
    }
    if !matches!(word, "no" | "nao" | "not") {
        return true;
    }
    // «no» alone corrects only right after what it corrects.
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let follows = before.is_some_and(|t| t.is_amount() || t.is_punct() || t.is_destination());
    let leads = tokens
        .get(next)
        .is_some_and(|t| t.is_punct() || LEXICON.correction_markers.contains(t.folded.as_str()));
    follows || leads
}

fn correct_at(tokens: &mut Vec<Token>, at: usize) -> bool {
    let is_filler = |token: &Token| {
        let word = token.folded.as_str();
        LEXICON.correction_fillers.contains(word)
            || LEXICON.correction_markers.contains(word)
            || is_neutral(word) && !LEXICON.prepositions.contains(word) && !LEXICON.determiners.contains(word)
            || token.is_punct() && ",.…-:;!".contains(word)
    };
    let Some(offset) = tokens.iter().skip(at).position(|token| !is_filler(token)) else { return false };
    let new = at.saturating_add(offset);
    if tokens.get(new).is_some_and(Token::is_money) {
        return correct_amount(tokens, at, new);
    }
    let names_next = is_preposition(tokens, new)
        && tokens.get(new.saturating_add(1)).is_some_and(|t| t.is_word() || t.is_destination());
    if tokens.get(new).is_some_and(Token::is_destination) || names_next {
        return correct_destination(tokens, at, new);
    }
    false
}

fn correct_amount(tokens: &mut Vec<Token>, at: usize, new: usize) -> bool {
    let Some(old) = tokens.iter().take(at).rposition(Token::is_money) else { return false };
    let inherited = tokens.get(old).and_then(|token| token.currency);
    if let Some(token) = tokens.get_mut(new)
        && token.currency.is_none()
        && inherited.is_some()
    {
        token.currency = inherited;
        token.marks.has_currency = true;
    }
    remove(tokens, at, new);
    remove(tokens, old, old.saturating_add(1));
    while old < at.saturating_sub(1) && tokens.get(old).is_some_and(Token::is_punct) {
        remove(tokens, old, old.saturating_add(1));
    }
    true
}

fn correct_destination(tokens: &mut Vec<Token>, at: usize, new: usize) -> bool {
    let old = (0..at).rev().find(|place| {
        let next = place.saturating_add(1);
        let names = next < at
            && is_preposition(tokens, *place)
            && tokens
                .get(next)
                .is_some_and(|t| t.kind == Kind::Word && !LEXICON.never_names.contains(t.folded.as_str()));
        tokens.get(*place).is_some_and(Token::is_destination) || names
    });
    match old {
        Some(old) => {
            remove(tokens, old, new);
            true
        }
        None => false,
    }
}
