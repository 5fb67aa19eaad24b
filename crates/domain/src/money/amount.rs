//! Money: i64 minor units and a currency. Decimals exist only in input and output; there are no floats.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use thiserror::Error;

/// The most integer digits of an amount, so that its minor units always fit an i64.
pub const INTEGER_DIGITS_MAX: usize = 15;

/// The ISO 4217 codes that the ledger supports, with their decimal places.
const CURRENCIES: [(&str, u32); 22] = [
    ("ARS", 2),
    ("AUD", 2),
    ("BOB", 2),
    ("BRL", 2),
    ("CAD", 2),
    ("CLP", 0),
    ("CNY", 2),
    ("COP", 2),
    ("CRC", 2),
    ("CHF", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("GTQ", 2),
    ("INR", 2),
    ("JPY", 0),
    ("KWD", 3),
    ("MXN", 2),
    ("PEN", 2),
    ("PYG", 0),
    ("USD", 2),
    ("UYU", 2),
    ("DOP", 2),
];

/// A currency (ISO 4217) that the ledger supports.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: &'static str,
    exponent: u32,
}

impl Currency {
    /// The Mexican peso.
    pub const MXN: Self = Self { code: "MXN", exponent: 2 };

    /// The codes of all currencies that the ledger supports.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        CURRENCIES.iter().map(|(code, _exponent)| *code)
    }

    /// Reads an ISO 4217 code in any case.
    pub fn parse(code: &str) -> Result<Self, UnknownCurrency> {
        CURRENCIES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(code))
            .map(|&(code, exponent)| Self { code, exponent })
            .ok_or(UnknownCurrency)
    }

    /// The code of three letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// The number of decimal places: 2 for MXN, 0 for CLP.
    #[must_use]
    pub const fn exponent(self) -> u32 {
        self.exponent
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The ledger does not support this currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("unknown currency")]
pub struct UnknownCurrency;

/// Why a text is no amount that can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AmountError {
    /// It is not digits with at most one point: NaN, exponents, signs, separators.
    #[error("must be a plain decimal such as 150.50")]
    NotADecimal,
    /// It is zero or less.
    #[error("must be greater than zero")]
    NotPositive,
    /// It has more decimals than the currency. Amounts are never rounded.
    #[error("has more decimals than the currency")]
    TooPrecise,
    /// It has more integer digits than [`INTEGER_DIGITS_MAX`].
    #[error("is too large")]
    TooLarge,
}

/// An amount in one currency, in minor units (centavos). A difference may be negative.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The minor units: 15050 is 150.50 MXN.
    pub minor: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Money {
    /// An amount of so many minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads an amount to send: a plain decimal above zero. It is read exactly or refused.
    ///
    /// ```text
    /// "150.5" MXN → 15050    "0.001" MXN → TooPrecise    "-1" → NotPositive    "1e3" → NotADecimal
    /// ```
    pub fn parse_positive(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(AmountError::NotADecimal);
        }
        if whole.trim_start_matches('0').len() > INTEGER_DIGITS_MAX {
            return Err(AmountError::TooLarge);
        }
        let exponent = usize::try_from(currency.exponent).unwrap_or(0);
        // «1.0» is still exact in a currency without decimals.
        if fraction.len() > exponent
            && !(digits.split_once('.').is_none() || exponent == 0 && fraction == "0")
        {
            return Err(AmountError::TooPrecise);
        }
        let mut minor: i64 = 0;
        let padded = fraction.bytes().chain(std::iter::repeat(b'0')).take(exponent);
        for digit in whole.bytes().chain(padded) {
            let value = i64::from(digit.saturating_sub(b'0'));
            minor = minor.checked_mul(10).and_then(|m| m.checked_add(value)).ok_or(AmountError::TooLarge)?;
        }
        if negative || minor == 0 {
            return Err(AmountError::NotPositive);
        }
        Ok(Self { minor, currency })
    }

    /// The decimal string in the API: `150.50`, `-0.05`, `1000` for a currency without decimals.
    #[must_use]
    pub fn decimal(self) -> String {
        Decimal::new(self.minor, self.currency.exponent).to_string()
    }

    /// The sum; `None` when the currencies differ or it overflows.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        (self.currency == other.currency)
            .then(|| self.minor.checked_add(other.minor))
            .flatten()
            .map(|minor| Self { minor, ..self })
    }

    /// The difference; `None` when the currencies differ or it overflows.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        (self.currency == other.currency)
            .then(|| self.minor.checked_sub(other.minor))
            .flatten()
            .map(|minor| Self { minor, ..self })
    }
}

