//! By which channels the settings let codes go out, and what the others lack.

use crate::config::{Settings, VerifyProvider};
use domain::{message::Channel, verification::otp::Recipient};

/// In the order in which they are offered.
const ALL: [Channel; 5] = [Channel::Whatsapp, Channel::Sms, Channel::Call, Channel::Email, Channel::Telegram];

/// The channels, and the settings each of them lacks.
pub(super) struct Ways(Vec<(Channel, Vec<&'static str>)>);

impl Ways {
    pub(super) fn of(settings: &Settings) -> Self {
        Self(ALL.into_iter().map(|channel| (channel, lacking(settings, channel))).collect())
    }

    /// What is ready, and what is missing for the rest: a line for each channel.
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

    /// The settings that a channel lacks; none where it is ready.
    pub(super) fn lacking(&self, channel: Channel) -> &[&'static str] {
        self.0.iter().find(|(known, _)| *known == channel).map_or(&[], |(_, lacks)| lacks)
    }

    /// The ready ones that reach somebody.
    pub(super) fn to(&self, to: &Recipient) -> Vec<Channel> {
        let ready = self.0.iter().filter(|(channel, lacks)| lacks.is_empty() && to.is_reached_by(*channel));
        ready.map(|(channel, _)| *channel).collect()
    }

    /// What the channels lack that could reach somebody.
    pub(super) fn lacking_to(&self, to: &Recipient) -> Vec<&'static str> {
        let reach = self.0.iter().filter(|(channel, _)| to.is_reached_by(*channel));
        reach.flat_map(|(_, lacks)| lacks.iter().copied()).collect()
    }
}

/// Of settings that start nothing by halves, what is not set at all: the rest was refused when they were read.
fn lacking(settings: &Settings, channel: Channel) -> Vec<&'static str> {
    let own = settings.verify_provider == VerifyProvider::Own;
    match channel {
        Channel::Sms if own && settings.twilio.sms_from.is_none() => vec!["TWILIO_SMS_FROM"],
        // Only the hosted provider has a voice.
        Channel::Call if own => vec!["VERIFY_PROVIDER=twilio", "VERIFY_SERVICE_SID"],
        Channel::Email if settings.smtp.is_none() => vec!["SMTP_URL", "MAIL_FROM"],
        Channel::Telegram if settings.telegram.is_none() => {
            vec!["BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "TELEGRAM_BOT_NAME"]
        }
        Channel::Whatsapp | Channel::Sms | Channel::Call | Channel::Email | Channel::Telegram => Vec::new(),
    }
}
