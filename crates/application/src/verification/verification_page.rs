//! The page on which a person proves a number: opened by a team, used by whoever has its address.
//! Looking at it changes nothing; what is done on it counts for the team that opened it.

use crate::verification::verification_service::{
    CheckResult, OnPage, SendCodeOutcome, StartRequest, VerificationService, WhenOpen,
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    ids::{PageId, UserId, VerificationId},
    locale::Locale,
    message::Channel,
    operations::audit::Actor,
    phone::PhoneNumber,
    verification::{
        otp::{ChallengeStatus, OtpCode, Purpose},
        page_token::{PageToken, TOKEN_BYTES},
        return_to::ReturnTo,
    },
};
use ports::{
    accounts::{AccountPhone, NameChange, PhoneChange, Profile, ProfileChange, ProfileChanged, Users},
    clock::Clock,
    ids_and_random::{IdGenerator, Random},
    store_error::{StoreError, StoreResult},
    verification::{
        NewVerificationPage, Requester, Verification, VerificationPage, VerificationPages,
        code_provider::CodeProviderError,
    },
};
use std::sync::Arc;
use thiserror::Error;

/// How long a page is open: a code's life, and time to begin.
pub const PAGE_LASTS: Duration = Duration::minutes(15);
/// Numbers that may be named on a page that was opened for none.
pub const NUMBERS_MAX: u32 = 3;

/// Opens pages and does what is asked on them.
pub struct HostedVerification {
    /// Where pages are kept.
    pub pages: Arc<dyn VerificationPages>,
    /// Sends and checks codes.
    pub verify: Arc<VerificationService>,
    /// Whose the proved numbers become.
    pub accounts: Arc<dyn Users>,
    /// Makes tokens.
    pub random: Arc<dyn Random>,
    /// Ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// Where pages are reached, without a slash at the end.
    pub public_base_url: String,
    /// The ways that are offered, the preferred one first.
    pub channels: Vec<Channel>,
}

/// A wish for a page.
#[derive(Clone, Debug)]
pub struct NewPage {
    /// The number to prove; none: the page asks for it.
    pub phone: Option<PhoneNumber>,
    /// The person whose number it shall be, where he is known.
    pub user: Option<UserId>,
    /// What for.
    pub purpose: Purpose,
    /// Where he goes afterwards.
    pub return_to: Option<ReturnTo>,
    /// What the owner wants to see again when he comes back.
    pub state: Option<String>,
    /// The page's language; none: the person's own.
    pub locale: Option<Locale>,
    /// Whose the challenges begun on it are.
    pub owner: Requester,
}

/// Where a person goes from a page.
#[derive(Clone, Debug, Default)]
pub struct WayBack {
    /// The address.
    pub return_to: Option<ReturnTo>,
    /// What comes back with him.
    pub state: Option<String>,
}

/// A page that was opened. Its address bears the secret: `Debug` would show it, so there is none.
pub struct OpenedPage {
    /// Its id.
    pub id: PageId,
    /// The secret.
    pub token: PageToken,
    /// The address.
    pub url: String,
    /// When it closes.
    pub expires_at: DateTime<Utc>,
}

/// A page as its person meets it.
#[derive(Clone, Debug)]
pub struct PageView {
    /// The page.
    pub page: VerificationPage,
    /// Where it stands.
    pub phase: Phase,
}

/// Where a page stands.
#[derive(Clone, Debug)]
pub enum Phase {
    /// It asks for the number.
    AskNumber,
    /// A code can be sent; boxed is the challenge whose send failed, where one did.
    Ready(Option<Box<Verification>>),
    /// A code is out.
    Waiting(Box<Verification>),
    /// All guesses at the code are taken.
    Spent(Box<Verification>),
    /// The code's time is over.
    CodeExpired(Box<Verification>),
    /// The number is proved.
    Approved(VerificationId),
    /// The number is proved, but it is another account's.
    Taken,
}

impl Phase {
    /// The word of the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AskNumber => "number",
            Self::Ready(_) => "ready",
            Self::Waiting(_) => "waiting",
            Self::Spent(_) => "spent",
            Self::CodeExpired(_) => "expired",
            Self::Approved(_) => "approved",
            Self::Taken => "taken",
        }
    }

    /// The challenge it is about.
    #[must_use]
    pub fn challenge(&self) -> Option<&Verification> {
        match self {
            Self::Waiting(one) | Self::Spent(one) | Self::CodeExpired(one) => Some(one),
            Self::Ready(one) => one.as_deref(),
            Self::AskNumber | Self::Approved(_) | Self::Taken => None,
        }
    }
}

