//! The closed lists of words in requests and answers, as the API documentation shows them. The lists are the
//! domain's own.

use domain::{
    locale::Locale,
    message::{Channel, DeliveryStatus},
    messaging::intent::Intent,
    money::{Currency, transfer::TransferStatus},
    verification::otp::Purpose,
};
use utoipa::openapi::{
    RefOr,
    schema::{ObjectBuilder, Schema, SchemaType, Type},
};

/// A text that is one of the words given.
pub(crate) fn listed(description: &str, words: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    text.description(Some(description)).enum_values(Some(words)).into()
}

/// Declares types that stand for a list of words in the API documentation: the name of the schema, what it means, and
/// the words.
macro_rules! words {
    ($($kind:ident $name:literal $meaning:literal $words:expr;)*) => {$(
        #[doc = $meaning]
        pub(crate) struct $kind;

        impl utoipa::PartialSchema for $kind {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::http::words::listed($meaning, $words)
            }
        }

        impl utoipa::ToSchema for $kind {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    )*};
}
pub(crate) use words;

words! {
    ChannelWord "Channel" "A channel on which a person is reached." Channel::ALL.map(Channel::name);
    PurposeWord "Purpose" "What a code is for. A code for one purpose is refused for another."
        Purpose::FOR_TEAMS.map(Purpose::name);
    LocaleWord "Locale" "A language." Locale::ALL.map(Locale::tag);
    CurrencyWord "Currency" "An ISO 4217 code that the ledger supports." Currency::codes();
    TransferStatusWord "TransferStatus" "The status of a transfer." TransferStatus::ALL.map(TransferStatus::name);
    DeliveryStatusWord "DeliveryStatus" "What is known of a message's delivery." DeliveryStatus::ALL.map(DeliveryStatus::name);
    IntentWord "IntentName" "What a person wants." Intent::ALL.iter().map(|intent| intent.wire_name());
    AcceptedWord "Accepted" "The request was accepted; the work happens after." ["accepted"];
    QueuedWord "Queued" "The message will be sent." ["queued"];
}

/// An amount in a request: a decimal string, or a number that is read exactly.
pub(crate) fn amount() -> RefOr<Schema> {
    let kinds = SchemaType::Array(vec![Type::String, Type::Number]);
    let amount = ObjectBuilder::new().schema_type(kinds).pattern(Some(AMOUNT)).examples(["150.50"]);
    amount.description(Some("A decimal string or a number, more than zero. It is read exactly.")).into()
}

/// At most 15 digits before the point, apart from zeros in front, and as many after it as the currency has.
const AMOUNT: &str = r"^0*[0-9]{1,15}(\.[0-9]+)?$";
