//! The understanding service: which one, where it is, and how long a person may wait for it. The settings of a service
//! are read in its mode only.

use super::{defaults::is_production, reader::Reader};
use adapter_nlu_openai::{OpenAiConfig, TokensField};
use adapter_nlu_rasa::RasaConfig;
use secrecy::SecretString;
use std::{net::IpAddr, time::Duration};
use url::{Host, Url};

/// Who is asked about texts that the rules don't understand.
#[derive(Clone, Debug)]
pub enum NluSettings {
    /// Nobody: the rules alone read texts.
    Rules,
    /// A server that speaks OpenAI's chat completions.
    OpenAi(OpenAiConfig),
    /// A Rasa server.
    Rasa(RasaConfig),
}

/// The value of a setting that is read whatever the provider is.
const TIMEOUT_MS: u64 = 2000;
/// The most calls of a service at once.
pub(super) const CALLS_MAX: usize = 8;

/// The most calls at once beside so many turn workers: a service that hangs leaves half of them to the people whom the
/// rules understand.
pub(super) fn calls_beside(turn_workers: usize) -> usize {
    (turn_workers / 2).clamp(1, CALLS_MAX)
}

/// Reads the service's settings. `calls_max` is the most calls of it at once.
pub(super) fn nlu(r: &mut Reader<'_>, calls_max: usize) -> NluSettings {
    let timeout = Duration::from_millis(r.within("NLU_TIMEOUT_MS", TIMEOUT_MS, 50..=10_000));
    let provider = r.read("NLU_PROVIDER", "rule", "rule, openai or rasa", |name| {
        ["rule", "openai", "rasa"].contains(&name).then(|| name.to_owned())
    });
    match provider.as_deref() {
        Some("openai") => NluSettings::OpenAi(openai(r, timeout, calls_max)),
        Some("rasa") => NluSettings::Rasa(rasa(r, timeout, calls_max)),
        _ => NluSettings::Rules,
    }
}

fn openai(r: &mut Reader<'_>, timeout: Duration, calls_max: usize) -> OpenAiConfig {
    let api_base = base(r, "NLU_OPENAI_API_BASE");
    let is_own = is_own_server(&api_base);
    let tokens_field = r.read(
        "NLU_OPENAI_TOKENS_FIELD",
        "max_tokens",
        "max_tokens or max_completion_tokens",
        TokensField::parse,
    );
    let tokens_field = tokens_field.unwrap_or_default();
    OpenAiConfig {
        api_key: secret(r, "NLU_OPENAI_API_KEY", is_own),
        model: r.required("NLU_OPENAI_MODEL"),
        tokens_field,
        forbids_reasoning: is_own && tokens_field == TokensField::MaxTokens,
        api_base,
        timeout,
        calls_max,
    }
}

fn rasa(r: &mut Reader<'_>, timeout: Duration, calls_max: usize) -> RasaConfig {
    let base = base(r, "NLU_RASA_URL");
    let mut fraction = |name: &str, default: &str| {
        let read = |text: &str| text.parse::<f32>().ok().filter(|number| (0.0..=1.0).contains(number));
        r.read(name, default, "a number from 0 to 1", read).unwrap_or_default()
    };
    let (confidence_min, gap_min) =
        (fraction("NLU_RASA_MIN_CONFIDENCE", "0.7"), fraction("NLU_RASA_MIN_GAP", "0.1"));
    let token = secret(r, "NLU_RASA_TOKEN", is_own_server(&base));
    RasaConfig { base, token, confidence_min, gap_min, timeout, calls_max }
}

/// The address of a service. In production texts of people go over the internet only by TLS.
fn base(r: &mut Reader<'_>, name: &str) -> String {
    if r.get(name).is_none() {
        return r.required(name);
    }
    let base = r.base_url(name, "");
    if is_production(r.values) && base.starts_with("http:") && !is_own_server(&base) {
        r.fault(name, "must be https, unless the server is on this machine or in a private network");
    }
    base
}

/// The key of a service. Only a server of one's own may ask for none.
fn secret(r: &mut Reader<'_>, name: &str, may_be_missing: bool) -> Option<SecretString> {
    let key = match r.get(name) {
        None if may_be_missing => return None,
        _ => r.required(name),
    };
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        r.fault(name, "must be of visible ASCII characters, without spaces");
    }
    Some(key.into())
}

