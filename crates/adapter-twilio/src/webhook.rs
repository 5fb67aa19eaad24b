//! The two webhooks: inbound messages, and delivery reports of outbound messages.

use crate::{inbound::InboundParameters, signature::SignatureKeys};
use domain::{
    channel_account::{ChannelAccount, InvalidChannelAccount},
    ids::MessageId,
    message::DeliveryStatus,
    phone::PhoneNumber,
};
use ports::messaging::inbound_webhook::{
    InboundEvent, InboundMessage, InboundWebhook, RawWebhook, SignatureInvalid, StatusReport, Undecodable,
};
use url::Url;

/// Our account and our numbers at Twilio.
#[derive(Clone, Debug)]
pub struct TwilioAddresses {
    /// Account SID, `AC…`.
    pub account_sid: String,
    /// WhatsApp sender: `whatsapp:+14155238886`. None when Twilio carries no WhatsApp.
    pub whatsapp_from: Option<String>,
    /// SMS sender: `+14155238887`. None when no SMS are sent.
    pub sms_from: Option<String>,
}

impl TwilioAddresses {
    /// Channel account of WhatsApp: `twilio:whatsapp:+14155238886`. None without a WhatsApp sender.
    ///
    /// # Errors
    /// When the WhatsApp sender is no address on a channel that we know.
    pub fn whatsapp_account(&self) -> Result<Option<ChannelAccount>, InvalidChannelAccount> {
        self.whatsapp_from.as_deref().map(channel_account).transpose()
    }

    /// Channel account of SMS: `twilio:sms:+14155238887`. None without an SMS sender.
    ///
    /// # Errors
    /// When the SMS sender is no address on a channel that we know.
    pub fn sms_account(&self) -> Result<Option<ChannelAccount>, InvalidChannelAccount> {
        self.sms_from.as_deref().map(channel_account).transpose()
    }

    /// The account that a message without a recipient is for: the only one there is. Of two it is that of the sender's
    /// channel, which the form of their address tells.
    fn only_account(&self, sender: &str) -> Option<ChannelAccount> {
        let is_whatsapp = sender.starts_with("whatsapp:");
        let same_channel = if is_whatsapp { &self.whatsapp_from } else { &self.sms_from };
        channel_account(same_channel.as_deref()?).ok()
    }

    fn is_ours(&self, parameters: &InboundParameters, to: &ChannelAccount) -> bool {
        let account_is_ours = parameters.account_sid.as_ref().is_none_or(|sid| *sid == self.account_sid);
        let numbers = [self.whatsapp_from.as_deref(), self.sms_from.as_deref()];
        account_is_ours && numbers.into_iter().flatten().any(|ours| channel_account(ours).as_ref() == Ok(to))
    }
}

/// Turns `whatsapp:+1415…` into `twilio:whatsapp:+1415…`, and `+1415…` into `twilio:sms:+1415…`.
fn channel_account(address: &str) -> Result<ChannelAccount, InvalidChannelAccount> {
    let (channel, number) = address.split_once(':').unwrap_or(("sms", address));
    let canonical = PhoneNumber::parse_international(number);
    format!("twilio:{channel}:{}", canonical.as_ref().map_or(number, PhoneNumber::e164)).parse()
}

/// Webhook for inbound messages.
pub struct TwilioWebhook {
    /// Auth tokens that verify the signature.
    pub keys: SignatureKeys,
    /// Our account and numbers; a message to any other is marked as not ours.
    pub addresses: TwilioAddresses,
}

impl InboundWebhook for TwilioWebhook {
    fn authenticate(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid> {
        self.keys.verify(webhook)
    }

    fn decode(&self, webhook: &RawWebhook) -> Result<Vec<InboundEvent>, Undecodable> {
        let parameters = InboundParameters::parse(&webhook.body);
        if is_status(&parameters, &webhook.body) {
            return decode_status(webhook);
        }
        let missing = |name: &str| Undecodable(format!("{name} is missing"));
        let id = parameters.id().ok_or_else(|| missing("MessageSid"))?.to_owned();
        let sender = parameters.from.clone().filter(|s| !s.is_empty()).ok_or_else(|| missing("From"))?;
        let channel_account = match parameters.to.as_deref().filter(|to| !to.is_empty()) {
            Some(to) => channel_account(to)
                .map_err(|_unknown| Undecodable("To is no address on a channel that we know".into()))?,
            None => self.addresses.only_account(&sender).ok_or_else(|| missing("To"))?,
        };
        Ok(vec![InboundEvent::Message(InboundMessage {
            provider_event_id: id,
            sender,
            phone: parameters.phone(),
            profile_name: parameters.profile_name.clone(),
            content: parameters.said(),
            is_ours: self.addresses.is_ours(&parameters, &channel_account),
            channel_account,
            sent_at: None,
            raw: webhook.body.clone(),
        })])
    }
}

/// Webhook for delivery reports of outbound messages.
pub struct TwilioStatusWebhook {
    /// Auth tokens that verify the signature.
    pub keys: SignatureKeys,
}

impl InboundWebhook for TwilioStatusWebhook {
    fn authenticate(&self, webhook: &RawWebhook) -> Result<(), SignatureInvalid> {
        self.keys.verify(webhook)
    }

