//! Prices of messages, as the API shows them.

use domain::messaging::price::MessagePrice;
use serde::Serialize;
use utoipa::ToSchema;

/// What a message cost: the amount, or the category of the provider's price list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PriceJson {
    /// The amount as a decimal string, with the digits that the provider gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0.0075")]
    amount: Option<String>,
    /// ISO 4217 code of the amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "USD", min_length = 3, max_length = 3)]
    currency: Option<String>,
    /// The category that the provider charges, of a provider that tells no amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "utility")]
    category: Option<String>,
}

impl PriceJson {
    /// What the provider told. `None`: nothing yet.
    pub(crate) fn told(price: Option<&MessagePrice>, category: Option<&String>) -> Option<Self> {
        (price.is_some() || category.is_some()).then(|| Self {
            amount: price.map(|price| price.amount.to_string()),
            currency: price.map(|price| price.currency.clone()),
            category: category.cloned(),
        })
    }
}
