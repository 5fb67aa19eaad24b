//! The settings of transfers: limits, step-up codes, the days in which they are counted.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::{
    channel_account::ChannelAccount,
    locale::Locale,
    money::{Currency, Money, limits::Limits, transfer::OffUsSettlement},
    verification::otp::OtpPolicy,
};
use rust_decimal::Decimal;

/// How long a transfer waits for its step-up code.
pub const STEP_UP_TTL: Duration = Duration::minutes(5);

/// The settings of transfers.
#[derive(Clone, Debug)]
pub struct TransferRules {
    /// From this amount on, in whole units of any currency, a transfer needs a step-up code.
    pub step_up_from: Decimal,
    /// The limits of a person.
    pub limits: Limits,
    /// The time zone in which days and months are counted.
    pub zone: Tz,
    /// The policy for the step-up code.
    pub code_policy: OtpPolicy,
    /// The channel account that step-up codes go out from, by SMS: `twilio:sms:+1415…`. `None`: no transfer
    /// can have a step-up, because a code in the chat itself would prove nothing.
    pub code_account: Option<ChannelAccount>,
    /// The language for a person who has not set one.
    pub default_locale: Locale,
    /// How transfers to accounts outside the platform are carried out.
    pub off_us: OffUsSettlement,
}

impl Default for TransferRules {
    /// A bank in Mexico: step-up from 1000 on, no limits, no channel account for the codes, no outside bank.
    fn default() -> Self {
        Self {
            step_up_from: Decimal::ONE_THOUSAND,
            limits: Limits::none(Currency::MXN),
            zone: chrono_tz::America::Mexico_City,
            code_policy: OtpPolicy::default(),
            code_account: None,
            default_locale: Locale::Es,
            off_us: OffUsSettlement::AtOnce,
        }
    }
}

impl TransferRules {
    /// The calendar day of an instant, in the zone of the rules.
    #[must_use]
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    pub(crate) fn needs_step_up(&self, amount: Money) -> bool {
        Decimal::new(amount.minor, amount.currency.exponent()) >= self.step_up_from
    }
}
