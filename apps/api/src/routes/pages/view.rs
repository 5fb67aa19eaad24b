//! The templates and their values.

use super::{
    notes::{Note, RenderedNote},
    words::Words,
};
use crate::config::Settings;
use application::verification::verification_page::{PageView, Phase};
use askama::Template;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use domain::{message::Channel, verification::return_to::ReturnTo};
use ports::verification::{Verification, VerificationPage};
use serde::Serialize;

/// The page on which a number is proved.
#[derive(Template)]
#[template(path = "verify.html")]
pub(super) struct VerifyPage {
    pub(super) w: Words,
    pub(super) token: String,
    pub(super) phase: &'static str,
    pub(super) note: Option<RenderedNote>,
    /// True if the typed value was refused.
    pub(super) is_wrong: bool,
    /// Text id of the link back, while the number is being changed.
    pub(super) stay: Option<&'static str>,
    /// The number's last four digits.
    pub(super) tail: Option<String>,
    pub(super) can_change: bool,
    /// The channels on offer: name in the API, name for people, and whether the last code was sent on it.
    pub(super) channels: Vec<(&'static str, String, bool)>,
    pub(super) delivery: Delivery,
    pub(super) deadline: String,
    pub(super) now: String,
    /// Lifetime of a code in seconds.
    total: i64,
    minutes: i64,
    attempts: u32,
    /// The id of the check form: another one after each check attempt and each code.
    attempt: String,
    pub(super) resend_seconds: i64,
    /// Where the person goes afterwards: host and address.
    pub(super) back: Option<(String, String)>,
}

/// The delivery status of the code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Delivery {
    /// The channel's name for people.
    pub(super) channel: String,
    /// `queued`, `sent`, `delivered`, `read` or `failed`.
    pub(super) status: &'static str,
    /// The status in words.
    pub(super) text: String,
}

/// A page with one message.
#[derive(Template)]
#[template(path = "plain.html")]
pub(super) struct Plain {
    pub(super) w: Words,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) back: Option<(String, String)>,
}

impl Delivery {
    /// The delivery of the newest send.
    pub(super) fn of(challenge: &Verification, words: &Words) -> Self {
        let (channel, status) = match challenge.sends.last() {
            Some(send) => (send.channel, send.status.name()),
            None => (challenge.channel, "queued"),
        };
        let (status, text) = match status {
            "sent" => ("sent", "page-delivery-sent"),
            "delivered" => ("delivered", "page-delivery-delivered"),
            "read" => ("read", "page-delivery-read"),
            "failed" => ("failed", "page-delivery-failed"),
            _ => ("queued", "page-delivery-queued"),
        };
        let channel = words.channel(channel);
        Self { status, text: words.with(text, &channel), channel }
    }
}

/// Seconds until `at`, rounded up; 0 if it has passed.
pub(super) fn seconds_until(at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    at.signed_duration_since(now).num_milliseconds().max(0).saturating_add(999) / 1000
}

/// When the code on the page expires: with its challenge, or with the page if that is earlier.
pub(super) fn deadline(page: &VerificationPage, challenge: &Verification) -> DateTime<Utc> {
    challenge.challenge.expires_at.min(page.expires_at)
}

/// Seconds until a code may be requested.
pub(super) fn resend_seconds(view: &PageView, settings: &Settings, now: DateTime<Utc>) -> i64 {
    match &view.phase {
        Phase::Waiting(one) => {
            let wait = one.challenge.resend_wait(&settings.otp, now);
            seconds_until(now.checked_add_signed(wait).unwrap_or(now), now)
        }
        _ => 0,
    }
}

