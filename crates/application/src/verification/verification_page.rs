//! The hosted page on which a person verifies a number. A team opens it; anybody who has its address uses it.
//! Reading the page changes nothing. What is done on it counts for the team that opened it.

use crate::{
    kernel::Kernel,
    verification::verification_service::{
        CheckResult, OnPage, SendCodeOutcome, StartRequest, VerificationService, WhenOpen,
    },
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    ids::{PageId, UserId, VerificationId},
    locale::Locale,
    message::Channel,
    operations::audit::Actor,
    phone::PhoneNumber,
    principal::Principal,
    verification::{
        otp::{ChallengeStatus, OtpCode, Purpose},
        page_token::{PageToken, TOKEN_BYTES},
        return_to::ReturnTo,
    },
};
use ports::{
    accounts::{AccountPhone, NameChange, PhoneChange, Profile, ProfileChange, ProfileChanged, Users},
    store_error::{StoreError, StoreResult},
    verification::{
        NewVerificationPage, Verification, VerificationPage, VerificationPages,
        code_provider::CodeProviderError,
    },
};
use std::sync::Arc;
use thiserror::Error;

/// How long a page is open: the life of a code, and time to begin.
pub const PAGE_LASTS: Duration = Duration::minutes(15);
/// How many numbers may be named on a page that was opened without one.
pub const NUMBERS_MAX: u32 = 3;

/// Opens hosted pages and does what is asked on them.
pub struct HostedVerification {
    pages: Arc<dyn VerificationPages>,
    verify: Arc<VerificationService>,
    accounts: Arc<dyn Users>,
    kernel: Kernel,
    site: PageSite,
}

/// Where the pages are, and what they offer.
pub struct PageSite {
    /// The public address of the pages, without a slash at the end.
    pub public_base_url: String,
    /// The channels that a page offers, the preferred one first.
    pub channels: Vec<Channel>,
}

/// A request to open a page.
#[derive(Clone, Debug)]
pub struct NewPage {
    /// The number to verify. `None`: the page asks for it.
    pub phone: Option<PhoneNumber>,
    /// The person who gets the number, if they are known.
    pub user: Option<UserId>,
    /// What the code is for.
    pub purpose: Purpose,
    /// Where the person is sent afterwards.
    pub return_to: Option<ReturnTo>,
    /// A value that the owner gets back when the person returns.
    pub state: Option<String>,
    /// The page's language. `None`: the person's own.
    pub locale: Option<Locale>,
    /// The principal that owns the challenges started on the page.
    pub owner: Principal,
}

/// Where a person goes from a page.
#[derive(Clone, Debug, Default)]
pub struct WayBack {
    /// The address to return to.
    pub return_to: Option<ReturnTo>,
    /// The value that is returned with the person.
    pub state: Option<String>,
}

/// A page that was opened. Its address contains the secret token, so there is no `Debug`.
pub struct OpenedPage {
    /// The page's id.
    pub id: PageId,
    /// The secret token.
    pub token: PageToken,
    /// The page's full address.
    pub url: String,
    /// When the page closes.
    pub expires_at: DateTime<Utc>,
}

/// A page in its present state.
#[derive(Clone, Debug)]
pub struct PageView {
    /// The page as it is kept.
    pub page: VerificationPage,
    /// What the page shows now.
    pub phase: Phase,
}

/// The state of a page.
#[derive(Clone, Debug)]
pub enum Phase {
    /// The page asks for the number.
    AskNumber,
    /// A code can be sent. The box holds the challenge whose send failed, if there is one.
    Ready(Option<Box<Verification>>),
    /// A code was sent and can be checked.
    Waiting(Box<Verification>),
    /// All check attempts of the code are used up.
    Spent(Box<Verification>),
    /// The code has expired.
    CodeExpired(Box<Verification>),
    /// The number is verified.
    Approved(VerificationId),
    /// The number is verified, but it belongs to another user.
    Taken,
}

impl Phase {
    /// The phase's name in the API.
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

    /// The challenge that the phase is about.
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
    /// No page has that token.
    #[error("there is no such page")]
    Unknown,
    /// The page has expired.
    #[error("the page has expired")]
    Closed(Box<VerificationPage>),
    /// The store failed, or could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A request to send a code, made on the page.
#[derive(Clone, Debug)]
pub struct SendFromPage {
    /// The number, where the page asks for it.
    pub phone: Option<PhoneNumber>,
    /// The channel. `None`: the one used before, else the preferred one.
    pub channel: Option<Channel>,
    /// The language of the message.
    pub locale: Locale,
    /// The person's IP address, for rate limits.
    pub client_ip: String,
}

/// The outcome of a request to send a code.
#[derive(Clone, Debug)]
pub enum PageSend {
    /// The outcome of the verification service.
    SendCodeOutcome(SendCodeOutcome),
    /// The page has no number yet.
    NumberNeeded,
    /// The page's number is fixed, or too many other numbers were named.
    NumberKept,
    /// The number is verified already.
    Finished,
}

impl HostedVerification {
    /// Builds the use case: `accounts` get the verified numbers.
    #[must_use]
    pub fn new(
        pages: Arc<dyn VerificationPages>,
        accounts: Arc<dyn Users>,
        verify: Arc<VerificationService>,
        kernel: Kernel,
        site: PageSite,
    ) -> Self {
        Self { pages, verify, accounts, kernel, site }
    }

    /// The channels that a page offers, the preferred one first.
    #[must_use]
    pub fn channels(&self) -> &[Channel] {
        &self.site.channels
    }

    /// True when a user has that id.
    pub async fn knows(&self, user: UserId) -> StoreResult<bool> {
        Ok(self.accounts.profile(user).await?.is_some())
    }

