//! Facts about phone numbers, from Lookup v2.

use crate::{client::TwilioClient, error_table::describe};
use async_trait::async_trait;
use domain::phone::PhoneNumber;
use ports::verification::number_lookup::{LineType, LookupUnavailable, NumberInfo, NumberLookup};
use provider_http::Repeat;
use serde::Deserialize;
use std::sync::Arc;

/// Looks up phone numbers by Lookup v2, with line type intelligence.
pub struct TwilioLookup {
    /// Client that makes the calls.
    pub client: Arc<TwilioClient>,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    valid: bool,
    country_code: Option<String>,
    line_type_intelligence: Option<LineTypeIntelligence>,
}

#[derive(Deserialize)]
struct LineTypeIntelligence {
    #[serde(rename = "type")]
    kind: Option<String>,
    carrier_name: Option<String>,
}

#[async_trait]
impl NumberLookup for TwilioLookup {
    async fn look_up(&self, number: &PhoneNumber) -> Result<NumberInfo, LookupUnavailable> {
        let address = format!("{}/v2/PhoneNumbers/{}", self.client.config.lookups_base, number.e164());
        let query = [("Fields", "line_type_intelligence".to_owned())];
        let answer = self
            .client
            .get("lookup.read", &address, &query)
            .repeat(Repeat::Safely)
            .send()
            .await
            .map_err(|fault| LookupUnavailable(fault.reason().to_owned()))?;
        if !answer.status.is_success() {
            return Err(LookupUnavailable(describe(&answer)));
        }
        let found: Found =
            answer.json().ok_or_else(|| LookupUnavailable("an answer that can't be read".into()))?;
        let line = found.line_type_intelligence;
        Ok(NumberInfo {
            valid: found.valid,
            line_type: line_type(line.as_ref().and_then(|line| line.kind.as_deref())),
            country: found.country_code,
            carrier: line.and_then(|line| line.carrier_name),
        })
    }
}

fn line_type(kind: Option<&str>) -> LineType {
    match kind {
        Some("premium" | "sharedCost" | "tollFree" | "uan" | "voicemail" | "pager") => LineType::Refused,
        Some("mobile" | "landline" | "fixedVoip" | "nonFixedVoip" | "personal") => LineType::Ordinary,
        _ => LineType::Unknown,
    }
}