impl VerifyPage {
    pub(super) fn of(
        view: &PageView,
        words: Words,
        token: &str,
        offered: &[Channel],
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> Self {
        let challenge = view.phase.challenge();
        let last = challenge.map(|one| one.channel);
        // A channel on which the code did not arrive is not offered first.
        let mut fallbacks: Vec<Channel> = offered.to_vec();
        if matches!(view.phase, Phase::Ready(Some(_))) {
            fallbacks.sort_by_key(|fallback| Some(*fallback) == last);
        } else if let Some(last) = last {
            fallbacks.sort_by_key(|fallback| *fallback != last);
        }
        let deadline = challenge.map_or(view.page.expires_at, |one| deadline(&view.page, one));
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let return_to = view.page.return_to.as_deref().and_then(ReturnTo::restore);
        let back = match &view.phase {
            Phase::Approved(id) => {
                return_to.map(|to| (to.host().to_owned(), to.with(*id, view.page.state.as_deref())))
            }
            Phase::Taken => return_to.map(|to| (to.host().to_owned(), to.as_str().to_owned())),
            _ => None,
        };
        Self {
            token: token.to_owned(),
            phase: view.phase.name(),
            note: None,
            is_wrong: false,
            stay: None,
            tail: view.page.phone.as_ref().map(|phone| phone.masked().trim_start_matches('*').to_owned()),
            can_change: !view.page.is_phone_fixed && !matches!(view.phase, Phase::Approved(_) | Phase::Taken),
            channels: fallbacks
                .iter()
                .map(|fallback| (fallback.name(), words.channel(*fallback), Some(*fallback) == last))
                .collect(),
            delivery: challenge.map(|one| Delivery::of(one, &words)).unwrap_or_default(),
            deadline: time(deadline),
            now: time(now),
            total: settings.otp.ttl.num_seconds(),
            attempts: challenge.map_or(0, |one| one.challenge.attempts_remaining()),
            attempt: challenge
                .map(|one| format!("{}.{}", one.challenge.attempts_used, one.sends.len()))
                .unwrap_or_default(),
            minutes: (deadline - now).max(Duration::zero()).num_seconds().saturating_add(59) / 60,
            resend_seconds: resend_seconds(view, settings, now),
            back,
            w: words,
        }
    }

    /// Shows the note of a step, unless the page already shows something newer.
    pub(super) fn tell(&mut self, note: Note, settings: &Settings) {
        let has_arrived = ["delivered", "read", "failed"].contains(&self.delivery.status);
        if ["approved", "taken"].contains(&self.phase) || (note.word == "sent" && has_arrived) {
            return;
        }
        if let Some(seconds) = note.later_seconds().filter(|_| self.resend_seconds == 0) {
            self.resend_seconds = seconds.min(settings.otp.resend_cooldown.num_seconds());
        }
        self.is_wrong = note.marks_field();
        self.note = Some(note.said(&self.w));
    }

    /// The wait for another code as a text, for browsers without scripts.
    fn again_in(&self) -> String {
        let time = format!("{}:{:02}", self.resend_seconds / 60, self.resend_seconds % 60);
        self.w.say("page-again-in").replace("{time}", &time)
    }

    /// The address of a step.
    fn act(&self, step: &str) -> String {
        format!("/verify/{}/{step}{}", self.token, self.w.query())
    }

    /// How long the code is valid as a text, for browsers without scripts.
    fn good_for(&self) -> String {
        self.w.count("page-good-for", self.minutes)
    }

    fn title(&self) -> &'static str {
        match self.phase {
            "number" => "page-number-title",
            "waiting" => "page-waiting-title",
            "spent" => "page-spent-title",
            "expired" => "page-expired-title",
            "approved" => "page-approved-title",
            "taken" => "page-taken-title",
            _ => "page-ready-title",
        }
    }

    /// Text id of the lead; None if the note says it.
    fn lead(&self) -> Option<&'static str> {
        match self.phase {
            "spent" if self.note.is_some() => None,
            "spent" => Some("page-spent-lead"),
            "expired" => Some("page-expired-lead"),
            _ => Some("page-ready-lead"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::locale::Locale;

    #[test]
    fn a_page_escapes_its_values() {
        let plain = Plain {
            w: Words::choose(None, None, None, Locale::Es),
            title: "page-closed-title",
            lead: "page-closed-lead",
            back: Some(("<script>".into(), "https://a.example/\"><script>".into())),
        };
        let html = plain.render().unwrap();
        assert!(!html.contains("<script>"), "{html}");
    }
}
