//! Prices of messages, as the API shows them.

use domain::messaging::price::MessagePrice;
use serde::Serialize;
use utoipa::ToSchema;

/// What a message cost.
#[derive(Serialize, ToSchema)]
pub(crate) struct PriceJson {
    /// The amount as a decimal string, with the digits that the provider gave.
    #[schema(example = "0.0075")]
    amount: String,
    /// ISO 4217 code.
    #[schema(example = "USD", min_length = 3, max_length = 3)]
    currency: String,
}

impl From<&MessagePrice> for PriceJson {
    fn from(price: &MessagePrice) -> Self {
        Self { amount: price.amount.to_string(), currency: price.currency.clone() }
    }
}
