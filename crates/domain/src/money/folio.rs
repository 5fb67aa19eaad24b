//! The folio of a transfer: eight characters that people read out to each other.

use serde::{Deserialize, Serialize};
use std::{
    fmt::{self, Write},
    str::FromStr,
};
use thiserror::Error;

/// Crockford's base 32: digits and capital letters without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 8;
/// How many folios there are: eight characters of five bits.
const COUNT: u64 = 1 << 40;
/// Odd, so that a walk from any folio passes through all of them.
const STEP: u64 = 0x9E_3779_B97F;

/// The name of a transfer on its receipt. Each transfer has one of its own, drawn at random, so that it tells
/// nothing about the transfer's id or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Folio(u64);

/// The text is no folio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 8 characters of Crockford's base 32")]
pub struct InvalidFolio;

impl Folio {
    /// A folio from random bits. Only the lowest 40 count.
    #[must_use]
    pub const fn of_random(bits: u64) -> Self {
        Self(bits & (COUNT - 1))
    }

    /// The folio to try when this one is taken.
    #[must_use]
    pub const fn next(self) -> Self {
        Self::of_random(self.0.wrapping_add(STEP))
    }
}

impl fmt::Display for Folio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        [35u32, 30, 25, 20, 15, 10, 5, 0].into_iter().try_for_each(|shift| {
            let digit = usize::try_from(self.0.wrapping_shr(shift) & 31).unwrap_or(0);
            f.write_char(ALPHABET.get(digit).copied().map_or('0', char::from))
        })
    }
}

impl FromStr for Folio {
    type Err = InvalidFolio;

    /// Reads a folio as people write it: in any case, with O for 0, I or L for 1, spaces and hyphens.
    fn from_str(text: &str) -> Result<Self, InvalidFolio> {
        let (mut bits, mut count) = (0u64, 0usize);
        for c in text.chars().filter(|c| !matches!(c, ' ' | '-')) {
            let digit = match c.to_ascii_uppercase() {
                'O' => 0,
                'I' | 'L' => 1,
                c => ALPHABET.iter().position(|letter| char::from(*letter) == c).ok_or(InvalidFolio)?,
            };
            bits = bits.wrapping_shl(5) | u64::try_from(digit).unwrap_or(0);
            count = count.saturating_add(1);
            if count > LENGTH {
                return Err(InvalidFolio);
            }
        }
        if count == LENGTH { Ok(Self(bits)) } else { Err(InvalidFolio) }
    }
}

impl TryFrom<String> for Folio {
    type Error = InvalidFolio;
    fn try_from(text: String) -> Result<Self, InvalidFolio> {
        text.parse()
    }
}

impl From<Folio> for String {
    fn from(folio: Folio) -> Self {
        folio.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn is_read_as_people_write_it() {
        let folio = Folio::of_random(0x00_0000_0020);
        assert_eq!(folio.to_string(), "00000010");
        for written in ["00000010", "oooooo10", "0000-00IO", "0000 00L0", " 000000i0 "] {
            assert_eq!(written.parse(), Ok(folio), "{written}");
        }
        for written in ["", "0000001", "000000100", "0000001U", "0000001é", "0000001*"] {
            assert_eq!(written.parse::<Folio>(), Err(InvalidFolio), "{written}");
        }
    }

    proptest! {
        #[test]
        fn has_eight_letters_that_cannot_be_confused(bits: u64) {
            let text = Folio::of_random(bits).to_string();
            prop_assert_eq!(text.len(), 8);
            prop_assert!(text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()));
            prop_assert!(!text.contains(['I', 'L', 'O', 'U']));
            prop_assert_eq!(text.parse(), Ok(Folio::of_random(bits)));
        }

        #[test]
        fn a_walk_over_taken_folios_does_not_come_back_soon(bits: u64) {
            let first = Folio::of_random(bits);
            let mut folio = first;
            for _ in 0..100 {
                folio = folio.next();
                prop_assert_ne!(folio, first);
            }
        }
    }
}