/// Why a page can't be used.
#[derive(Debug, Error)]
pub enum PageFault {
    /// There is no such page.
    #[error("there is no such page")]
    Unknown,
    /// Its time is over.
    #[error("the page is closed")]
    Closed(Box<VerificationPage>),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A wish to have a code sent.
#[derive(Clone, Debug)]
pub struct SendFromPage {
    /// The number, where the page asks for it.
    pub phone: Option<PhoneNumber>,
    /// How; none: as before, else the preferred way.
    pub channel: Option<Channel>,
    /// In which language.
    pub locale: Locale,
    /// The person's address, to be limited by.
    pub client_ip: String,
}

/// What came of a wish to have a code sent.
#[derive(Clone, Debug)]
pub enum PageSend {
    /// The use case's word.
    SendCodeOutcome(SendCodeOutcome),
    /// The page has no number yet.
    NumberNeeded,
    /// The number is fixed, or too many others were named.
    NumberKept,
    /// The number is proved already.
    Finished,
}

impl HostedVerification {
    /// Whether it is a person of ours.
    pub async fn knows(&self, user: UserId) -> StoreResult<bool> {
        Ok(self.accounts.profile(user).await?.is_some())
    }

    /// Opens a page. Nothing is sent.
    pub async fn open(&self, new: NewPage) -> StoreResult<OpenedPage> {
        let mut random = [0; TOKEN_BYTES];
        self.random.fill(&mut random);
        let token = PageToken::of(&random);
        let now = self.clock.now();
        let page = NewVerificationPage {
            id: PageId(self.ids.new_id()),
            token_hash: token.hash(),
            owner: new.owner,
            user: new.user,
            phone: new.phone,
            purpose: new.purpose,
            return_to: new.return_to.map(|to| to.as_str().to_owned()),
            state: new.state,
            locale: new.locale,
            expires_at: now.checked_add_signed(PAGE_LASTS).unwrap_or(now),
        };
        self.pages.open(&page, now).await?;
        let url = format!("{}/verify/{}", self.public_base_url, token.reveal());
        Ok(OpenedPage { id: page.id, token, url, expires_at: page.expires_at })
    }

    /// The address of a page on which a person of ours proves a number, which becomes his: the one that he
    /// has proved or named, where there is one.
    pub async fn open_for(&self, person: &Profile, back: WayBack) -> StoreResult<String> {
        let named = person.phone.as_ref().or(person.claimed_phone.as_ref()).cloned();
        let opened = self.open(NewPage {
            phone: named.filter(|phone| phone.is_of(&self.verify.allowed)),
            user: Some(person.user),
            purpose: Purpose::Registration,
            return_to: back.return_to,
            state: back.state,
            locale: person.locale,
            owner: Requester::User(person.user),
        });
        Ok(opened.await?.url)
    }

    /// Looks at a page. Nothing changes, unless a crash came between an approval and what it brings.
    pub async fn look(&self, token: &str) -> Result<PageView, PageFault> {
        let token = PageToken::parse(token).ok_or(PageFault::Unknown)?;
        let page = self.pages.find(&token.hash()).await?.ok_or(PageFault::Unknown)?;
        let now = self.clock.now();
        let challenge = match page.verification {
            Some(id) => self.verify.find(id, &page.owner).await?,
            None => None,
        };
        // What was proved in time leads back however late it is looked at.
        let is_proved = |one: &Verification| one.challenge.status == ChallengeStatus::Approved;
        if now >= page.expires_at && !challenge.as_ref().is_some_and(is_proved) {
            return Err(PageFault::Closed(Box::new(page)));
        }
        let phase = match challenge.map(Box::new) {
            None if page.phone.is_none() => Phase::AskNumber,
            None => Phase::Ready(None),
            Some(one) if one.challenge.status == ChallengeStatus::Approved => {
                self.settle(&page, &one, now).await?
            }
            Some(one) if one.challenge.is_open(now) => Phase::Waiting(one),
            Some(one) if one.challenge.attempts_remaining() == 0 => Phase::Spent(one),
            Some(one) if one.challenge.status == ChallengeStatus::Pending => Phase::CodeExpired(one),
            Some(one) => Phase::Ready(Some(one)),
        };
        Ok(PageView { page, phase })
    }

