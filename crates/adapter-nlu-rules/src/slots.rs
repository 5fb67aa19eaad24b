//! Chooses the amount and the destination of a request.

use crate::{
    commands::form_of,
    lexicon::{CURRENCIES, LEXICON},
    names,
    tokens::{Kind, Token, word_at},
    vocabulary,
};
use domain::{
    locale::Locale,
    messaging::intent::{DestinationKind, NamedDestination},
};
use rust_decimal::Decimal;

/// The amount of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Amount {
    pub(crate) value: Option<Decimal>,
    pub(crate) currency: Option<&'static str>,
    /// The text names an amount, but more than one reading is possible.
    pub(crate) ambiguous: bool,
    /// The only number counts things: «3 pizzas».
    pub(crate) counts: bool,
}

impl Amount {
    const UNCLEAR: Self = Self { value: None, currency: None, ambiguous: true, counts: false };

    /// True if the text names an amount, clear or ambiguous.
    pub(crate) const fn is_named(&self) -> bool {
        self.value.is_some() || self.ambiguous
    }
}

/// Chooses the amount that the person means when the text has several. Ambiguous if that is not clear.
pub(crate) fn amount(tokens: &[Token], commands: &[usize]) -> Amount {
    let mut found: Vec<(usize, &Token)> =
        tokens.iter().enumerate().filter(|(_, token)| token.is_money()).collect();
    if found.is_empty() {
        // «mándale 3 pizzas»: what is sent is counted, and is no money.
        let counts = commands.iter().any(|command| {
            tokens.get(command.saturating_add(1)).is_some_and(|next| next.is_amount() && next.marks.quantity)
        });
        return Amount { counts, ..Amount::default() };
    }
    let is_repeated = tokens.windows(2).any(|pair| match pair {
        [count, times] => count.is_amount() && matches!(times.folded.as_str(), "veces" | "times" | "vezes"),
        _ => false,
    });
    if is_range(tokens, &found) || is_repeated {
        return Amount::UNCLEAR;
    }
    if is_torn(tokens, &found) {
        return Amount::UNCLEAR;
    }
    narrow(&mut found, |(at, token)| !is_weak(tokens, *at, token));
    if is_corrected_unread(tokens, &found) {
        return Amount::UNCLEAR;
    }
    let clause = |at: usize| {
        let ends = |token: &Token| token.is_punct() && ",;.:!?".contains(token.folded.as_str());
        tokens.iter().take(at.saturating_add(1)).rposition(ends).unwrap_or(0)
    };
    if !commands.is_empty() {
        let of_commands: Vec<usize> = commands.iter().map(|at| clause(*at)).collect();
        narrow(&mut found, |(at, _)| of_commands.contains(&clause(*at)));
    }
    // "38 each so 76 total", «5 de 45, o sea 225»: the sum is what counts.
    narrow(&mut found, |(at, _)| {
        let before = at.checked_sub(1).map_or("", |before| word_at(tokens, before));
        let after = word_at(tokens, at.saturating_add(1));
        matches!(
            before,
            "total" | "=" | "so" | "osea" | "sea" | "tocaron" | "tocan" | "tocaram" | "son" | "toco"
        ) || matches!(after, "total" | "totales" | "=")
    });
    // «de los 1,000 que te dije mándale nada más 650»: what stands behind the command.
    if let [command] = commands {
        narrow(&mut found, |(at, _)| at > command);
    }
    let with_currency: Vec<(usize, &Token)> =
        found.iter().copied().filter(|(_, t)| t.marks.has_currency).collect();
    if found.len() > 1 && with_currency.len() == 1 {
        found = with_currency;
    }
    let Some((at, first)) = found.first().copied() else { return Amount::default() };
    if is_weak(tokens, at, first) {
        let next = tokens.get(at.saturating_add(1)).map_or("", |next| next.folded.as_str());
        return Amount { counts: next.ends_with('s'), ..Amount::UNCLEAR };
    }
    if found.iter().any(|(_, token)| token.value != first.value) {
        return Amount::UNCLEAR;
    }
    Amount { value: first.value, currency: first.currency, ambiguous: first.value.is_none(), counts: false }
}

/// «mil dociento sincuenta»: a word that isn't understood stands between two numbers, so neither is the amount.
fn is_torn(tokens: &[Token], found: &[(usize, &Token)]) -> bool {
    found.windows(2).any(|pair| match pair {
        [(one, first), (other, _)] => other.checked_sub(*one) == Some(2) && is_weak(tokens, *one, first),
        _ => false,
    })
}

