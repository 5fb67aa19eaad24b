//! What a person's account says of him, and changing it.

use crate::{
    accounts::{
        prove_phone::{NumberProof, ProveError, ProvePhone},
        session_issuer::{AuthServiceError, PasswordAuthenticator, PasswordVerdict, Visitor},
    },
    verification::verification_service::CheckResult,
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    accounts::Password,
    ids::{MessageId, UserId},
    locale::Locale,
    message::Channel,
    messaging::conversation::{Arg, Text},
    operations::audit::Actor,
    phone::PhoneNumber,
    verification::otp::{OtpCode, Purpose},
};
use ports::{
    accounts::{AccountPhone, NameChange, PhoneChange, Profile, ProfileChange, ProfileChanged, Users},
    clock::Clock,
    ids_and_random::IdGenerator,
    messaging::{Lane, NewOutbound, message_channel::OutboundMessage, texts::Texts},
    store_error::{StoreError, StoreResult},
    verification::Requester,
};
use std::sync::Arc;
use thiserror::Error;

/// How long the news to an old number is worth sending.
const NOTICE_LASTS: Duration = Duration::days(1);

/// Shows and changes profiles.
pub struct Profiles {
    /// People's accounts.
    pub accounts: Arc<dyn Users>,
    /// Judges passwords.
    pub passwords: Arc<PasswordAuthenticator>,
    /// Looks at proofs of numbers.
    pub prove: Arc<ProvePhone>,
    /// The words to an old number.
    pub texts: Arc<dyn Texts>,
    /// Ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// The number SMS go out from, where there is one.
    pub sms_account: Option<String>,
    /// The language of people who have set none.
    pub default_locale: Locale,
}

/// What shows that it is the person himself, not somebody with his phone in hand.
pub enum StepUp {
    /// His password.
    Password(Password),
    /// A code sent to the number that is proved now, to prove it anew: one for signing in is for signing in.
    OldNumberCode(OtpCode),
}

/// Another number.
pub struct WantedPhone {
    /// The number.
    pub number: PhoneNumber,
    /// What proves it.
    pub proof: Option<NumberProof>,
    /// What allows it to take a proved number's place.
    pub step_up: Option<StepUp>,
}

/// What is to change; what is absent stays.
pub struct ProfileUpdate {
    /// Whose.
    pub user: UserId,
    /// What he is called.
    pub first_name: NameChange,
    /// His family's name.
    pub last_name: NameChange,
    /// His language.
    pub locale: Option<Locale>,
    /// His number.
    pub phone: Option<WantedPhone>,
    /// Where he calls from.
    pub visitor: Visitor,
    /// For the audit.
    pub actor: Actor,
}

/// Why nothing changed.
#[derive(Debug, Error)]
pub enum UpdateError {
    /// There is no such person.
    #[error("there is no such person")]
    NotFound,
    /// The number is another person's.
    #[error("the number is another person's")]
    PhoneTaken,
    /// The new number must be proved to take the proved one's place.
    #[error("the new number is not proved")]
    ProofNeeded,
    /// What was shown does not prove it.
    #[error("this does not prove the number")]
    NoProof,
    /// Replacing a proved number takes the password or a code sent to it.
    #[error("the password or the old number's code is needed")]
    StepUpNeeded,
    /// The password is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// The old number's code is wrong.
    #[error("the old number's code is wrong")]
    WrongCode,
    /// Too many tries at the password; the next may be made then.
    #[error("too many tries")]
    TooMany(DateTime<Utc>),
    /// The code can't be checked now.
    #[error("the code can't be checked now")]
    CheckFailed,
    /// It was changed meanwhile.
    #[error("the number was changed meanwhile")]
    Moved,
    /// It could not be done.
    #[error(transparent)]
    AuthServiceError(#[from] AuthServiceError),
}

impl From<StoreError> for UpdateError {
    fn from(fault: StoreError) -> Self {
        Self::AuthServiceError(fault.into())
    }
}

impl From<ProveError> for UpdateError {
    fn from(fault: ProveError) -> Self {
        match fault {
            ProveError::NoProof => Self::NoProof,
            ProveError::Failed => Self::CheckFailed,
            ProveError::Store(fault) => fault.into(),
        }
    }
}

impl Profiles {
    /// A person's account.
    pub async fn show(&self, user: UserId) -> StoreResult<Option<Profile>> {
        self.accounts.profile(user).await
    }

    /// Changes it, and tells how it stands now.
    pub async fn update(&self, update: ProfileUpdate) -> Result<Profile, UpdateError> {
        let user = update.user;
        let known = self.accounts.profile(user).await?.ok_or(UpdateError::NotFound)?;
        let phone = match update.phone {
            // The number he has already.
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
        match self.accounts.change_profile(&change, self.clock.now()).await? {
            ProfileChanged::Done => {}
            ProfileChanged::PhoneTaken => return Err(UpdateError::PhoneTaken),
            ProfileChanged::NoProof => return Err(UpdateError::NoProof),
            ProfileChanged::Moved => return Err(UpdateError::Moved),
        }
        self.accounts.profile(user).await?.ok_or(UpdateError::NotFound)
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
            Some(proof) => Some(self.prove.run(&wanted.number, proof, &visitor.address, Some(user)).await?),
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
                match self.passwords.judge(email, password, &visitor.address, actor).await? {
                    PasswordVerdict::Right { user, .. } if user == known.user => Ok(()),
                    PasswordVerdict::Right { .. } | PasswordVerdict::Wrong => Err(UpdateError::WrongPassword),
                    PasswordVerdict::TooMany(next) => Err(UpdateError::TooMany(next)),
                }
            }
            StepUp::OldNumberCode(code) => {
                let requester = Requester::User(known.user);
                let to = old.clone().into();
                let open = self.prove.verify.find_open(&requester, &to, Some(Purpose::Registration)).await?;
                let open = open.ok_or(UpdateError::WrongCode)?;
                match self.prove.verify.check(open.id, &requester, code, None).await? {
                    CheckResult::Judged(checked) if checked.approved => Ok(()),
                    CheckResult::Failed(_) => Err(UpdateError::CheckFailed),
                    CheckResult::Judged(_) | CheckResult::Gone | CheckResult::Locked(_) => {
                        Err(UpdateError::WrongCode)
                    }
                }
            }
        }
    }

    /// Tells the old number that another has taken its place: its owner may not know.
    fn notice(&self, known: &Profile, old: &PhoneNumber, new: &PhoneNumber) -> Option<NewOutbound> {
        let Some(account) = self.sms_account.clone() else {
            tracing::warn!(user = %known.user, "no SMS is set up: an old number is not told of its replacement");
            return None;
        };
        let now = self.clock.now();
        let text = Text { id: "phone-replaced", args: vec![("number", Arg::Text(new.masked()))] };
        Some(NewOutbound {
            message: OutboundMessage::plain(
                MessageId(self.ids.new_id()),
                Channel::Sms,
                old.e164().to_owned(),
                self.texts.render(known.locale.unwrap_or(self.default_locale), &text),
            ),
            channel_account: account,
            lane: Lane::Conversation,
            expires_at: now.checked_add_signed(NOTICE_LASTS).unwrap_or(now),
            client: None,
        })
    }
}
