//! Finds the days that a question is about: «movimientos de ayer», "in May", «no dia 5».

use crate::tokens::{Token, word_at};
use domain::messaging::intent::Period;
use rust_decimal::prelude::ToPrimitive;

const MONTHS: [[&str; 6]; 12] = [
    ["enero", "ene", "january", "jan", "janeiro", ""],
    ["febrero", "feb", "february", "fevereiro", "fev", ""],
    ["marzo", "mar", "march", "marco", "", ""],
    ["abril", "abr", "april", "apr", "", ""],
    ["mayo", "may", "maio", "mai", "", ""],
    ["junio", "jun", "june", "junho", "", ""],
    ["julio", "jul", "july", "julho", "", ""],
    ["agosto", "ago", "august", "aug", "", ""],
    ["septiembre", "setiembre", "sep", "september", "setembro", "set"],
    ["octubre", "oct", "october", "outubro", "out", ""],
    ["noviembre", "nov", "november", "novembro", "", ""],
    ["diciembre", "dic", "december", "dec", "dezembro", "dez"],
];

/// The number of a month, 1 to 12. Short forms and «mar», "may", "set" count only where `is_certain`.
fn month(word: &str, is_certain: bool) -> Option<u8> {
    let at = MONTHS.iter().position(|names| !word.is_empty() && names.contains(&word))?;
    let is_plain = word.len() > 3 && word != "marco" || word == "mayo";
    (is_plain || is_certain).then(|| u8::try_from(at.saturating_add(1)).ok())?
}

/// True for the words that times are told with, in their simple form.
pub(crate) fn says_when(word: &str) -> bool {
    month(word, true).is_some()
        || matches!(
            word,
            "hoy"
                | "ayer"
                | "antier"
                | "anoche"
                | "manana"
                | "dia"
                | "dias"
                | "semana"
                | "semanas"
                | "quincena"
                | "quincenas"
                | "mes"
                | "meses"
                | "ano"
                | "anos"
                | "pasado"
                | "pasada"
                | "proximo"
                | "proxima"
                | "today"
                | "yesterday"
                | "tomorrow"
                | "day"
                | "days"
                | "week"
                | "weeks"
                | "month"
                | "months"
                | "year"
                | "years"
                | "last"
                | "next"
                | "hoje"
                | "ontem"
                | "amanha"
                | "que"
                | "viene"
                | "dentro"
                | "within"
                | "in"
                | "un"
                | "una"
                | "um"
                | "uma"
                | "one"
        )
}

fn day(token: Option<&Token>) -> Option<u8> {
    let token = token?;
    let value = match token.value {
        Some(value) => value.to_u8()?,
        None if token.folded == "<ord>" => {
            token.surface.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()?
        }
        None if token.folded == "primero" => 1,
        None => return None,
    };
    (1..=31).contains(&value).then_some(value)
}

/// The first period that the text names.
pub(crate) fn find(tokens: &[Token]) -> Option<Period> {
    (0..tokens.len()).find_map(|at| period_at(tokens, at))
}

fn period_at(tokens: &[Token], at: usize) -> Option<Period> {
    let ahead = |by: usize| word_at(tokens, at.saturating_add(by));
    let before = at.checked_sub(1).map_or("", |before| word_at(tokens, before));
    let own = ahead(0);
    if let Some(day) = day(tokens.get(at)) {
        let of = usize::from(matches!(ahead(1), "de" | "of" | "do"));
        if let Some(month) = month(ahead(of.saturating_add(1)), true) {
            return Some(Period::Day { day, month: Some(month) });
        }
        if let Some(month) = month(before, true) {
            return Some(Period::Day { day, month: Some(month) });
        }
        if matches!(before, "dia" | "day") {
            return Some(Period::Day { day, month: None });
        }
    }
    if tokens.get(at).is_some_and(|token| token.folded == "<date>") {
        return written_date(tokens.get(at)?);
    }
    match (own, ahead(1)) {
        ("hoy" | "today" | "hoje", _) => Some(Period::Today),
        ("ayer" | "yesterday" | "ontem" | "anoche" | "overnight", _) | ("last", "night") => {
            Some(Period::Yesterday)
        }
        ("esta" | "this" | "essa" | "nesta" | "nessa", "semana" | "week") => Some(Period::ThisWeek),
        ("semana" | "semanita", "pasada" | "anterior" | "passada") | ("last" | "past", "week") => {
            Some(Period::LastWeek)
        }
        ("mes", "pasado" | "anterior" | "passado") | ("last" | "past", "month") => Some(Period::LastMonth),
        ("la" | "da" | "a", "semana")
            if matches!(before, "de" | "" | "gastos" | "extrato" | "movimientos") || own == "da" =>
        {
            let next = ahead(2);
            (!matches!(next, "pasada" | "passada" | "anterior" | "que")).then_some(Period::ThisWeek)
        }
        ("este" | "this" | "esse" | "neste" | "nesse" | "del" | "do" | "the", "mes" | "month") => {
            let next = ahead(2);
            (!matches!(next, "pasado" | "passado" | "anterior" | "que")).then_some(Period::ThisMonth)
        }
        _ => {
            let is_certain =
                matches!(before, "en" | "in" | "em" | "de" | "since" | "for" | "mes") || tokens.len() <= 2;
            let digits_follow = tokens
                .get(at.saturating_add(1))
                .is_some_and(|next| next.is_amount() && day(Some(next)).is_some());
            if digits_follow && month(own, true).is_some() {
                return Some(Period::Day {
                    day: day(tokens.get(at.saturating_add(1)))?,
                    month: month(own, true),
                });
            }
            month(own, is_certain && own != "may").map(Period::Month)
        }
    }
}

/// «3/5»: the day first, as people of these languages write it.
fn written_date(token: &Token) -> Option<Period> {
    let mut parts = token.surface.split('/').map(|part| part.parse::<u8>().ok());
    let (day, month) = (parts.next()??, parts.next()??);
    ((1..=31).contains(&day) && (1..=12).contains(&month)).then_some(Period::Day { day, month: Some(month) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{amounts, numbers::Reading, tokens::tokenise};
    use domain::locale::Locale;

    #[test]
    fn days_weeks_and_months() {
        for (text, period) in [
            ("qué pagué hoy", Some(Period::Today)),
            ("what came in last night", Some(Period::Yesterday)),
            ("extrato de ontem", Some(Period::Yesterday)),
            ("gastos de la semana", Some(Period::ThisWeek)),
            ("la semana pasada", Some(Period::LastWeek)),
            ("cuánto gasté este mes", Some(Period::ThisMonth)),
            ("spent last month", Some(Period::LastMonth)),
            ("pagos de marzo", Some(Period::Month(3))),
            ("el 3 de mayo", Some(Period::Day { day: 3, month: Some(5) })),
            ("june 12", Some(Period::Day { day: 12, month: Some(6) })),
            ("el día 5", Some(Period::Day { day: 5, month: None })),
            ("movimientos del 7/11", Some(Period::Day { day: 7, month: Some(11) })),
            ("may I see them", None),
            ("a mi hermana Abril no", Some(Period::Month(4))),
            ("el lunes", None),
        ] {
            let reading = Reading { language: Locale::Es, dot_cue: false };
            let tokens = amounts::recognise(&tokenise(text).1, reading);
            assert_eq!(find(&tokens), period, "{text}");
        }
    }
}