/// Whether an address is on this machine or in a private network: by its number, or by a name that only a private
/// network knows.
pub(super) fn is_own_server(base: &str) -> bool {
    match Url::parse(base).ok().as_ref().and_then(Url::host) {
        None => false,
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Some(Host::Ipv6(address)) => match IpAddr::V6(address).to_canonical() {
            IpAddr::V4(address) => address.is_loopback() || address.is_private(),
            IpAddr::V6(address) => {
                address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
            }
        },
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let ends = [".local", ".internal", ".lan", ".svc", ".localhost"];
            !name.contains('.') || ends.iter().any(|end| name.ends_with(end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SettingsFaults;
    use std::collections::BTreeMap;

    fn read(values: &[(&str, &str)]) -> Result<NluSettings, Vec<String>> {
        let production = [("APP_ENV", "production")];
        let values: BTreeMap<String, String> =
            production.iter().chain(values).map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let mut reader = Reader::new(&values, SettingsFaults::default());
        let read = nlu(&mut reader, CALLS_MAX);
        let faults: Vec<String> = reader.faults.0.into_iter().map(|(name, _)| name).collect();
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    #[test]
    fn without_a_provider_the_rules_read_alone_and_nothing_else_is_looked_at() {
        let read = read(&[("NLU_OPENAI_API_BASE", "nonsense"), ("NLU_RASA_MIN_GAP", "much")]);
        assert!(matches!(read, Ok(NluSettings::Rules)));
    }

    #[test]
    fn a_provider_without_its_address_or_key_is_refused() {
        let openai = [("NLU_PROVIDER", "openai")];
        assert_eq!(
            read(&openai).unwrap_err(),
            ["NLU_OPENAI_API_BASE", "NLU_OPENAI_API_KEY", "NLU_OPENAI_MODEL"]
        );
        assert_eq!(read(&[("NLU_PROVIDER", "rasa")]).unwrap_err(), ["NLU_RASA_URL", "NLU_RASA_TOKEN"]);
        let keyless = [
            ("NLU_PROVIDER", "openai"),
            ("NLU_OPENAI_API_BASE", "https://api.example.com"),
            ("NLU_OPENAI_MODEL", "m"),
        ];
        assert_eq!(read(&keyless).unwrap_err(), ["NLU_OPENAI_API_KEY"]);
    }

    #[test]
    fn a_server_of_ones_own_may_ask_for_no_key_and_is_asked_not_to_reason() {
        for base in
            ["http://127.0.0.1:11434/v1", "http://ollama:11434", "https://[fd00::1]:8000", "http://10.0.0.7"]
        {
            let values =
                [("NLU_PROVIDER", "openai"), ("NLU_OPENAI_API_BASE", base), ("NLU_OPENAI_MODEL", "m")];
            let Ok(NluSettings::OpenAi(config)) = read(&values) else { panic!("{base}") };
            assert!(config.api_key.is_none() && config.forbids_reasoning, "{base}");
        }
    }

    #[test]
    fn over_the_internet_only_by_tls_and_with_a_key() {
        let with = |base| {
            [
                ("NLU_PROVIDER", "openai"),
                ("NLU_OPENAI_API_BASE", base),
                ("NLU_OPENAI_MODEL", "m"),
                ("NLU_OPENAI_API_KEY", "sk-1"),
            ]
        };
        assert_eq!(read(&with("http://api.example.com")).unwrap_err(), ["NLU_OPENAI_API_BASE"]);
        let Ok(NluSettings::OpenAi(config)) = read(&with("https://api.example.com/v1")) else { panic!() };
        assert!(!config.forbids_reasoning && config.api_key.is_some());
        assert_eq!((config.timeout, config.tokens_field), (Duration::from_secs(2), TokensField::MaxTokens));
        assert!(!format!("{config:?}").contains("sk-1"));
    }

    #[test]
    fn a_service_that_hangs_leaves_half_of_the_turn_workers() {
        for (workers, calls) in [(1, 1), (2, 1), (3, 1), (8, 4), (16, 8), (1000, 8)] {
            assert_eq!(calls_beside(workers), calls, "{workers}");
        }
    }

    #[test]
    fn wrong_values_are_refused_by_name() {
        let rasa = [("NLU_PROVIDER", "rasa"), ("NLU_RASA_URL", "http://rasa:5005")];
        for (name, value) in [
            ("NLU_PROVIDER", "gpt"),
            ("NLU_TIMEOUT_MS", "fast"),
            ("NLU_TIMEOUT_MS", "60000"),
            ("NLU_RASA_URL", "modelo"),
            ("NLU_RASA_MIN_CONFIDENCE", "2"),
            ("NLU_RASA_MIN_GAP", "NaN"),
            ("NLU_RASA_TOKEN", "a token"),
        ] {
            let values: Vec<_> =
                rasa.into_iter().filter(|(known, _)| *known != name).chain([(name, value)]).collect();
            let faults = read(&values).unwrap_err();
            assert_eq!(faults.first().map(String::as_str), Some(name), "{value}: {faults:?}");
        }
    }
}
