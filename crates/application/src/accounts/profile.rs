//! Show and change a person's profile.

use crate::{
    accounts::{
        prove_phone::{NumberProof, ProveError, ProvePhone},
        session_issuer::{AuthServiceError, PasswordAuthenticator, PasswordVerdict, Visitor},
    },
    kernel::Kernel,
    verification::verification_service::CheckResult,
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    accounts::Password,
    channel_account::ChannelAccount,
    ids::{MessageId, UserId},
    locale::Locale,
    message::Channel,
    messaging::conversation::{Arg, Text},
    operations::audit::Actor,
    phone::PhoneNumber,
    principal::Principal,
    verification::otp::{OtpCode, Purpose},
};
use ports::{
    accounts::{AccountPhone, NameChange, PhoneChange, Profile, ProfileChange, ProfileChanged, Users},
    messaging::{Lane, NewOutbound, message_channel::OutboundMessage, texts::Texts},
    store_error::{StoreError, StoreResult},
};
use std::sync::Arc;
use thiserror::Error;

/// How long the notice to the replaced number may wait in the outbox.
const NOTICE_LASTS: Duration = Duration::days(1);

/// Shows and changes profiles.
pub struct Profiles {
    parts: ProfilesParts,
    kernel: Kernel,
}

/// The stores and use cases that [`Profiles`] needs.
pub struct ProfilesParts {
    /// The port of users.
    pub accounts: Arc<dyn Users>,
    /// Checks passwords and counts failures.
    pub passwords: Arc<PasswordAuthenticator>,
    /// Checks what proves a number.
    pub prove: Arc<ProvePhone>,
    /// The texts of the notice to a replaced number.
    pub texts: Arc<dyn Texts>,
    /// The channel account that SMS go out from. `None`: no SMS is set up.
    pub sms_account: Option<ChannelAccount>,
    /// The language for people who have not set one.
    pub default_locale: Locale,
}

impl Profiles {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: ProfilesParts, kernel: Kernel) -> Self {
        Self { parts, kernel }
    }
}

/// What proves that the person asks themselves, and not somebody who holds their phone.
pub enum StepUp {
    /// The account's password.
    Password(Password),
    /// A code to the number that is verified now, with the purpose of verifying it. A sign-in code is not
    /// accepted.
    OldNumberCode(OtpCode),
}

/// A new number for a profile.
pub struct WantedPhone {
    /// The new number.
    pub number: PhoneNumber,
    /// What proves that the person has the new number.
    pub proof: Option<NumberProof>,
    /// What allows the new number to replace a verified one.
    pub step_up: Option<StepUp>,
}

/// A change of a profile. What is `None` or `Keep` stays.
pub struct ProfileUpdate {
    /// The person whose profile changes.
    pub user: UserId,
    /// The change of the first name.
    pub first_name: NameChange,
    /// The change of the family name.
    pub last_name: NameChange,
    /// The new language.
    pub locale: Option<Locale>,
    /// The new number.
    pub phone: Option<WantedPhone>,
    /// The address and device of the call.
    pub visitor: Visitor,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// Why nothing changed.
#[derive(Debug, Error)]
pub enum UpdateError {
    /// No user has that id.
    #[error("there is no such person")]
    NotFound,
    /// The number belongs to another user.
    #[error("the number is another person's")]
    PhoneTaken,
    /// A new number must be verified before it replaces a verified one.
    #[error("the new number is not verified")]
    ProofNeeded,
    /// The code or verification does not prove the number.
    #[error("this does not prove the number")]
    NoProof,
    /// To replace a verified number, the password or a code to that number is needed.
    #[error("the password or a code to the old number is needed")]
    StepUpNeeded,
    /// The password does not match.
    #[error("the password is wrong")]
    WrongPassword,
    /// The code to the old number is wrong.
    #[error("the code to the old number is wrong")]
    WrongCode,
    /// Too many password tries. The next one is allowed at that time.
    #[error("too many password tries")]
    TooMany(DateTime<Utc>),
    /// The provider gave no answer. The check attempt was given back.
    #[error("the code can't be checked now")]
    CheckFailed,
    /// The number was changed by another request meanwhile.
    #[error("the number was changed meanwhile")]
    Moved,
    /// The store, the password hash or the token signer failed.
    #[error(transparent)]
    AuthServiceError(#[from] AuthServiceError),
}

impl From<StoreError> for UpdateError {
    fn from(error: StoreError) -> Self {
        Self::AuthServiceError(error.into())
    }
}

impl From<ProveError> for UpdateError {
    fn from(error: ProveError) -> Self {
        match error {
            ProveError::NoProof => Self::NoProof,
            ProveError::Failed => Self::CheckFailed,
            ProveError::Store(error) => error.into(),
        }
    }
}

impl Profiles {
    /// A person's profile. `None`: there is no such user.
    pub async fn show(&self, user: UserId) -> StoreResult<Option<Profile>> {
        self.parts.accounts.profile(user).await
    }

