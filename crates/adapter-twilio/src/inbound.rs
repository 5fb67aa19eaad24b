//! The parameters of an inbound message. New ones appear unannounced: those not known are kept by name.

use domain::{messaging::conversation::Said, phone::PhoneNumber};
use std::collections::BTreeMap;

macro_rules! parameters {
    ($($(#[$doc:meta])* $field:ident $name:literal),* $(,)?) => {
        /// An inbound message as Twilio posts it. Everything is optional here; what must be there is
        /// checked where it is used. It has no `Debug`: it bears texts and numbers.
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct InboundParameters {
            $($(#[$doc])* pub $field: Option<String>,)*
            /// `MediaUrlN` and `MediaContentTypeN`, in order of N.
            pub media: Vec<Media>,
            /// Parameters this version does not know.
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

/// One attachment.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Media {
    /// Where it can be fetched, with our credentials. Nothing here ever does.
    pub url: String,
    /// Its MIME type.
    pub content_type: String,
}

parameters! {
    /// The message's id.
    message_sid "MessageSid",
    /// The same, under an older name.
    sms_sid "SmsSid",
    /// The same, under an older name.
    sms_message_sid "SmsMessageSid",
    /// The account it was sent to.
    account_sid "AccountSid",
    /// The messaging service it came through.
    messaging_service_sid "MessagingServiceSid",
    /// The sender, verbatim: `whatsapp:+52…`, `+52…`, `whatsapp:US.1234…`.
    from "From",
    /// Our number.
    to "To",
    /// The words.
    body "Body",
    /// How many attachments.
    num_media "NumMedia",
    /// How many segments.
    num_segments "NumSegments",
    /// `received`.
    sms_status "SmsStatus",
    /// `2010-04-01`.
    api_version "ApiVersion",
    /// `text`, `image`, `location`, `reaction`, …
    message_type "MessageType",
    /// The sender's name for himself.
    profile_name "ProfileName",
    /// The sender's WhatsApp id: digits.
    wa_id "WaId",
    /// The sender's business-scoped id.
    external_user_id "ExternalUserId",
    /// A pressed button's title.
    button_text "ButtonText",
    /// A pressed button's id.
    button_payload "ButtonPayload",
    /// A pressed button's kind.
    button_type "ButtonType",
    /// A chosen list row's id.
    list_id "ListId",
    /// A chosen list row's title.
    list_title "ListTitle",
    /// A finished flow's answers, JSON.
    interactive_data "InteractiveData",
    /// A finished flow, JSON.
    flow_data "FlowData",
    /// About the channel, JSON.
    channel_metadata "ChannelMetadata",
    /// Passed on.
    forwarded "Forwarded",
    /// Passed on many times.
    frequently_forwarded "FrequentlyForwarded",
    /// The message it answers.
    original_replied_message_sid "OriginalRepliedMessageSid",
    /// Who wrote that.
    original_replied_message_sender "OriginalRepliedMessageSender",
    /// A place's latitude.
    latitude "Latitude",
    /// A place's longitude.
    longitude "Longitude",
    /// A place's address.
    address "Address",
    /// A place's name.
    label "Label",
    /// An advertisement it came from: its id.
    referral_source_id "ReferralSourceId",
    /// The advertisement's kind.
    referral_source_type "ReferralSourceType",
    /// The advertisement's address.
    referral_source_url "ReferralSourceUrl",
    /// The advertisement's headline.
    referral_headline "ReferralHeadline",
    /// The advertisement's text.
    referral_body "ReferralBody",
    /// The advertisement's media id.
    referral_media_id "ReferralMediaId",
    /// The advertisement's media type.
    referral_media_content_type "ReferralMediaContentType",
    /// The advertisement's media address.
    referral_media_url "ReferralMediaUrl",
    /// The advertisement's number of media.
    referral_num_media "ReferralNumMedia",
    /// The click that led here.
    referral_ctwa_clid "ReferralCtwaClid",
    /// Sender's country.
    from_country "FromCountry",
    /// Sender's state.
    from_state "FromState",
    /// Sender's city.
    from_city "FromCity",
    /// Sender's postal code.
    from_zip "FromZip",
    /// Our number's country.
    to_country "ToCountry",
    /// Our number's state.
    to_state "ToState",
    /// Our number's city.
    to_city "ToCity",
    /// Our number's postal code.
    to_zip "ToZip",
}

impl InboundParameters {
    /// Reads a form. Of a repeated parameter the first counts.
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

    /// The message's id, under whichever name it came.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        [&self.message_sid, &self.sms_message_sid, &self.sms_sid]
            .into_iter()
            .find_map(|sid| sid.as_deref().filter(|sid| !sid.is_empty()))
    }

    /// The sender's canonical number, where his address is one.
    #[must_use]
    pub fn phone(&self) -> Option<PhoneNumber> {
        PhoneNumber::parse_international(self.from.as_deref()?).ok()
    }

    /// What was sent.
    #[must_use]
    pub fn said(&self) -> Said {
        let given = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
        if let Some(id) = given(&self.button_payload) {
            return Said::Button {
                id,
                title: given(&self.button_text).or(given(&self.body)).unwrap_or_default(),
            };
        }
        if let Some(id) = given(&self.list_id) {
            return Said::Button { id, title: given(&self.list_title).unwrap_or_default() };
        }
        let kind = self.message_type.as_deref().unwrap_or("text");
        if kind == "reaction" {
            return Said::Reaction;
        }
        if let Some(first) = self.media.first() {
            let kind = first.content_type.split('/').next().unwrap_or("media");
            return Said::Other(kind.to_owned());
        }
        if self.latitude.is_some() {
            return Said::Other("location".into());
        }
        match (kind, given(&self.body)) {
            ("text" | "button" | "interactive" | "", Some(body)) => Said::Text(body),
            ("text" | "", None) => Said::Other("empty".into()),
            (other, _) => Said::Other(other.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(form: &str) -> Said {
        InboundParameters::parse(form.as_bytes()).said()
    }

    #[test]
    fn reads_what_was_sent() {
        assert_eq!(said("Body=%C2%BFCu%C3%A1nto+tengo%3F"), Said::Text("¿Cuánto tengo?".into()));
        assert_eq!(
            said("MessageType=button&ButtonPayload=yes%3A1&ButtonText=S%C3%AD&Body=S%C3%AD"),
            Said::Button { id: "yes:1".into(), title: "Sí".into() }
        );
        assert_eq!(said("ListId=a&ListTitle=Uno"), Said::Button { id: "a".into(), title: "Uno".into() });
        assert_eq!(
            said("NumMedia=1&MediaUrl0=https%3A%2F%2Fx&MediaContentType0=image%2Fjpeg"),
            Said::Other("image".into())
        );
        assert_eq!(said("Latitude=19.4&Longitude=-99.1&Body="), Said::Other("location".into()));
        assert_eq!(said("MessageType=reaction&Body=%F0%9F%91%8D"), Said::Reaction);
        assert_eq!(said("MessageType=hologram&Body=x"), Said::Other("hologram".into()));
        assert_eq!(said(""), Said::Other("empty".into()));
    }

    #[test]
    fn keeps_what_it_does_not_know() {
        let parsed =
            InboundParameters::parse(b"SmsSid=SM1&From=whatsapp%3A%2B5215512345678&NewThing=1&MediaUrl0=u");
        assert_eq!(parsed.id(), Some("SM1"));
        assert_eq!(parsed.phone().map(|p| p.e164().to_owned()).as_deref(), Some("+525512345678"));
        assert_eq!(parsed.other.get("NewThing").map(String::as_str), Some("1"));
        assert_eq!(parsed.media.len(), 1);
    }

    #[test]
    fn a_business_scoped_id_is_no_number() {
        let parsed = InboundParameters::parse(b"MessageSid=SM1&From=whatsapp%3AUS.13491208655302741918");
        assert_eq!(parsed.phone(), None);
    }
}
