//! CLABEs of our own wallets: a prefix of ours, a number, and a check digit (Banco de México, 18 digits).
//!
//! Wallets are numbered as they are opened, and a keyed permutation hides the number: a CLABE tells neither how many
//! wallets there are nor what the next one is.

use crate::money::account_number::{AccountNumber, clabe_check_digit};
use ring::hmac;
use std::fmt;
use thiserror::Error;

/// The digits of a CLABE without its check digit.
const DIGITS: usize = 17;
/// Rounds of the permutation, an even number. Ten are the least that NIST SP 800-38G uses.
const ROUNDS: u8 = 10;

/// The text is no prefix of CLABEs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 10 to 13 digits")]
pub struct InvalidPrefix;

/// The first 10 to 13 digits of our CLABEs: the bank, the place, and what the bank gave us.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClabePrefix(String);

impl ClabePrefix {
    /// Reads a prefix.
    pub fn parse(text: &str) -> Result<Self, InvalidPrefix> {
        let is_prefix = (10..=13).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if is_prefix { Ok(Self(text.to_owned())) } else { Err(InvalidPrefix) }
    }

    /// The digits of the prefix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many wallets it can number.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        ten_to(self.free_digits())
    }

    /// Whether an account is a CLABE under this prefix.
    #[must_use]
    pub fn covers(&self, account: &AccountNumber) -> bool {
        matches!(account, AccountNumber::Clabe(digits) if digits.starts_with(&self.0))
    }

    fn free_digits(&self) -> usize {
        DIGITS.saturating_sub(self.0.len())
    }
}

impl fmt::Display for ClabePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes the CLABEs under one prefix. No `Debug`: it holds a key.
#[derive(Clone)]
pub struct ClabeIssuer {
    prefix: ClabePrefix,
    key: hmac::Key,
}

impl ClabeIssuer {
    /// An issuer under a prefix. With another key the same numbers give other CLABEs.
    #[must_use]
    pub fn new(prefix: ClabePrefix, key: &[u8; 32]) -> Self {
        Self { prefix, key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    /// The prefix of its CLABEs.
    #[must_use]
    pub const fn prefix(&self) -> &ClabePrefix {
        &self.prefix
    }

    /// The CLABE with that number, from 0 on. `None`: the prefix has no such number.
    #[must_use]
    pub fn clabe(&self, number: u64) -> Option<AccountNumber> {
        if number >= self.prefix.capacity() {
            return None;
        }
        let (number, width) = (self.permute(number), self.prefix.free_digits());
        let digits = format!("{}{number:0width$}", self.prefix);
        let check = clabe_check_digit(&digits);
        Some(AccountNumber::Clabe(format!("{digits}{check}")))
    }

    /// A permutation of the numbers below the capacity. The number's digits are split in two halves, and each round
    /// adds to one half what the key makes of the other one. Each round can be undone, so no two numbers meet.
    fn permute(&self, number: u64) -> u64 {
        let digits = self.prefix.free_digits();
        let low_size = ten_to(digits.checked_div(2).unwrap_or(0));
        let high_size = ten_to(digits.saturating_sub(digits.checked_div(2).unwrap_or(0)));
        let mut high = number.checked_div(low_size).unwrap_or(0);
        let mut low = number.checked_rem(low_size).unwrap_or(0);
        for round in 0..ROUNDS {
            if round & 1 == 0 {
                high = add(high, self.round(round, low), high_size);
            } else {
                low = add(low, self.round(round, high), low_size);
            }
        }
        high.saturating_mul(low_size).saturating_add(low)
    }

    fn round(&self, round: u8, half: u64) -> u64 {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(self.prefix.as_str().as_bytes());
        context.update(&[0, round]);
        context.update(&half.to_be_bytes());
        let tag = context.sign();
        tag.as_ref().iter().take(8).fold(0u64, |value, byte| value.wrapping_shl(8) | u64::from(*byte))
    }
}

/// The sum of a half and a drawn number, within the size of the half.
fn add(half: u64, drawn: u64, size: u64) -> u64 {
    let drawn = drawn.checked_rem(size).unwrap_or(0);
    half.saturating_add(drawn).checked_rem(size).unwrap_or(0)
}

fn ten_to(power: usize) -> u64 {
    u32::try_from(power).ok().and_then(|power| 10u64.checked_pow(power)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn issuer(prefix: &str, key: u8) -> ClabeIssuer {
        ClabeIssuer::new(ClabePrefix::parse(prefix).unwrap(), &[key; 32])
    }

    fn text(issuer: &ClabeIssuer, number: u64) -> String {
        issuer.clabe(number).unwrap().canonical().to_owned()
    }

    #[test]
    fn a_prefix_is_ten_to_thirteen_digits() {
        for good in ["6461800001", "6461800001234"] {
            assert!(ClabePrefix::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "646180000", "64618000012345", "646180000x", "64618 0001", "٦٤٦١٨٠٠٠٠١"] {
            assert_eq!(ClabePrefix::parse(bad), Err(InvalidPrefix), "{bad}");
        }
    }

    #[test]
    fn each_number_gives_its_own_clabe_and_none_is_left_out() {
        let issuer = issuer("6461800001234", 1);
        let all: BTreeSet<String> = (0..10_000).map(|number| text(&issuer, number)).collect();
        assert_eq!((all.len(), issuer.prefix().capacity()), (10_000, 10_000));
        assert_eq!(issuer.clabe(10_000), None, "the numbers have run out");
    }

    #[test]
    fn a_clabe_does_not_tell_the_next_one() {
        let issuer = issuer("6461800001", 1);
        let middle = |number| text(&issuer, number).get(10..17).unwrap().parse::<i64>().unwrap();
        let steps: BTreeSet<i64> = (0..100).map(|number| middle(number + 1) - middle(number)).collect();
        assert!(steps.len() > 95, "no step comes again and again");
        let risen = (0..1_000).filter(|number| middle(number + 1) > middle(*number)).count();
        assert!((400..600).contains(&risen), "up as often as down: {risen}");
    }

    #[test]
    fn another_key_gives_other_clabes() {
        let (one, other) = (issuer("6461800001", 1), issuer("6461800001", 2));
        let same = (0..100).filter(|number| text(&one, *number) == text(&other, *number)).count();
        assert!(same < 5);
    }

    #[test]
    fn a_prefix_covers_only_clabes_that_begin_with_it() {
        let prefix = ClabePrefix::parse("6461800001").unwrap();
        assert!(prefix.covers(&issuer("6461800001", 1).clabe(7).unwrap()));
        assert!(!prefix.covers(&AccountNumber::Clabe("032180000118359719".into())));
        assert!(!prefix.covers(&AccountNumber::Plain("6461800001".into())));
    }

    proptest! {
        #[test]
        fn every_clabe_is_whole_and_two_numbers_never_share_one(
            prefix in "[0-9]{10,13}", key: u8, one: u64, other: u64,
        ) {
            let issuer = issuer(&prefix, key);
            let within = |number: u64| number % issuer.prefix().capacity();
            let (one, other) = (within(one), within(other));
            let clabe = issuer.clabe(one).unwrap();
            prop_assert!(!clabe.looks_mistyped());
            prop_assert_eq!(clabe.canonical().len(), 18);
            prop_assert!(clabe.canonical().starts_with(&prefix));
            prop_assert_eq!(clabe == issuer.clabe(other).unwrap(), one == other);
        }
    }
}