impl Money {
    /// The amount as texts for people show it: with commas between thousands from five digits on
    /// (`12,500.00 MXN`, `1500.00 MXN`).
    #[must_use]
    pub fn grouped(self) -> String {
        let shown = self.to_string();
        let start = usize::from(shown.starts_with('-'));
        let digits = shown.bytes().skip(start).take_while(u8::is_ascii_digit).count();
        if digits < 5 {
            return shown;
        }
        let mut grouped = String::with_capacity(shown.len().saturating_add(6));
        for (at, c) in shown.chars().enumerate() {
            let left = start.saturating_add(digits).saturating_sub(at);
            if at > start && left > 0 && left.is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(c);
        }
        grouped
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mxn(text: &str) -> Result<i64, AmountError> {
        Money::parse_positive(text, Currency::MXN).map(|m| m.minor)
    }

    #[test]
    fn five_digits_and_more_are_grouped() {
        let shown = |minor| Money::new(minor, Currency::MXN).grouped();
        assert_eq!(shown(150_000), "1500.00 MXN");
        assert_eq!(shown(1_250_000), "12,500.00 MXN");
        assert_eq!(shown(123_456_789), "1,234,567.89 MXN");
        assert_eq!(shown(-12_345_678), "-123,456.78 MXN");
        assert_eq!(shown(10_000_000), "100,000.00 MXN");
    }

    #[test]
    fn reads_plain_decimals_exactly() {
        assert_eq!(mxn("150.50"), Ok(15050));
        assert_eq!(mxn("200.0"), Ok(20000));
        assert_eq!(mxn("0.01"), Ok(1));
        assert_eq!(mxn("999999999999999.99"), Ok(99_999_999_999_999_999));
        assert_eq!(Money::parse_positive("1000", Currency::parse("clp").unwrap()).map(|m| m.minor), Ok(1000));
    }

    #[test]
    fn refuses_everything_else() {
        for text in ["", ".", "1.", ".5", "NaN", "Infinity", "1e2", "1,5", "+1", "0x1", "1 000", "٣"] {
            assert_eq!(mxn(text), Err(AmountError::NotADecimal), "{text}");
        }
        for text in ["0", "0.00", "-1", "-0.01"] {
            assert_eq!(mxn(text), Err(AmountError::NotPositive), "{text}");
        }
        assert_eq!(mxn("0.001"), Err(AmountError::TooPrecise));
        assert_eq!(mxn("1.10000000000000000001"), Err(AmountError::TooPrecise));
        assert_eq!(mxn("1234567890123456"), Err(AmountError::TooLarge));
        assert_eq!(
            Money::parse_positive("1.5", Currency::parse("JPY").unwrap()),
            Err(AmountError::TooPrecise)
        );
    }

    #[test]
    fn fifteen_digits_before_the_point_are_the_most() {
        assert_eq!(mxn("0000000000000001"), Ok(100), "zeros in front don't count");
        assert_eq!(mxn("12345678901234567"), Err(AmountError::TooLarge));
        let dinars = Money::parse_positive("999999999999999.999", Currency::parse("KWD").unwrap());
        assert_eq!(dinars.map(|m| m.minor), Ok(999_999_999_999_999_999));
    }

    #[test]
    fn a_currency_without_decimals_takes_none() {
        let clp = |text| Money::parse_positive(text, Currency::parse("CLP").unwrap()).map(|m| m.minor);
        assert_eq!((clp("7"), clp("7.0")), (Ok(7), Ok(7)));
        assert_eq!((clp("7.5"), clp("7.05")), (Err(AmountError::TooPrecise), Err(AmountError::TooPrecise)));
        assert_eq!(clp("0"), Err(AmountError::NotPositive));
    }

    #[test]
    fn a_currency_is_known_by_its_letters_in_any_case() {
        assert_eq!(Currency::parse("mxn"), Ok(Currency::MXN));
        assert_eq!(Currency::parse("XXX"), Err(UnknownCurrency));
        for (code, digits) in [("MXN", 2), ("CLP", 0), ("KWD", 3), ("JPY", 0), ("USD", 2)] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!((currency.code(), currency.exponent()), (code, digits));
            assert_eq!((currency.to_string(), format!("{currency:?}")), (code.to_owned(), code.to_owned()));
        }
    }

    #[test]
    fn a_currency_travels_as_its_letters() {
        assert_eq!(serde_json::to_string(&Currency::MXN).unwrap(), "\"MXN\"");
        assert_eq!(serde_json::from_str::<Currency>("\"mxn\"").unwrap(), Currency::MXN);
        assert!(serde_json::from_str::<Currency>("\"XXX\"").is_err());
    }

    #[test]
    fn an_amount_is_written_with_all_its_decimals() {
        let written = |minor, code: &str| Money::new(minor, Currency::parse(code).unwrap()).decimal();
        assert_eq!((written(15_050, "MXN"), written(-5, "MXN")), ("150.50".into(), "-0.05".into()));
        assert_eq!((written(1_000, "CLP"), written(1_234, "KWD")), ("1000".into(), "1.234".into()));
        let money = Money::new(15_050, Currency::MXN);
        assert_eq!((money.to_string(), format!("{money:?}")), ("150.50 MXN".into(), "150.50 MXN".into()));
    }

    #[test]
    fn only_amounts_of_one_currency_add_up_and_only_while_they_fit() {
        let mxn = |minor| Money::new(minor, Currency::MXN);
        let dollar = Money::new(1, Currency::parse("USD").unwrap());
        assert_eq!(mxn(300).checked_add(mxn(20)), Some(mxn(320)));
        assert_eq!(mxn(300).checked_sub(mxn(320)), Some(mxn(-20)));
        assert_eq!((mxn(1).checked_add(dollar), mxn(1).checked_sub(dollar)), (None, None));
        assert_eq!((mxn(i64::MAX).checked_add(mxn(1)), mxn(i64::MIN).checked_sub(mxn(1))), (None, None));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(minor in 1i64..=99_999_999_999_999_999) {
            let money = Money::new(minor, Currency::MXN);
            prop_assert_eq!(Money::parse_positive(&money.decimal(), Currency::MXN), Ok(money));
        }

        #[test]
        fn any_text_gives_an_amount_above_zero_or_an_error(text in "\\PC{0,24}") {
            if let Ok(money) = Money::parse_positive(&text, Currency::MXN) {
                prop_assert!(money.minor > 0);
            }
        }
    }
}
