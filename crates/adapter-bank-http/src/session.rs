//! The connections to the bank, with the token that was got over them.

use crate::{
    config::{BankConfig, InvalidBankConfig},
    token::TokenEndpoint,
    token_cache::{TokenCache, TokenSource},
};
use ports::{clock::Clock, ids_and_random::Random};
use provider_http::{ClientSettings, ProviderClient, TlsStamp};
use std::sync::{Arc, Mutex, PoisonError};

/// Longest answer, but for a statement.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// The clients of one set of certificates, and their token. A token may be bound to the certificate (RFC 8705), so new
/// certificates begin a new session.
pub(crate) struct Session {
    pub(crate) api: ProviderClient,
    pub(crate) endpoint: Arc<TokenEndpoint>,
    pub(crate) tokens: Arc<TokenCache>,
}

/// The session in use.
pub(crate) struct Sessions {
    config: Arc<BankConfig>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    current: Mutex<(TlsStamp, Arc<Session>)>,
}

impl Sessions {
    pub(crate) fn new(
        config: Arc<BankConfig>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, InvalidBankConfig> {
        let stamp = config.tls.stamp();
        let session = Arc::new(session(&config, &clock, &random)?);
        Ok(Self { config, clock, random, current: Mutex::new((stamp, session)) })
    }

    /// The session in use; a new one when a file of certificates has changed. Files that can't be used, such as a
    /// certificate whose new key isn't there yet, leave the old session in use until they change again.
    pub(crate) fn current(&self) -> Arc<Session> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, in_use) = &mut *current;
        if !self.config.tls.are_none() {
            let stamp = self.config.tls.stamp();
            if stamp != *known {
                *known = stamp;
                match session(&self.config, &self.clock, &self.random) {
                    Ok(renewed) => {
                        tracing::info!("bank certificates read again");
                        *in_use = Arc::new(renewed);
                    }
                    Err(error) => tracing::error!(%error, "bank certificates can't be read again"),
                }
            }
        }
        Arc::clone(in_use)
    }
}

fn session(
    config: &Arc<BankConfig>,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Result<Session, InvalidBankConfig> {
    let settings = ClientSettings {
        connect_timeout: config.connect_timeout,
        timeout: config.timeout,
        body_bytes_max: ANSWER_BYTES_MAX,
        ..ClientSettings::default()
    };
    let client = || -> Result<ProviderClient, InvalidBankConfig> {
        Ok(if config.tls.are_none() {
            ProviderClient::new("bank", settings, Arc::clone(clock))?
        } else {
            ProviderClient::with_tls("bank", settings, Arc::clone(clock), config.tls.load()?)?
        })
    };
    // The token endpoint may be another server, so it has a circuit breaker of its own.
    let endpoint = Arc::new(TokenEndpoint {
        config: Arc::clone(config),
        http: client()?,
        clock: Arc::clone(clock),
        random: Arc::clone(random),
    });
    let source: Arc<dyn TokenSource> = Arc::<TokenEndpoint>::clone(&endpoint);
    let tokens = Arc::new(TokenCache::new(source));
    Ok(Session { api: client()?, endpoint, tokens })
}
