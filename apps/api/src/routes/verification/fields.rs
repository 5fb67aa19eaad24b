//! The fields of requests for codes.

use crate::{
    composition,
    http::{client_ip::counted, problem::ApiError},
};
use domain::{
    locale::Locale,
    message::Channel,
    verification::otp::{NoRecipient, Recipient},
};
use std::net::IpAddr;

pub(super) fn recipient_of(app: &composition::Verification, text: &str) -> Result<Recipient, ApiError> {
    Recipient::parse(text, app.settings.default_region).map_err(|fault| match fault {
        NoRecipient::Email => ApiError::field("/phone", fault.to_string()),
        NoRecipient::Phone => ApiError::invalid_phone_number("This is not a possible phone number.")
            .and_field("/phone", "invalid", fault.to_string()),
    })
}

/// The channel of that name, if codes can be sent on it and it reaches the recipient.
pub(super) fn channel_of(
    app: &composition::Verification,
    pointer: &str,
    name: &str,
    to: &Recipient,
) -> Result<Channel, ApiError> {
    let able = |channel: &Channel| app.verify.sends_by(*channel) && to.is_reached_by(*channel);
    if let Some(channel) = Channel::parse(name).filter(able) {
        return Ok(channel);
    }
    let all = [Channel::Whatsapp, Channel::Sms, Channel::Call, Channel::Email, Channel::Telegram];
    let names: Vec<&str> = all.into_iter().filter(able).map(Channel::name).collect();
    if names.is_empty() {
        return Err(ApiError::field(pointer, "codes can't be sent to such a recipient on this server"));
    }
    Err(ApiError::field(pointer, format!("must be one of: {}", names.join(", "))))
}

pub(super) fn locale_of(app: &composition::Verification, tag: Option<&str>) -> Result<Locale, ApiError> {
    match tag {
        None => Ok(app.settings.default_locale),
        Some(tag) => Locale::parse(tag).ok_or_else(|| ApiError::field("/locale", "must be es, en or pt")),
    }
}

/// An address as limits count it.
pub(super) fn client_ip(text: &str) -> Result<String, ApiError> {
    let ip = text.parse::<IpAddr>();
    ip.map(|ip| counted(ip.to_canonical()))
        .map_err(|_malformed| ApiError::field("/client_ip", "must be an IP address"))
}