    /// Opens a page. Nothing is sent.
    #[tracing::instrument(name = "open_page", level = "debug", skip_all)]
    pub async fn open(&self, new: NewPage) -> StoreResult<OpenedPage> {
        let mut random = [0; TOKEN_BYTES];
        self.kernel.random.fill(&mut random);
        let token = PageToken::of(&random);
        let now = self.kernel.now();
        let page = NewVerificationPage {
            id: PageId(self.kernel.new_id()),
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
        let url = format!("{}/verify/{}", self.site.public_base_url, token.reveal());
        Ok(OpenedPage { id: page.id, token, url, expires_at: page.expires_at })
    }

    /// Opens a page on which a user verifies a number, and returns its address. The page is for the number
    /// that they have verified or named, if there is one.
    pub async fn open_for(&self, person: &Profile, back: WayBack) -> StoreResult<String> {
        let named = person.phone.as_ref().or(person.claimed_phone.as_ref()).cloned();
        let opened = self.open(NewPage {
            phone: named.filter(|phone| self.verify.serves(&phone.clone().into())),
            user: Some(person.user),
            purpose: Purpose::Registration,
            return_to: back.return_to,
            state: back.state,
            locale: person.locale,
            owner: Principal::User(person.user),
        });
        Ok(opened.await?.url)
    }

    /// Reads a page. Nothing changes, unless a crash came between an approval and what follows from it.
    #[tracing::instrument(name = "look_at_page", level = "debug", skip_all)]
    pub async fn look(&self, token: &str) -> Result<PageView, PageFault> {
        let token = PageToken::parse(token).ok_or(PageFault::Unknown)?;
        let page = self.pages.find(&token.hash()).await?.ok_or(PageFault::Unknown)?;
        let now = self.kernel.now();
        let challenge = match page.verification {
            Some(id) => self.verify.find(id, &page.owner).await?,
            None => None,
        };
        // A number that was verified in time leads back to the caller even after the page has expired.
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

    /// Sends a code: the first one, the same one again, or a new one after the last one is used up.
    #[tracing::instrument(name = "send_from_page", level = "debug", skip_all)]
    pub async fn send(&self, token: &str, asked: SendFromPage) -> Result<PageSend, PageFault> {
        let PageView { page, phase } = self.look(token).await?;
        if matches!(phase, Phase::Approved(_) | Phase::Taken) {
            return Ok(PageSend::Finished);
        }
        let last = phase.challenge().map(|one| one.channel);
        let named = asked.phone.filter(|named| page.phone.as_ref() != Some(named));
        let phone = match (named, page.phone) {
            (Some(named), _) => {
                if !self.verify.serves(&named.clone().into()) {
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
        let Some(channel) = asked.channel.or(last).or_else(|| self.site.channels.first().copied()) else {
            return Ok(PageSend::NumberKept);
        };
        let is_anonymous = page.owner.is_anonymous();
        let request = StartRequest {
            requester: page.owner,
            to: phone.clone().into(),
            channel,
            fallback: self.next_fallbacks(channel),
            purpose: page.purpose,
            locale: asked.locale,
            client_ip: Some(asked.client_ip.clone()),
            origin: Some(asked.client_ip),
            page: Some(OnPage { id: page.id, host: web_otp_host(&self.site.public_base_url) }),
            effect_key: None,
            when_open: WhenOpen::Resend,
        };
        let started = self.verify.start(request).await?;
        let challenge = match &started {
            SendCodeOutcome::Sent(one) | SendCodeOutcome::StillGood(one) => Some(one.id),
            // The challenge was started here a moment ago, and the page did not record it.
            SendCodeOutcome::TooSoon { verification, .. } => Some(*verification),
            _ => None,
        };
        if let Some(challenge) = challenge {
            self.pages.begin(page.id, &phone, challenge).await?;
        }
        // An anonymous caller must not learn that the owner of the number has opted out.
        let started = match started {
            SendCodeOutcome::OptedOut if is_anonymous => {
                SendCodeOutcome::Failed(CodeProviderError::ChannelRefused("opted out".into()))
            }
            started => started,
        };
        Ok(PageSend::SendCodeOutcome(started))
    }

    /// A code that does not arrive on WhatsApp goes out by SMS.
    fn next_fallbacks(&self, first: Channel) -> Vec<Channel> {
        let sms = self.site.channels.iter().copied().filter(|next| *next == Channel::Sms);
        if first == Channel::Whatsapp { sms.collect() } else { Vec::new() }
    }

    /// Checks a code against the open challenge. A form with a name and the same code is one check attempt,
    /// even if it is sent more than once.
    #[tracing::instrument(name = "check_on_page", level = "debug", skip_all)]
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
            self.settle(&page, &challenge, self.kernel.now()).await?;
        }
        Ok(result)
    }

    /// Does what follows from an approval: the number becomes the person's. After a crash the next read of
    /// the page does it.
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

    /// Gives a verified number to the person, unless they have one: replacing a number takes more than a
    /// page. True when the number belongs to another user.
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
            actor: Actor { who: page.owner.clone(), channel: "page".into(), request_id: page.id.to_string() },
        };
        let changed = self.accounts.change_profile(&change, self.kernel.now()).await?;
        if matches!(changed, ProfileChanged::NoProof | ProfileChanged::Moved) {
            tracing::warn!(page = %page.id, ?changed, "verified number not given to the person");
        }
        Ok(changed == ProfileChanged::PhoneTaken)
    }
}

/// The host on which browsers fill in codes by themselves: only an encrypted page with a host name has one.
fn web_otp_host(base: &str) -> Option<String> {
    let host = base.strip_prefix("https://")?.split(['/', ':']).next()?;
    let is_name = host.split('.').next_back()?.starts_with(|c: char| c.is_ascii_alphabetic());
    is_name.then(|| host.to_owned())
}
