//! Understands a text: the rules first, and an understanding service only for what they don't know. The rules check
//! what the service says; what is left of it is decided in `domain::messaging::opinion`.

use crate::kernel::Kernel;
use async_trait::async_trait;
use domain::messaging::{
    intent::{Dialogue, Intent, Understanding},
    opinion::{Evidence, Excerpt, Opinion, ServiceFailure},
};
use ports::messaging::{
    intent_parser::{Consultation, IntentParser, ParsedText, RULES, TextRules},
    understanding_service::UnderstandingService,
};
use std::sync::Arc;

/// The parser of an installation with an understanding service.
pub struct Understand {
    rules: Arc<dyn TextRules>,
    service: Arc<dyn UnderstandingService>,
    kernel: Kernel,
}

impl Understand {
    /// Builds the parser.
    #[must_use]
    pub fn new(rules: Arc<dyn TextRules>, service: Arc<dyn UnderstandingService>, kernel: Kernel) -> Self {
        Self { rules, service, kernel }
    }

    /// What is believed of the service's opinion.
    fn weigh(
        &self,
        (text, dialogue): (&str, &Dialogue),
        excerpt: &Excerpt,
        rules: &Understanding,
        opinion: &Opinion,
    ) -> Result<Understanding, ServiceFailure> {
        let quoted = opinion.quoted(text, excerpt)?;
        let evidence = if opinion.intent == Intent::Transfer {
            let amounts = |words: &str| self.rules.amounts(words, rules.locale);
            Evidence {
                speaks_against_payment: self.rules.speaks_against_payment(text, dialogue),
                amounts: amounts(text),
                quoted_amounts: quoted.amount.as_deref().map(amounts).unwrap_or_default(),
                payee: quoted.payee.as_deref().and_then(|words| self.rules.payee(words, dialogue)),
            }
        } else {
            Evidence::default()
        };
        opinion.weigh(text, excerpt, (rules, &evidence), quoted)
    }
}

#[async_trait]
impl IntentParser for Understand {
    #[tracing::instrument(name = "understand", level = "debug", skip_all)]
    async fn parse(&self, text: &str, dialogue: &Dialogue) -> ParsedText {
        let rules = self.rules.read(text, dialogue);
        let Some(excerpt) = Excerpt::to_ask(text, &rules, dialogue) else {
            return ParsedText::by_rules(rules);
        };
        let provider = self.service.name();
        let asked_at = self.kernel.now();
        let answer = self.service.ask(&excerpt).await;
        let latency_ms = self.kernel.now().signed_duration_since(asked_at).num_milliseconds();
        let read = answer.and_then(|opinion| self.weigh((text, dialogue), &excerpt, &rules, &opinion));
        let failure = read.as_ref().err().copied();
        log(provider, failure, latency_ms);
        let consulted = Some(Consultation { provider, model: self.service.model(), latency_ms, failure });
        match read {
            Ok(understanding) => ParsedText { understanding, provider, consulted },
            Err(_failure) => ParsedText { understanding: rules, provider: RULES, consulted },
        }
    }
}

/// A service that can't be used is what an operator should know; that it isn't sure, or wasn't asked, is not.
fn log(provider: &'static str, failure: Option<ServiceFailure>, ms: i64) {
    use ServiceFailure::{Breaker, Bulkhead, Http, Invalid, Length, NotVerbatim, Refused, Timeout, Unsure};
    let outcome = failure.map_or("ok", ServiceFailure::name);
    match failure {
        Some(Timeout | Http | Length | Invalid) => {
            tracing::warn!(provider, outcome, ms, "understanding service gave no answer; the rules' stands");
        }
        None | Some(Unsure | Refused | NotVerbatim | Breaker | Bulkhead) => {
            tracing::debug!(provider, outcome, ms, "understanding service was asked");
        }
    }
}

#[cfg(test)]
mod tests;