    /// Has a code sent: the first one, the same one again, or a new one for one that is spent.
    pub async fn send(&self, token: &str, wish: SendFromPage) -> Result<PageSend, PageFault> {
        let PageView { page, phase } = self.look(token).await?;
        if matches!(phase, Phase::Approved(_) | Phase::Taken) {
            return Ok(PageSend::Finished);
        }
        let last = phase.challenge().map(|one| one.channel);
        let named = wish.phone.filter(|named| page.phone.as_ref() != Some(named));
        let phone = match (named, page.phone) {
            (Some(named), _) => {
                if !named.is_of(&self.verify.allowed) {
                    return Ok(PageSend::SendCodeOutcome(SendCodeOutcome::NumberRefused));
                }
                if !self.pages.name_phone(page.id, &named, NUMBERS_MAX).await? {
                    return Ok(PageSend::NumberKept);
                }
                named
            }
            (None, Some(known)) => known,
            (None, None) => return Ok(PageSend::NumberNeeded),
        };
        let Some(channel) = wish.channel.or(last).or_else(|| self.channels.first().copied()) else {
            return Ok(PageSend::NumberKept);
        };
        let is_anonymous = page.owner.anonymous().is_some();
        let request = StartRequest {
            requester: page.owner,
            to: phone.clone().into(),
            channel,
            fallback: self.next_fallbacks(channel),
            purpose: page.purpose,
            locale: wish.locale,
            client_ip: Some(wish.client_ip.clone()),
            origin: Some(wish.client_ip),
            page: Some(OnPage { id: page.id, host: web_otp_host(&self.public_base_url) }),
            effect_key: None,
            when_open: WhenOpen::Resend,
        };
        let started = self.verify.start(request).await?;
        let challenge = match &started {
            SendCodeOutcome::Sent(one) | SendCodeOutcome::StillGood(one) => Some(one.id),
            // Begun here a moment ago, and cut short before it was noted.
            SendCodeOutcome::TooSoon { verification, .. } => Some(*verification),
            _ => None,
        };
        if let Some(challenge) = challenge {
            self.pages.begin(page.id, &phone, challenge).await?;
        }
        // Whoever has not said who he is learns nothing of what its owner wants to hear.
        let started = match started {
            SendCodeOutcome::OptedOut if is_anonymous => {
                SendCodeOutcome::Failed(CodeProviderError::ChannelRefused("opted out".into()))
            }
            started => started,
        };
        Ok(PageSend::SendCodeOutcome(started))
    }

    /// What does not arrive on WhatsApp goes by SMS.
    fn next_fallbacks(&self, first: Channel) -> Vec<Channel> {
        let sms = self.channels.iter().copied().filter(|next| *next == Channel::Sms);
        if first == Channel::Whatsapp { sms.collect() } else { Vec::new() }
    }

    /// Checks a code against the challenge under way. A form that names itself is one guess with the same code in
    /// it, however often it is sent.
    pub async fn check(
        &self,
        token: &str,
        code: &OtpCode,
        form: Option<&str>,
    ) -> Result<CheckResult, PageFault> {
        let PageView { page, phase } = self.look(token).await?;
        let Phase::Waiting(challenge) = phase else { return Ok(CheckResult::Gone) };
        let name = form.zip(PageToken::parse(token)).map(|(form, token)| {
            let form = format!("{} {form}", challenge.id);
            format!("page:{}", token.attempt_name(&form, code))
        });
        let result = self.verify.check(challenge.id, &page.owner, code, name).await?;
        if matches!(&result, CheckResult::Judged(checked) if checked.approved) {
            self.settle(&page, &challenge, self.clock.now()).await?;
        }
        Ok(result)
    }

    /// What an approval brings: the number becomes the person's. Cut short, it is done by whoever looks next.
    async fn settle(
        &self,
        page: &VerificationPage,
        proved: &Verification,
        now: DateTime<Utc>,
    ) -> StoreResult<Phase> {
        if page.finished_at.is_some() {
            return Ok(Phase::Approved(proved.id));
        }
        if let (Some(user), Some(number), Purpose::Registration) =
            (page.user, proved.to.phone(), page.purpose)
            && self.is_taken(page, user, number, proved.id).await?
        {
            return Ok(Phase::Taken);
        }
        self.pages.finish(page.id, proved.id, now).await?;
        Ok(Phase::Approved(proved.id))
    }

    /// Makes a proved number the person's, unless he has one: to replace that takes more than a page. True:
    /// it is another's.
    async fn is_taken(
        &self,
        page: &VerificationPage,
        user: UserId,
        number: &PhoneNumber,
        proof: VerificationId,
    ) -> StoreResult<bool> {
        let person = self.accounts.profile(user).await?;
        if person.is_none_or(|person| person.phone.is_some()) {
            return Ok(false);
        }
        let phone = AccountPhone { number: number.clone(), proof: Some(proof) };
        let change = ProfileChange {
            user,
            first_name: NameChange::Keep,
            last_name: NameChange::Keep,
            locale: None,
            phone: Some(PhoneChange { phone, replaces: None, notice: None }),
            actor: Actor { who: page.owner.key(), channel: "page".into(), request_id: page.id.to_string() },
        };
        let changed = self.accounts.change_profile(&change, self.clock.now()).await?;
        if matches!(changed, ProfileChanged::NoProof | ProfileChanged::Moved) {
            tracing::warn!(page = %page.id, ?changed, "a number that was proved on a page is not the person's");
        }
        Ok(changed == ProfileChanged::PhoneTaken)
    }
}

/// Where browsers fill codes in by themselves: on encrypted pages of a named host.
fn web_otp_host(base: &str) -> Option<String> {
    let host = base.strip_prefix("https://")?.split(['/', ':']).next()?;
    let is_name = host.split('.').next_back()?.starts_with(|c: char| c.is_ascii_alphabetic());
    is_name.then(|| host.to_owned())
}
