//! The channels that the settings allow for codes, and the settings that the others lack.

use crate::config::{Settings, VerifyProvider};
use domain::{message::Channel, verification::otp::Recipient};

/// All channels, in the order in which they are offered.
const ALL: [Channel; 5] = [Channel::Whatsapp, Channel::Sms, Channel::Call, Channel::Email, Channel::Telegram];

/// The channels, and the settings that each of them lacks.
pub(super) struct ReadyChannels(Vec<(Channel, Vec<&'static str>)>);

impl ReadyChannels {
    pub(super) fn of(settings: &Settings) -> Self {
        Self(ALL.into_iter().map(|channel| (channel, lacking(settings, channel))).collect())
    }

    /// One line for each channel: `ok`, or `off` with the missing settings.
    pub(super) fn report(&self) -> String {
        let line = |(channel, lacks): &(Channel, Vec<&str>)| {
            let name = channel.name();
            if lacks.is_empty() {
                format!("ok    {name}")
            } else {
                format!("off   {name}: {}", lacks.join(", "))
            }
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The settings that a channel lacks; empty if it is ready.
    pub(super) fn lacking(&self, channel: Channel) -> &[&'static str] {
        self.0.iter().find(|(known, _)| *known == channel).map_or(&[], |(_, lacks)| lacks)
    }

    /// The ready channels that reach this recipient.
    pub(super) fn to(&self, to: &Recipient) -> Vec<Channel> {
        let ready = self.0.iter().filter(|(channel, lacks)| lacks.is_empty() && to.is_reached_by(*channel));
        ready.map(|(channel, _)| *channel).collect()
    }

    /// The settings that are missing for the channels that could reach this recipient.
    pub(super) fn lacking_to(&self, to: &Recipient) -> Vec<&'static str> {
        let reach = self.0.iter().filter(|(channel, _)| to.is_reached_by(*channel));
        reach.flat_map(|(_, lacks)| lacks.iter().copied()).collect()
    }
}

/// The settings that a channel lacks. A group that is set in part was refused when the settings were read.
fn lacking(settings: &Settings, channel: Channel) -> Vec<&'static str> {
    let own = settings.verify_provider == VerifyProvider::Own;
    let twilio = settings.twilio.as_ref();
    let has_whatsapp = settings.meta.is_some() || twilio.is_some_and(|twilio| twilio.whatsapp_from.is_some());
    match channel {
        Channel::Whatsapp if own && !has_whatsapp => vec!["TWILIO_WHATSAPP_FROM"],
        Channel::Sms if own && twilio.is_none_or(|twilio| twilio.sms_from.is_none()) => {
            vec!["TWILIO_SMS_FROM"]
        }
        // Only Twilio Verify sends codes by call.
        Channel::Call if own => vec!["VERIFY_PROVIDER=twilio", "VERIFY_SERVICE_SID"],
        Channel::Email if settings.smtp.is_none() => vec!["SMTP_URL", "MAIL_FROM"],
        Channel::Telegram if settings.telegram.is_none() => {
            vec!["BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_BOT_NAME"]
        }
        Channel::Whatsapp | Channel::Sms | Channel::Call | Channel::Email | Channel::Telegram => Vec::new(),
    }
}
