//! Signs and emoji as words.

use super::{Kind, Token};

const YES: &str = "👌👍✅🆗☑✔👏💯";
const NO: &str = "👎❌🚫✖⛔🙅❎✋🛑🚷";
const DOUBT: &str = "🤔❓❔🤨🧐";
const HELLO: &str = "👋";
const SMILE: &str =
    "🙏❤😂🤣😊😁😀😄😃😅😍🥰😘😉🙂🎉🥳💕💖💙💚💛🧡💜🖤🤍😎🤗🫶🤝💪🔥✨🙌🍻🥂😆😇☺♥🤩🌟⭐🎊💐🌹😋😜🫡";

/// Adds a sign to the tokens. A sign that means nothing is left out.
pub(super) fn push(sign: &str, start: usize, end: usize, tokens: &mut Vec<Token>) {
    let word = if YES.contains(sign) {
        "<yes>"
    } else if NO.contains(sign) {
        "<no>"
    } else if HELLO.contains(sign) {
        "<hi>"
    } else if DOUBT.contains(sign) {
        "<doubt>"
    } else if SMILE.contains(sign) {
        "<smile>"
    } else if sign == "&" {
        "&"
    } else if sign.chars().all(|c| ".,;:!?¿¡\"'()[]-/#…".contains(c)) {
        tokens.push(Token::new(Kind::Punct, sign, sign, start, end));
        return;
    } else if sign.chars().all(|c| u32::from(c) > 0x2190) {
        "<emoji>"
    } else {
        return;
    };
    tokens.push(Token::new(Kind::Word, word, sign, start, end));
}
