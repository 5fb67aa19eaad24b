//! Pages on which a person proves his number.

use crate::stores::StoreResult;
use async_trait::async_trait;
use domain::{ids::UserId, locale::Locale, phone::PhoneNumber};

/// Opens hosted verification pages for people of ours.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait VerificationPages: Send + Sync {
    /// The address of a page on which this person proves a number: the one he has named, where there is
    /// one. Proving it there makes it his.
    async fn open(
        &self,
        user: UserId,
        phone: Option<PhoneNumber>,
        locale: Option<Locale>,
    ) -> StoreResult<String>;
}
