//! The name of a payment at the bank.

use crate::ids::TransferId;
use ring::digest;
use std::{fmt, str::FromStr};
use thiserror::Error;

/// The characters that a reference is made of: 32, so that each carries five bits.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 20;

/// The reference under which a transfer is sent to the bank and asked for there: 20 characters of A–Z and 0–9, made
/// from the transfer's id. The same transfer has the same reference for ever, so a payment can't be sent under two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BankReference([u8; LENGTH]);

/// The text is no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 20 characters of A-Z and 0-9")]
pub struct InvalidBankReference;

impl BankReference {
    /// The reference of a transfer: the first 100 bits of a hash of its id, so that it tells nothing about the time
    /// of the transfer.
    #[must_use]
    pub fn of(transfer: TransferId) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"bank-reference/v1");
        context.update(transfer.0.as_bytes());
        let hash = context.finish();
        let mut bits =
            hash.as_ref().iter().flat_map(|byte| (0..8u32).rev().map(move |at| byte.wrapping_shr(at) & 1));
        let mut reference = [b'0'; LENGTH];
        for character in &mut reference {
            let index = bits.by_ref().take(5).fold(0u8, |index, bit| index.wrapping_shl(1) | bit);
            *character = ALPHABET.get(usize::from(index)).copied().unwrap_or(b'0');
        }
        Self(reference)
    }

    /// The 20 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for BankReference {
    type Err = InvalidBankReference;

    fn from_str(text: &str) -> Result<Self, InvalidBankReference> {
        let bytes = <[u8; LENGTH]>::try_from(text.as_bytes()).map_err(|_length| InvalidBankReference)?;
        let is_one = bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if is_one { Ok(Self(bytes)) } else { Err(InvalidBankReference) }
    }
}

impl fmt::Display for BankReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for BankReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn is_the_same_for_ever() {
        let transfer = TransferId(Uuid::from_u128(0x0192_f0c1_2d3e_7abc_8def_0123_4567_89ab));
        assert_eq!(BankReference::of(transfer).as_str(), "8587TC5FXMWG3NYTT1X2");
    }

    #[test]
    fn is_read_only_in_its_one_form() {
        let text = "TEST0123456789ABCXYZ";
        assert_eq!(text.parse::<BankReference>().unwrap().to_string(), text);
        for text in [
            "",
            "TEST0123456789ABCXY",
            "TEST0123456789ABCXYZ1",
            "test0123456789ABCXYZ",
            "TEST0123456789ABC-YZ",
        ] {
            assert_eq!(text.parse::<BankReference>(), Err(InvalidBankReference), "{text}");
        }
    }

    proptest! {
        #[test]
        fn two_transfers_have_two_references(a: u128, b: u128) {
            prop_assume!(a != b);
            let [a, b] = [a, b].map(|id| BankReference::of(TransferId(Uuid::from_u128(id))));
            prop_assert_ne!(a, b);
            prop_assert_eq!(a.as_str().parse(), Ok(a));
        }
    }
}