/// «780, uy no, me faltó un cero, 7800»: an amount is corrected in a way that isn't read.
fn is_corrected_unread(tokens: &[Token], found: &[(usize, &Token)]) -> bool {
    found.windows(2).any(|pair| match pair {
        [(one, first), (other, second)] => {
            let between = tokens.get(one.saturating_add(1)..*other).unwrap_or_default();
            first.value != second.value
                && between.iter().any(Token::is_punct)
                && between.iter().any(|token| {
                    LEXICON.correction_markers.contains(token.folded.as_str())
                        && !matches!(token.folded.as_str(), "so" | "osea" | "mejor" | "better")
                })
        }
        _ => false,
    })
}

/// Keeps the items for which `holds` is true, unless that would remove all of them.
fn narrow<T: Copy>(found: &mut Vec<T>, holds: impl Fn(&T) -> bool) {
    if found.len() > 1 {
        let kept: Vec<T> = found.iter().copied().filter(|one| holds(one)).collect();
        if !kept.is_empty() {
            *found = kept;
        }
    }
}

/// True for a range or a choice: «entre 200 y 300», «200 o 300».
fn is_range(tokens: &[Token], found: &[(usize, &Token)]) -> bool {
    found.windows(2).any(|pair| {
        let [(one, first), (other, second)] = pair else { return false };
        let middle = tokens.get(one.saturating_add(1)..*other).unwrap_or_default();
        let joins = ["o", "or", "ou", "a", "to", "-", "hasta", "y", "and", "e", "/"];
        let joined = !middle.is_empty() && middle.iter().all(|token| joins.contains(&token.folded.as_str()));
        let only_first_has_currency = first.marks.has_currency && !second.marks.has_currency;
        let before =
            one.checked_sub(1).and_then(|at| tokens.get(at)).map_or("", |token| token.folded.as_str());
        let is_choice =
            middle.first().is_some_and(|t| matches!(t.folded.as_str(), "o" | "or" | "ou" | "-" | "/"));
        joined && !only_first_has_currency && (is_choice || matches!(before, "entre" | "between"))
    })
}

/// True for a number without a currency before an unknown noun: it counts that noun.
fn is_weak(tokens: &[Token], at: usize, token: &Token) -> bool {
    if token.marks.has_currency {
        return false;
    }
    // «que cumple quince»
    let before = at.checked_sub(1).map_or("", |before| word_at(tokens, before));
    if matches!(before, "cumple" | "turns" | "cumplio" | "completa" | "turning") {
        return true;
    }
    let Some(next) = tokens.get(at.saturating_add(1)).filter(|next| next.kind == Kind::Word) else {
        return false;
    };
    let word = next.folded.as_str();
    !(LEXICON.after_amount.contains(word)
        || vocabulary::is_neutral(word)
        || LEXICON.request_words.contains(word)
        || LEXICON.transfer_nouns.contains(word)
        || LEXICON.account_cues.contains(word)
        || LEXICON.correction_markers.contains(word)
        || LEXICON.future_words.contains(word)
        || CURRENCIES.is_word(word)
        || form_of(next).is_some()
        || next.is_capitalised())
}

/// The destination: a number or alias if there is one, else a name. `None` if the text names two different
/// ones of the same kind.
pub(crate) fn destination(
    tokens: &[Token],
    language: Locale,
    commands: &[usize],
) -> Option<NamedDestination> {
    let rank = |kind: DestinationKind| match kind {
        DestinationKind::Clabe | DestinationKind::Iban => 0,
        DestinationKind::Alias => 1,
        _ => 2,
    };
    let explicit = |token: &Token| match token.kind {
        Kind::Destination(kind) => Some(NamedDestination { kind, value: token.surface.clone() }),
        _ => None,
    };
    let found: Vec<NamedDestination> = tokens.iter().filter_map(explicit).collect();
    if let Some(best) = found.iter().min_by_key(|destination| rank(destination.kind)) {
        let same_rank = found.iter().filter(|other| rank(other.kind) == rank(best.kind));
        return same_rank.into_iter().all(|other| other.value == best.value).then(|| best.clone());
    }
    let value = names::find(tokens, language, commands.last().copied())?;
    Some(NamedDestination { kind: DestinationKind::Name, value })
}
