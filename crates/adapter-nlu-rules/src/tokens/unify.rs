//! One form for what people type in many: spaces, quotation marks, digits of other scripts, fractions.

use unicode_normalization::UnicodeNormalization;

/// Maps all forms of a character to one. `(55)` loses its brackets, «12'500» its apostrophe.
pub(super) fn unify(text: &str) -> Vec<char> {
    let mut chars: Vec<char> = Vec::with_capacity(text.len());
    for c in text.chars() {
        push(c, &mut chars);
    }
    let chars: Vec<char> =
        if chars.iter().all(char::is_ascii) { chars } else { chars.into_iter().nfc().collect() };
    without_brackets(&without_apostrophes(&chars))
}

fn push(c: char, chars: &mut Vec<char>) {
    if c.is_ascii_alphanumeric() || c == ' ' {
        chars.push(c);
        return;
    }
    match c {
        '“' | '”' | '«' | '»' | '„' | '＂' => chars.push('"'),
        '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => {}
        '\u{feff}' | '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' => {}
        '\n' | '\r' => chars.push('\n'),
        _ if c.is_whitespace() => chars.push(' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => chars.push('-'),
        '’' | '‘' | '´' | '`' | 'ʼ' => chars.push('\''),
        '²' | '³' | '¹' | '\u{2070}'..='\u{2079}' | '\u{2080}'..='\u{2089}' => chars.push('^'),
        '½' => fraction("5", chars),
        '¼' => fraction("25", chars),
        '¾' => fraction("75", chars),
        '\u{660}'..='\u{669}' => digit(c, 0x660, chars),
        '\u{6f0}'..='\u{6f9}' => digit(c, 0x6f0, chars),
        '\u{966}'..='\u{96f}' => digit(c, 0x966, chars),
        'º' | 'ª' | '…' | '™' => chars.push(c),
        _ => chars.extend(std::iter::once(c).nfkc()),
    }
}

fn digit(c: char, zero: u32, chars: &mut Vec<char>) {
    chars.extend(u32::from(c).checked_sub(zero).and_then(|value| char::from_digit(value, 10)));
}

/// «1½» is 1.5, and «½» alone is 0.5.
fn fraction(decimals: &str, chars: &mut Vec<char>) {
    let after_space =
        chars.len().checked_sub(2).and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit)
            && chars.last() == Some(&' ');
    if after_space {
        chars.pop();
    }
    if !chars.last().is_some_and(char::is_ascii_digit) {
        chars.push('0');
    }
    chars.push('.');
    chars.extend(decimals.chars());
}

fn without_apostrophes(chars: &[char]) -> Vec<char> {
    let is_digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit);
    let groups = |at: usize| {
        is_digit(at.checked_sub(1))
            && (1..=3).all(|ahead| is_digit(at.checked_add(ahead)))
            && !is_digit(at.checked_add(4))
    };
    let keep: Vec<bool> = (0..chars.len()).map(|at| chars.get(at) != Some(&'\'') || !groups(at)).collect();
    chars.iter().zip(keep).filter_map(|(c, keep)| keep.then_some(*c)).collect()
}

/// Replaces the brackets of an area code by spaces.
fn without_brackets(chars: &[char]) -> Vec<char> {
    let mut unified = chars.to_vec();
    for (open, _) in chars.iter().enumerate().filter(|(_, c)| **c == '(') {
        let inside = chars
            .iter()
            .skip(open.saturating_add(1))
            .take_while(|c| c.is_ascii_digit() || **c == '+')
            .count();
        let close = open.saturating_add(inside).saturating_add(1);
        if (1..=4).contains(&inside) && chars.get(close) == Some(&')') {
            for place in [open, close] {
                if let Some(bracket) = unified.get_mut(place) {
                    *bracket = ' ';
                }
            }
        }
    }
    unified
}