    /// Changes the profile, and returns it as it is now.
    #[tracing::instrument(name = "update_profile", level = "debug", skip_all)]
    pub async fn update(&self, update: ProfileUpdate) -> Result<Profile, UpdateError> {
        let user = update.user;
        let known = self.parts.accounts.profile(user).await?.ok_or(UpdateError::NotFound)?;
        let phone = match update.phone {
            // The person has this number already.
            Some(wanted) if known.phone.as_ref() == Some(&wanted.number) => None,
            Some(wanted) => Some(self.phone_change(&known, wanted, &update.visitor, &update.actor).await?),
            None => None,
        };
        let change = ProfileChange {
            user,
            first_name: update.first_name,
            last_name: update.last_name,
            locale: update.locale,
            phone,
            actor: update.actor,
        };
        match self.parts.accounts.change_profile(&change, self.kernel.now()).await? {
            ProfileChanged::Done => {}
            ProfileChanged::PhoneTaken => return Err(UpdateError::PhoneTaken),
            ProfileChanged::NoProof => return Err(UpdateError::NoProof),
            ProfileChanged::Moved => return Err(UpdateError::Moved),
        }
        self.parts.accounts.profile(user).await?.ok_or(UpdateError::NotFound)
    }

    async fn phone_change(
        &self,
        known: &Profile,
        wanted: WantedPhone,
        visitor: &Visitor,
        actor: &Actor,
    ) -> Result<PhoneChange, UpdateError> {
        let user = known.user;
        if let Some(old) = &known.phone {
            if wanted.proof.is_none() {
                return Err(UpdateError::ProofNeeded);
            }
            let step_up = wanted.step_up.ok_or(UpdateError::StepUpNeeded)?;
            self.step_up(known, old, &step_up, visitor, actor).await?;
        }
        let proof = match &wanted.proof {
            Some(proof) => {
                Some(self.parts.prove.run(&wanted.number, proof, &visitor.address, Some(user)).await?)
            }
            None => None,
        };
        Ok(PhoneChange {
            notice: known.phone.as_ref().and_then(|old| self.notice(known, old, &wanted.number)),
            phone: AccountPhone { number: wanted.number, proof },
            replaces: known.phone.clone(),
        })
    }

    async fn step_up(
        &self,
        known: &Profile,
        old: &PhoneNumber,
        shown: &StepUp,
        visitor: &Visitor,
        actor: &Actor,
    ) -> Result<(), UpdateError> {
        match shown {
            StepUp::Password(password) => {
                let email = known.email.as_ref().ok_or(UpdateError::StepUpNeeded)?;
                match self.parts.passwords.judge(email, password, &visitor.address, actor).await? {
                    PasswordVerdict::Right { user, .. } if user == known.user => Ok(()),
                    PasswordVerdict::Right { .. } | PasswordVerdict::Wrong => Err(UpdateError::WrongPassword),
                    PasswordVerdict::TooMany(next) => Err(UpdateError::TooMany(next)),
                }
            }
            StepUp::OldNumberCode(code) => {
                let requester = Principal::User(known.user);
                let to = old.clone().into();
                let open =
                    self.parts.prove.verify.find_open(&requester, &to, Some(Purpose::Registration)).await?;
                let open = open.ok_or(UpdateError::WrongCode)?;
                match self.parts.prove.verify.check(open.id, &requester, code, None).await? {
                    CheckResult::Judged(checked) if checked.approved => Ok(()),
                    CheckResult::Failed(_) => Err(UpdateError::CheckFailed),
                    CheckResult::Judged(_) | CheckResult::Gone | CheckResult::Locked(_) => {
                        Err(UpdateError::WrongCode)
                    }
                }
            }
        }
    }

    /// A notice to the old number that another has replaced it, because its owner may not know.
    fn notice(&self, known: &Profile, old: &PhoneNumber, new: &PhoneNumber) -> Option<NewOutbound> {
        let Some(account) = self.parts.sms_account.clone() else {
            tracing::warn!(user = %known.user, "no SMS account is set up: no notice sent");
            return None;
        };
        let now = self.kernel.now();
        let text = Text { id: "phone-replaced", args: vec![("number", Arg::Text(new.masked()))] };
        Some(NewOutbound {
            message: OutboundMessage::plain(
                MessageId(self.kernel.new_id()),
                Channel::Sms,
                old.e164().to_owned(),
                self.parts.texts.render(known.locale.unwrap_or(self.parts.default_locale), &text),
            ),
            channel_account: account,
            lane: Lane::Conversation,
            expires_at: now.checked_add_signed(NOTICE_LASTS).unwrap_or(now),
            client: None,
        })
    }
}
