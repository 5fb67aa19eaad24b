//! Finds an IBAN in a text.

/// IBAN lengths by country (ISO 13616 registry), for the countries we accept.
const IBAN_LENGTHS: [(&str, usize); 30] = [
    ("DE", 22),
    ("ES", 24),
    ("FR", 27),
    ("GB", 22),
    ("IT", 27),
    ("PT", 25),
    ("NL", 18),
    ("BE", 16),
    ("CH", 21),
    ("AT", 20),
    ("IE", 22),
    ("PL", 28),
    ("BR", 29),
    ("LU", 20),
    ("FI", 18),
    ("SE", 24),
    ("NO", 15),
    ("DK", 18),
    ("GR", 27),
    ("CR", 22),
    ("DO", 28),
    ("GT", 28),
    ("SV", 28),
    ("AD", 24),
    ("RO", 24),
    ("CZ", 24),
    ("HU", 28),
    ("LT", 20),
    ("TR", 26),
    ("SK", 24),
];

/// The first IBAN in the text: start, end and value, without spaces and in capitals.
pub(super) fn find_iban(text: &[char]) -> Option<(usize, usize, String)> {
    (0..text.len()).find_map(|start| iban_at(text, start))
}

fn iban_at(text: &[char], start: usize) -> Option<(usize, usize, String)> {
    let digit = |at: usize| text.get(start.saturating_add(at)).is_some_and(char::is_ascii_digit);
    let is_letter = text.get(start).is_some_and(char::is_ascii_alphabetic);
    if !is_letter || !digit(2) || !digit(3) {
        return None;
    }
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    if before.is_some_and(|c| c.is_alphanumeric()) {
        return None;
    }
    let country: String =
        text.get(start..start.checked_add(2)?)?.iter().collect::<String>().to_ascii_uppercase();
    let (_, length) = IBAN_LENGTHS.iter().find(|(code, _)| *code == country)?;
    let checks = text.get(start.checked_add(2)?..start.checked_add(4)?)?;
    if !checks.iter().all(char::is_ascii_digit) {
        return None;
    }
    let mut iban = String::new();
    let mut at = start;
    while let Some(c) = text.get(at).filter(|_| iban.len() < *length) {
        let next_is_sign = text.get(at.saturating_add(1)).is_some_and(char::is_ascii_alphanumeric);
        if c.is_ascii_alphanumeric() {
            iban.push(c.to_ascii_uppercase());
        } else if !(matches!(c, ' ' | '-') && next_is_sign) {
            break;
        }
        at = at.saturating_add(1);
    }
    let digits = iban.bytes().filter(u8::is_ascii_digit).count();
    let ends = !text.get(at).is_some_and(|c| c.is_alphanumeric());
    (iban.len() == *length && digits >= 10 && ends).then_some((start, at, iban))
}
