//! Parameters of an inbound message. Twilio adds new ones without notice; unknown ones are kept by name.

use domain::{messaging::conversation::InboundContent, phone::PhoneNumber};
use std::collections::BTreeMap;

macro_rules! parameters {
    ($($(#[$doc:meta])* $field:ident $name:literal),* $(,)?) => {
        /// An inbound message as Twilio posts it. Every parameter is optional here; the webhook checks the
        /// required ones. There is no `Debug`, because the values contain texts and phone numbers.
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct InboundParameters {
            $($(#[$doc])* pub $field: Option<String>,)*
            /// Attachments (`MediaUrlN` and `MediaContentTypeN`), ordered by N.
            pub media: Vec<Media>,
            /// Parameters that this version does not know, by name.
            pub other: BTreeMap<String, String>,
        }

        impl InboundParameters {
            fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
                match name {
                    $($name => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }
    };
}

/// One attachment of a message.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Media {
    /// URL of the file, which needs our credentials. This crate never fetches it.
    pub url: String,
    /// MIME type of the file.
    pub content_type: String,
}

parameters! {
    /// Id of the message.
    message_sid "MessageSid",
    /// The same id under an older parameter name.
    sms_sid "SmsSid",
    /// The same id under an older parameter name.
    sms_message_sid "SmsMessageSid",
    /// SID of the account that received the message.
    account_sid "AccountSid",
    /// SID of the messaging service that the message came through.
    messaging_service_sid "MessagingServiceSid",
    /// Address of the sender, verbatim: `whatsapp:+52…`, `+52…`, `whatsapp:US.1234…`.
    from "From",
    /// Our address that received the message.
    to "To",
    /// Text of the message.
    body "Body",
    /// Number of attachments.
    num_media "NumMedia",
    /// Number of segments.
    num_segments "NumSegments",
    /// Status of the message: `received`.
    sms_status "SmsStatus",
    /// Version of the API: `2010-04-01`.
    api_version "ApiVersion",
    /// Type of the content: `text`, `image`, `location`, `reaction`, …
    message_type "MessageType",
    /// Profile name that the sender chose.
    profile_name "ProfileName",
    /// WhatsApp id of the sender: digits.
    wa_id "WaId",
    /// Business-scoped id of the sender.
    external_user_id "ExternalUserId",
    /// Title of the pressed button.
    button_text "ButtonText",
    /// Id of the pressed button.
    button_payload "ButtonPayload",
    /// Kind of the pressed button.
    button_type "ButtonType",
    /// Id of the chosen list row.
    list_id "ListId",
    /// Title of the chosen list row.
    list_title "ListTitle",
    /// Answers of a finished flow, as JSON.
    interactive_data "InteractiveData",
    /// A finished flow, as JSON.
    flow_data "FlowData",
    /// Metadata of the channel, as JSON.
    channel_metadata "ChannelMetadata",
    /// Whether the message was forwarded.
    forwarded "Forwarded",
    /// Whether the message was forwarded many times.
    frequently_forwarded "FrequentlyForwarded",
    /// Id of the message that this one replies to.
    original_replied_message_sid "OriginalRepliedMessageSid",
    /// Sender of the message that this one replies to.
    original_replied_message_sender "OriginalRepliedMessageSender",
    /// Latitude of a shared location.
    latitude "Latitude",
    /// Longitude of a shared location.
    longitude "Longitude",
    /// Street address of a shared location.
    address "Address",
    /// Name of a shared location.
    label "Label",
    /// Id of the advertisement that led to the message.
    referral_source_id "ReferralSourceId",
    /// Kind of the advertisement.
    referral_source_type "ReferralSourceType",
    /// URL of the advertisement.
    referral_source_url "ReferralSourceUrl",
    /// Headline of the advertisement.
    referral_headline "ReferralHeadline",
    /// Text of the advertisement.
    referral_body "ReferralBody",
    /// Media id of the advertisement.
    referral_media_id "ReferralMediaId",
    /// Media type of the advertisement.
    referral_media_content_type "ReferralMediaContentType",
    /// Media URL of the advertisement.
    referral_media_url "ReferralMediaUrl",
    /// Number of media in the advertisement.
    referral_num_media "ReferralNumMedia",
    /// Id of the click on the advertisement.
    referral_ctwa_clid "ReferralCtwaClid",
    /// Country of the sender.
    from_country "FromCountry",
    /// State of the sender.
    from_state "FromState",
    /// City of the sender.
    from_city "FromCity",
    /// Postal code of the sender.
    from_zip "FromZip",
    /// Country of our number.
    to_country "ToCountry",
    /// State of our number.
    to_state "ToState",
    /// City of our number.
    to_city "ToCity",
    /// Postal code of our number.
    to_zip "ToZip",
}

impl InboundParameters {
    /// Parses a URL-encoded form. The first value of a repeated parameter counts.
    #[must_use]
    pub fn parse(body: &[u8]) -> Self {
        let mut parameters = Self::default();
        let mut media: BTreeMap<usize, Media> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            let (name, value) = (name.into_owned(), value.into_owned());
            if let Some(slot) = parameters.slot(&name) {
                slot.get_or_insert(value);
            } else if let Some(n) = name.strip_prefix("MediaUrl").and_then(|n| n.parse().ok()) {
                media.entry(n).or_default().url = value;
            } else if let Some(n) = name.strip_prefix("MediaContentType").and_then(|n| n.parse().ok()) {
                media.entry(n).or_default().content_type = value;
            } else {
                parameters.other.entry(name).or_insert(value);
            }
        }
        parameters.media = media.into_values().collect();
        parameters
    }

    /// Id of the message: the first of its three parameters that is not empty. None when all are missing.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        [&self.message_sid, &self.sms_message_sid, &self.sms_sid]
            .into_iter()
            .find_map(|sid| sid.as_deref().filter(|sid| !sid.is_empty()))
    }

    /// Canonical phone number of the sender. None when their address is not a phone number.
    #[must_use]
    pub fn phone(&self) -> Option<PhoneNumber> {
        PhoneNumber::parse_international(self.from.as_deref()?).ok()
    }

    /// Content of the message. A type without text or a button is given by its name.
    #[must_use]
    pub fn said(&self) -> InboundContent {
        let given = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
        if let Some(id) = given(&self.button_payload) {
            return InboundContent::Button {
                id,
                title: given(&self.button_text).or(given(&self.body)).unwrap_or_default(),
            };
        }
        if let Some(id) = given(&self.list_id) {
            return InboundContent::Button { id, title: given(&self.list_title).unwrap_or_default() };
        }
        // A button without an id is what stands on it.
        if let Some(title) = given(&self.button_text) {
            return InboundContent::Text(title);
        }
        let kind = self.message_type.as_deref().unwrap_or("text");
        if kind == "reaction" {
            return InboundContent::Reaction;
        }
        if let Some(first) = self.media.first() {
            let kind = first.content_type.split('/').next().unwrap_or("media");
            return InboundContent::Other(kind.to_owned());
        }
        if self.latitude.is_some() {
            return InboundContent::Other("location".into());
        }
        match (kind, given(&self.body)) {
            ("text" | "button" | "interactive" | "", Some(body)) => InboundContent::Text(body),
            ("text" | "", None) => InboundContent::Other("empty".into()),
            (other, _) => InboundContent::Other(other.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(form: &str) -> InboundContent {
        InboundParameters::parse(form.as_bytes()).said()
    }

    #[test]
    fn each_kind_of_content_is_read() {
        assert_eq!(said("Body=%C2%BFCu%C3%A1nto+tengo%3F"), InboundContent::Text("¿Cuánto tengo?".into()));
        assert_eq!(
            said("MessageType=button&ButtonPayload=yes%3A1&ButtonText=S%C3%AD&Body=S%C3%AD"),
            InboundContent::Button { id: "yes:1".into(), title: "Sí".into() }
        );
        for form in [
            "ButtonText=S%C3%AD",
            "MessageType=button&ButtonText=S%C3%AD&Body=1",
            "ButtonPayload=&ButtonText=S%C3%AD",
        ] {
            assert_eq!(said(form), InboundContent::Text("Sí".into()), "{form}");
        }
        assert_eq!(
            said("ListId=a&ListTitle=Uno"),
            InboundContent::Button { id: "a".into(), title: "Uno".into() }
        );
        assert_eq!(
            said("NumMedia=1&MediaUrl0=https%3A%2F%2Fx&MediaContentType0=image%2Fjpeg"),
            InboundContent::Other("image".into())
        );
        assert_eq!(said("Latitude=19.4&Longitude=-99.1&Body="), InboundContent::Other("location".into()));
        assert_eq!(said("MessageType=reaction&Body=%F0%9F%91%8D"), InboundContent::Reaction);
        assert_eq!(said("MessageType=hologram&Body=x"), InboundContent::Other("hologram".into()));
        assert_eq!(said(""), InboundContent::Other("empty".into()));
    }

    #[test]
    fn unknown_parameters_are_kept() {
        let parsed =
            InboundParameters::parse(b"SmsSid=SM1&From=whatsapp%3A%2B5215512345678&NewThing=1&MediaUrl0=u");
        assert_eq!(parsed.id(), Some("SM1"));
        assert_eq!(parsed.phone().map(|p| p.e164().to_owned()).as_deref(), Some("+525512345678"));
        assert_eq!(parsed.other.get("NewThing").map(String::as_str), Some("1"));
        assert_eq!(parsed.media.len(), 1);
    }

    #[test]
    fn a_business_scoped_id_is_not_a_phone_number() {
        let parsed = InboundParameters::parse(b"MessageSid=SM1&From=whatsapp%3AUS.13491208655302741918");
        assert_eq!(parsed.phone(), None);
    }
}
