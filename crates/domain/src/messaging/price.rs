//! What a message cost, as its provider tells it some time after the delivery.

use chrono::Duration;
use rust_decimal::Decimal;
use std::str::FromStr;

/// How often a provider is asked for a price before it is given up.
pub const PRICE_ASKS_MAX: u32 = 12;

/// The price of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagePrice {
    /// The amount, 0 or more, with the fraction digits that the provider gave.
    pub amount: Decimal,
    /// The currency's ISO 4217 letters. It need not be a currency that wallets can have.
    pub currency: String,
}

impl MessagePrice {
    /// Reads a provider's price. The sign is dropped: some providers tell what they charge as a negative amount.
    /// `None`: the texts are no amount and no currency.
    #[must_use]
    pub fn read(amount: &str, currency: &str) -> Option<Self> {
        let is_code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_alphabetic());
        let amount = Decimal::from_str(amount.trim()).ok()?.abs();
        is_code.then(|| Self { amount, currency: currency.to_ascii_uppercase() })
    }
}

/// How long to wait before the provider is asked again, after it was asked `asks` times: 2, 4, 8 … seconds, an hour
/// at most. `None`: it is given up.
#[must_use]
pub fn next_ask(asks: u32) -> Option<Duration> {
    (asks < PRICE_ASKS_MAX).then(|| Duration::seconds(2_i64.saturating_pow(asks.max(1)).min(3600)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_without_its_sign() {
        let price = MessagePrice::read("-0.00790", "usd").unwrap();
        assert_eq!((price.amount.to_string().as_str(), price.currency.as_str()), ("0.00790", "USD"));
        assert_eq!(MessagePrice::read("0", "MXN").unwrap().amount, Decimal::ZERO);
        for (amount, currency) in [("", "USD"), ("null", "USD"), ("1", ""), ("1", "US$"), ("1", "DOLLAR")] {
            assert_eq!(MessagePrice::read(amount, currency), None, "{amount} {currency}");
        }
    }

    #[test]
    fn a_provider_is_asked_more_and_more_rarely_and_then_no_more() {
        let waits: Vec<_> =
            (0..=PRICE_ASKS_MAX).map(|asks| next_ask(asks).map(|wait| wait.num_seconds())).collect();
        assert_eq!(waits[..4], [Some(2), Some(2), Some(4), Some(8)]);
        assert_eq!((waits[11], waits[12]), (Some(2048), None));
    }
}
