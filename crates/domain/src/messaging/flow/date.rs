//! Calendar days as people write them.

use crate::text::fold;
use chrono::{Days, NaiveDate};

/// Months by the beginnings of their names in Spanish, English and Portuguese.
const MONTHS: [&[&str]; 12] = [
    &["ene", "jan"],
    &["feb", "fev"],
    &["mar"],
    &["abr", "apr"],
    &["may", "mai"],
    &["jun"],
    &["jul"],
    &["ago", "aug"],
    &["sep", "set"],
    &["oct", "out"],
    &["nov"],
    &["dic", "dec", "dez"],
];

/// Reads a day: «1990-05-03», «03/05/1990» (the day first, unless that is impossible), «3 de mayo de 1990»,
/// "May 3, 1990", «hoy». The year needs four digits: 03/05/90 may mean either century.
pub(super) fn read_date(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let folded = fold(text);
    match folded.as_str() {
        "hoy" | "today" | "hoje" => return Some(today),
        "ayer" | "yesterday" | "ontem" => return today.checked_sub_days(Days::new(1)),
        "manana" | "tomorrow" | "amanha" => return today.checked_add_days(Days::new(1)),
        _ => {}
    }
    let words: Vec<&str> = folded.split(' ').filter(|word| !matches!(*word, "de" | "del" | "of")).collect();
    let [first, second, third] = words.as_slice() else { return None };
    if first.len() == 4 {
        return date(first, second, third);
    }
    if third.len() != 4 {
        return None;
    }
    date(third, second, first).or_else(|| date(third, first, second))
}

fn date(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let day = day.trim_end_matches(|c: char| !c.is_ascii_digit());
    NaiveDate::from_ymd_opt(year.parse().ok()?, month_number(month)?, day.parse().ok()?)
}

fn month_number(word: &str) -> Option<u32> {
    if let Ok(number) = word.parse() {
        return Some(number);
    }
    let begins = |names: &&&[&str]| names.iter().any(|name| word.starts_with(name));
    (1..).zip(MONTHS.iter()).find(|(_, names)| begins(names)).map(|(number, _)| number)
}

/// Whole years between two days.
pub(super) fn age(born: NaiveDate, today: NaiveDate) -> Option<u32> {
    today.years_since(born)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Option<String> {
        read_date(text, NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()).map(|date| date.to_string())
    }

    #[test]
    fn days_are_read_as_they_are_written() {
        for text in [
            "1990-05-03",
            "03/05/1990",
            "3.5.1990",
            "3 de mayo de 1990",
            "3 de maio de 1990",
            "May 3rd, 1990",
            "3 may 1990",
            "1990/05/03",
        ] {
            assert_eq!(day(text).as_deref(), Some("1990-05-03"), "{text}");
        }
        assert_eq!(day("12/25/1990").as_deref(), Some("1990-12-25"), "the month first, where it must be");
        assert_eq!(day("ayer").as_deref(), Some("2026-02-28"));
        for text in ["", "mayo", "31/02/1990", "03/05/90", "3 5", "el lunes", "1990-13-40"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,30}|[0-9]{1,9}[/ -][0-9]{1,9}[/ -][0-9]{1,9}") {
            let _ = day(&text);
        }
    }
}
