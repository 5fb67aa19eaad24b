//! Builds the parser of texts: the rules alone, or the rules and an understanding service.

use crate::{config::NluSettings, telemetry};
use adapter_nlu_openai::OpenAiService;
use adapter_nlu_rasa::RasaService;
use adapter_nlu_rules::RuleParser;
use application::{kernel::Kernel, messaging::understand::Understand};
use async_trait::async_trait;
use domain::{messaging::intent::Dialogue, phone::Region};
use ports::messaging::{
    intent_parser::{IntentParser, ParsedText},
    understanding_service::UnderstandingService,
};
use std::sync::Arc;

/// Counts what came of asking the service.
struct Counted(Understand);

#[async_trait]
impl IntentParser for Counted {
    async fn parse(&self, text: &str, dialogue: &Dialogue) -> ParsedText {
        let parsed = self.0.parse(text, dialogue).await;
        if let Some(consulted) = &parsed.consulted {
            telemetry::count_consultation(consulted.provider, consulted.failure);
        }
        parsed
    }
}

/// Builds the tables of the rules beside the start, so that no person waits for them.
pub(crate) fn warm_up(home: Region) {
    // Without a thread the first texts build the tables.
    let _started =
        std::thread::Builder::new().name("rules".into()).spawn(move || RuleParser::new(home).warm_up());
}

/// The parser that the settings name. `home` is the region of phone numbers without a calling code.
pub(crate) fn parser(
    settings: &NluSettings,
    home: Region,
    kernel: &Kernel,
) -> Result<Arc<dyn IntentParser>, reqwest::Error> {
    let rules = RuleParser::new(home);
    let service: Arc<dyn UnderstandingService> = match settings {
        NluSettings::Rules => return Ok(Arc::new(rules)),
        NluSettings::OpenAi(config) => Arc::new(OpenAiService::new(config.clone(), kernel.clock.clone())?),
        NluSettings::Rasa(config) => Arc::new(RasaService::new(config.clone(), kernel.clock.clone())?),
    };
    Ok(Arc::new(Counted(Understand::new(Arc::new(rules), service, kernel.clone()))))
}