    fn decode(&self, webhook: &RawWebhook) -> Result<Vec<InboundEvent>, Undecodable> {
        decode_status(webhook)
    }
}

/// Whether a request at the message's address is a delivery report: it has the status of a message of ours. A person's
/// message has none, or `received`.
fn is_status(parameters: &InboundParameters, body: &[u8]) -> bool {
    let is_outbound = |status: &str| !matches!(status, "" | "received" | "receiving");
    let named = url::form_urlencoded::parse(body).find(|(name, _)| name == "MessageStatus");
    match (named, parameters.sms_status.as_deref()) {
        (Some((_, status)), _) => is_outbound(&status),
        // A message has a text, even an empty one; a report has none.
        (None, Some(status)) => is_outbound(status) && parameters.body.is_none(),
        (None, None) => false,
    }
}

/// Reads a delivery report.
fn decode_status(webhook: &RawWebhook) -> Result<Vec<InboundEvent>, Undecodable> {
    let mut sid = None;
    let mut status = None;
    let mut error = None;
    for (name, value) in url::form_urlencoded::parse(&webhook.body) {
        match name.as_ref() {
            "MessageSid" | "SmsSid" if sid.is_none() => sid = Some(value.into_owned()),
            "MessageStatus" | "SmsStatus" if status.is_none() => status = Some(value.into_owned()),
            "ErrorCode" => error = Some(value.into_owned()).filter(|code| !code.is_empty()),
            _ => {}
        }
    }
    let status = status.ok_or_else(|| Undecodable("MessageStatus is missing".into()))?;
    let Some(status) = delivery_status(&status) else { return Ok(Vec::new()) };
    Ok(vec![InboundEvent::Status(StatusReport {
        message: our_id(&webhook.public_url),
        provider_id: sid,
        status,
        opted_out: error.as_deref() == Some("21610"),
        error,
        at: None,
        price_category: None,
    })])
}

/// Our message id, from the query parameter `m` of the status callback URL.
fn our_id(address: &str) -> Option<MessageId> {
    let address = Url::parse(address).ok()?;
    let (_, id) = address.query_pairs().find(|(name, _)| name == "m")?;
    id.parse().ok()
}

/// Maps Twilio's status to ours. None for a status before `sent`, which says nothing new, and for an
/// unknown one.
fn delivery_status(state: &str) -> Option<DeliveryStatus> {
    match state {
        "sent" | "partially_delivered" => Some(DeliveryStatus::Sent),
        "delivered" => Some(DeliveryStatus::Delivered),
        "read" => Some(DeliveryStatus::Read),
        "failed" | "undelivered" | "canceled" => Some(DeliveryStatus::Failed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> TwilioAddresses {
        TwilioAddresses {
            account_sid: "AC1".into(),
            whatsapp_from: Some("whatsapp:+14155238886".into()),
            sms_from: Some("+14155238887".into()),
        }
    }

    fn decode(form: &str) -> Result<Vec<InboundEvent>, Undecodable> {
        let webhook = TwilioWebhook { keys: SignatureKeys::new(Vec::new()), addresses: addresses() };
        webhook.decode(&raw("https://x/webhooks/twilio", form))
    }

    fn raw(address: &str, form: &str) -> RawWebhook {
        RawWebhook {
            method: "POST".into(),
            public_url: address.into(),
            headers: Vec::new(),
            body: form.into(),
        }
    }

    fn message(form: &str) -> InboundMessage {
        match decode(form).unwrap().remove(0) {
            InboundEvent::Message(message) => message,
            _ => panic!("no message"),
        }
    }

    #[test]
    fn the_senders_address_stays_verbatim_and_their_number_is_canonical() {
        let got =
            message("MessageSid=SM1&From=whatsapp%3A%2B5215512345678&To=whatsapp%3A%2B14155238886&Body=hola");
        assert_eq!(got.sender, "whatsapp:+5215512345678");
        assert_eq!(got.phone.unwrap().e164(), "+525512345678");
        assert_eq!(Ok(Some(got.channel_account)), addresses().whatsapp_account());
        assert!(got.is_ours);
    }

    #[test]
    fn the_profile_name_is_told_as_the_sender_wrote_it() {
        let form = "MessageSid=SM1&From=whatsapp%3A%2B525512345678&To=whatsapp%3A%2B14155238886&Body=hola";
        assert_eq!(message(form).profile_name, None);
        let named = message(&format!("{form}&ProfileName=Ana+%F0%9F%8C%B8"));
        assert_eq!(named.profile_name.as_deref(), Some("Ana 🌸"));
    }

    #[test]
    fn another_number_or_account_is_not_ours() {
        assert!(
            !message("MessageSid=SM1&From=whatsapp%3A%2B525512345678&To=whatsapp%3A%2B15550001111").is_ours
        );
        assert!(!message("MessageSid=SM1&From=%2B525512345678&To=%2B14155238887&AccountSid=AC2").is_ours);
    }

    #[test]
    fn a_message_without_a_recipient_is_for_the_account_of_its_channel() {
        for more in ["", "&MessagingServiceSid=MG1", "&To="] {
            let got = message(&format!("MessageSid=SM1&From=whatsapp%3A%2B525512345678&Body=hola{more}"));
            assert_eq!(Ok(Some(got.channel_account)), addresses().whatsapp_account(), "{more}");
            assert!(got.is_ours);
        }
        let got = message("MessageSid=SM1&From=%2B525512345678&Body=hola");
        assert_eq!(Ok(Some(got.channel_account)), addresses().sms_account());
        let elsewhere = message("MessageSid=SM1&From=%2B525512345678&Body=hola&AccountSid=AC2");
        assert!(!elsewhere.is_ours);
    }

    #[test]
    fn a_delivery_report_at_the_messages_address_is_one() {
        for form in [
            "MessageSid=SM9&SmsSid=SM9&MessageStatus=read&SmsStatus=read&From=whatsapp%3A%2B14155238886",
            "SmsSid=SM9&SmsStatus=read&From=whatsapp%3A%2B14155238886&To=whatsapp%3A%2B525512345678",
        ] {
            let events = decode(form).unwrap();
            let [InboundEvent::Status(report)] = events.as_slice() else { panic!("{form}") };
            assert_eq!((report.provider_id.as_deref(), report.status), (Some("SM9"), DeliveryStatus::Read));
        }
        assert!(decode("MessageSid=SM9&MessageStatus=queued&From=%2B14155238887").unwrap().is_empty());
        let text = "MessageSid=SM1&From=%2B525512345678&To=%2B14155238887&SmsStatus=received&Body=hola";
        assert!(matches!(decode(text).unwrap().as_slice(), [InboundEvent::Message(_)]));
    }

    #[test]
    fn a_missing_parameter_is_named() {
        assert_eq!(decode("From=a&To=b").err(), Some(Undecodable("MessageSid is missing".into())));
        assert_eq!(decode("MessageSid=a&To=b").err(), Some(Undecodable("From is missing".into())));
    }

    #[test]
    fn a_recipient_on_an_unknown_channel_is_undecodable() {
        let unknown = Some(Undecodable("To is no address on a channel that we know".into()));
        for to in ["messenger%3A7", "%3A%2B14155238886", "whatsapp%3A", "WhatsApp%3A%2B14155238886"] {
            assert_eq!(decode(&format!("MessageSid=SM1&From=a&To={to}")).err(), unknown, "{to}");
        }
    }

    #[test]
    fn the_accounts_are_named_by_canonical_numbers() {
        let keys = |addresses: TwilioAddresses| {
            let (whatsapp, sms) = (addresses.whatsapp_account(), addresses.sms_account());
            let key = |account: Option<ChannelAccount>| account.map(|account| account.key());
            (whatsapp.map(key), sms.map(key))
        };
        let (whatsapp, sms) = ("twilio:whatsapp:+14155238886", "twilio:sms:+14155238887");
        assert_eq!(keys(addresses()), (Ok(Some(whatsapp.into())), Ok(Some(sms.into()))));
        let neither = TwilioAddresses { whatsapp_from: None, sms_from: None, ..addresses() };
        assert_eq!(keys(neither), (Ok(None), Ok(None)));
        let malformed = TwilioAddresses {
            whatsapp_from: Some("chat:1".into()),
            sms_from: Some(String::new()),
            ..addresses()
        };
        assert_eq!(keys(malformed), (Err(InvalidChannelAccount), Err(InvalidChannelAccount)));
    }

    #[test]
    fn a_delivery_report_names_our_message() {
        let id = uuid::Uuid::from_u128(5);
        let webhook = TwilioStatusWebhook { keys: SignatureKeys::new(Vec::new()) };
        let address = format!("https://x/webhooks/twilio/status?m={id}");
        let events = webhook
            .decode(&raw(&address, "MessageSid=SM9&MessageStatus=undelivered&ErrorCode=63016"))
            .unwrap();
        let expected = StatusReport {
            message: Some(MessageId(id)),
            provider_id: Some("SM9".into()),
            status: DeliveryStatus::Failed,
            error: Some("63016".into()),
            opted_out: false,
            at: None,
            price_category: None,
        };
        assert!(events == [InboundEvent::Status(expected)]);
        assert!(webhook.decode(&raw(&address, "MessageSid=SM9&MessageStatus=queued")).unwrap().is_empty());
    }
}
