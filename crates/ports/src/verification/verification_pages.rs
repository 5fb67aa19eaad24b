//! Pages on which people prove their numbers.

use super::Requester;
use crate::store_error::StoreResult;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    ids::{PageId, UserId, VerificationId},
    locale::Locale,
    phone::PhoneNumber,
    verification::otp::Purpose,
};

/// A page to be opened.
#[derive(Clone, Debug)]
pub struct NewVerificationPage {
    /// Its id.
    pub id: PageId,
    /// The hash of the token in its address.
    pub token_hash: [u8; 32],
    /// Whose the challenges begun on it are.
    pub owner: Requester,
    /// The person whose number is to be proved, where he is known.
    pub user: Option<UserId>,
    /// The number to prove; none: the page asks for it.
    pub phone: Option<PhoneNumber>,
    /// What for.
    pub purpose: Purpose,
    /// Where the person goes afterwards, an address that was allowed.
    pub return_to: Option<String>,
    /// What the owner wants to see again when he comes back.
    pub state: Option<String>,
    /// The page's language, where the owner set one.
    pub locale: Option<Locale>,
    /// When it closes.
    pub expires_at: DateTime<Utc>,
}

/// A page as it stands.
#[derive(Clone, Debug)]
pub struct VerificationPage {
    /// Its id.
    pub id: PageId,
    /// Whose the challenges begun on it are.
    pub owner: Requester,
    /// The person whose number is to be proved, where he is known.
    pub user: Option<UserId>,
    /// The number, given or named on the page.
    pub phone: Option<PhoneNumber>,
    /// Whether it was given, and can't be changed.
    pub is_phone_fixed: bool,
    /// What for.
    pub purpose: Purpose,
    /// Where the person goes afterwards.
    pub return_to: Option<String>,
    /// What the owner wants to see again when he comes back.
    pub state: Option<String>,
    /// The page's language, where the owner set one.
    pub locale: Option<Locale>,
    /// The challenge begun last.
    pub verification: Option<VerificationId>,
    /// When it closes.
    pub expires_at: DateTime<Utc>,
    /// When the number was proved.
    pub finished_at: Option<DateTime<Utc>>,
}

/// The pages. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait VerificationPages: Send + Sync {
    /// Opens one.
    async fn open(&self, page: &NewVerificationPage, now: DateTime<Utc>) -> StoreResult<()>;

    /// The page with that token's hash, closed ones included.
    async fn find(&self, token_hash: &[u8; 32]) -> StoreResult<Option<VerificationPage>>;

    /// Sets the number that was named on the page; the challenge for another one is forgotten. False where
    /// the number is fixed, the page is finished, or `numbers_max` others were named on it.
    async fn name_phone(&self, id: PageId, phone: &PhoneNumber, numbers_max: u32) -> StoreResult<bool>;

    /// Notes which challenge is under way. False where the page is finished or its number is another by now.
    async fn begin(&self, id: PageId, phone: &PhoneNumber, challenge: VerificationId) -> StoreResult<bool>;

    /// Notes that the number is proved by that challenge. True the first time.
    async fn finish(&self, id: PageId, challenge: VerificationId, now: DateTime<Utc>) -> StoreResult<bool>;

    /// Forgets those that closed before that; how many.
    async fn purge_pages(&self, before: DateTime<Utc>) -> StoreResult<usize>;
}
