//! Runs of digits that are not amounts: CLABEs, cards, phone numbers, account numbers.

use crate::{
    hashing::WordSet,
    lexicon::LEXICON,
    tokens::{Kind, Token},
};
use domain::{locale::Locale, messaging::intent::DestinationKind};

/// Calling codes that people often write without a `+`.
const CALLING_CODES: [&str; 10] = ["52", "55", "521", "044", "045", "1", "57", "54", "51", "56"];

fn is_digits(token: &Token) -> bool {
    let digits = token.folded.strip_prefix('+').unwrap_or(&token.folded);
    token.kind == Kind::Number && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Joins groups of digits at most three characters apart, and names the kind of number they form.
pub(crate) fn group(tokens: Vec<Token>, language: Locale) -> Vec<Token> {
    let tokens = without_hyphens(tokens);
    let mut grouped: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if !is_digits(token) {
            grouped.push(token.clone());
            at = at.saturating_add(1);
            continue;
        }
        let run = run_at(&tokens, at);
        let behind_symbol = grouped.last().is_some_and(|last| last.kind == Kind::Symbol);
        match name_run(&tokens, at, run, behind_symbol, language) {
            Some(named) => {
                grouped.extend(run.iter().take(named.from).cloned());
                let digits: String =
                    run.iter().skip(named.from).take(named.count).map(|t| t.folded.as_str()).collect();
                let value = match named.kind {
                    DestinationKind::Phone => international(&digits, language),
                    _ => digits,
                };
                let first = run.get(named.from).map_or(0, |token| token.start);
                let last =
                    run.get(named.from.saturating_add(named.count).saturating_sub(1)).map_or(0, |t| t.end);
                grouped.push(Token::destination(named.kind, &value, first, last));
                at = at.saturating_add(named.from).saturating_add(named.count);
            }
            None => {
                grouped.push(token.clone());
                at = at.saturating_add(1);
            }
        }
    }
    grouped
}

fn without_hyphens(tokens: Vec<Token>) -> Vec<Token> {
    let is_number = |token: Option<&Token>| token.is_some_and(|token| token.kind == Kind::Number);
    let keep: Vec<bool> = (0..tokens.len())
        .map(|at| {
            let is_hyphen = tokens.get(at).is_some_and(|token| token.is_punct() && token.folded == "-");
            let before = at.checked_sub(1).and_then(|before| tokens.get(before));
            !(is_hyphen && is_number(before) && is_number(tokens.get(at.saturating_add(1))))
        })
        .collect();
    tokens.into_iter().zip(keep).filter_map(|(token, keep)| keep.then_some(token)).collect()
}

fn run_at(tokens: &[Token], at: usize) -> &[Token] {
    let mut end = at.saturating_add(1);
    while let (Some(before), Some(next)) = (tokens.get(end.saturating_sub(1)), tokens.get(end)) {
        let is_near = next.start.saturating_sub(before.end) <= 3;
        if !is_digits(next) || next.folded.starts_with('+') || !is_near {
            break;
        }
        end = end.saturating_add(1);
    }
    tokens.get(at..end).unwrap_or_default()
}

struct Named {
    from: usize,
    count: usize,
    kind: DestinationKind,
}

fn name_run(
    tokens: &[Token],
    at: usize,
    run: &[Token],
    behind_symbol: bool,
    language: Locale,
) -> Option<Named> {
    let lengths: Vec<usize> = run.iter().map(|token| token.folded.trim_start_matches('+').len()).collect();
    let total = |from: usize, count: usize| lengths.iter().skip(from).take(count).sum::<usize>();
    let starts = 0..run.len();
    // 18 digits anywhere in the run: «$620 0145…» is an amount and then a CLABE.
    for from in starts.clone() {
        for count in 1..=run.len().saturating_sub(from) {
            let has_plus = run.get(from).is_some_and(|token| token.folded.starts_with('+'));
            if total(from, count) == 18 && !has_plus {
                return Some(Named { from, count, kind: DestinationKind::Clabe });
            }
        }
    }
    for from in starts.clone() {
        let rest = run.len().saturating_sub(from);
        let is_card =
            lengths.get(from..from.saturating_add(4)) == Some(&[4, 4, 4, 4]) && total(from, rest) == 16;
        let named = if run.get(from).is_some_and(|token| token.folded.starts_with('+')) {
            Some((rest, DestinationKind::Phone))
        } else if lengths.get(from) == Some(&16) {
            Some((1, DestinationKind::Account))
        } else if is_card {
            Some((4, DestinationKind::Account))
        } else {
            None
        };
        if let Some((count, kind)) = named {
            return (!(behind_symbol && from == 0)).then_some(Named { from, count, kind });
        }
    }
    starts
        .filter(|from| !(behind_symbol && *from == 0))
        .find_map(|from| by_length_or_cue(tokens, at, run, from, &lengths, language))
}

/// Names a run by its length and by the words before it («cuenta», «cel»).
fn by_length_or_cue(
    tokens: &[Token],
    at: usize,
    run: &[Token],
    from: usize,
    lengths: &[usize],
    language: Locale,
) -> Option<Named> {
    let place = at.saturating_add(from);
    let before = tokens.get(place.saturating_sub(4)..place).unwrap_or_default();
    let says = |words: &WordSet<&str>| {
        before.iter().any(|token| token.is_word() && words.contains(token.folded.as_str()))
    };
    let says_account = says(&LEXICON.account_cues);
    let says_phone = says(&LEXICON.phone_cues) && !says_account;
    let first = *lengths.get(from)?;
    let count = run.len().saturating_sub(from);
    let total: usize = lengths.iter().skip(from).sum();
    let digits: String = run.iter().skip(from).map(|token| token.folded.as_str()).collect();
    let named = |kind| Some(Named { from, count, kind });
    if total == 10 && matches!(first, 2 | 3 | 10) {
        return named(if says_account { DestinationKind::Account } else { DestinationKind::Phone });
    }
    let has_code = CALLING_CODES.iter().any(|code| digits.starts_with(code));
    let is_brazilian = total == 11 && language == Locale::Pt && digits.as_bytes().get(2) == Some(&b'9');
    let may_be_phone = (11..=13).contains(&total) && (has_code || language == Locale::Pt) && !says_account;
    if may_be_phone && (says_phone || total > 11 || is_brazilian) {
        return named(DestinationKind::Phone);
    }
    let is_account = first >= 9 && count == 1
        || says_account && total >= 5 && (count > 1 || first >= 5)
        || count >= 3 && total >= 11;
    if is_account { named(DestinationKind::Account) } else { None }
}

/// The E.164 form of a number that may lack its `+`.
fn international(digits: &str, language: Locale) -> String {
    if digits.starts_with('+') {
        return digits.to_owned();
    }
    let digits = match digits.strip_prefix("044").or_else(|| digits.strip_prefix("045")) {
        Some(rest) if digits.len() == 13 => rest,
        _ => digits,
    };
    let is_brazilian =
        digits.len() == 11 && digits.as_bytes().get(2) == Some(&b'9') && language == Locale::Pt;
    match digits.strip_prefix("521") {
        Some(rest) if digits.len() == 13 => format!("+52{rest}"),
        _ if digits.len() == 10 => format!("+52{digits}"),
        _ if is_brazilian => format!("+55{digits}"),
        _ => format!("+{digits}"),
    }
}
