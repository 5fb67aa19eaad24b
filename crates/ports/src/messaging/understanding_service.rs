//! Asks an outside service what a text means.

use async_trait::async_trait;
use domain::messaging::opinion::{Excerpt, Opinion, ServiceFailure};

/// A service that says what texts mean. What it says is an opinion: `domain::messaging::opinion` decides what of it is
/// believed.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UnderstandingService: Send + Sync {
    /// The name in the API, in metrics and in the audit log: `openai`, `rasa`.
    fn name(&self) -> &'static str;

    /// The model that is asked for; `None` when the service has one only.
    fn model(&self) -> Option<String>;

    /// Asks once, within the budget of its settings: there is no second try, and at most so many calls at once.
    ///
    /// # Errors
    /// Why there is no answer that can be weighed. An intent that isn't ours is [`ServiceFailure::Invalid`].
    async fn ask(&self, excerpt: &Excerpt) -> Result<Opinion, ServiceFailure>;
}
