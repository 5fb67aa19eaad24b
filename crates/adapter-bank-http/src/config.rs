//! Where the bank is, and how we prove who we are.

use crate::signing_key::SigningKey;
use domain::text::mask;
use provider_http::{BuildError, TlsFiles, TlsFilesError};
use secrecy::SecretString;
use std::{fmt, time::Duration};
use thiserror::Error;
use url::Url;

/// How we prove who we are at the bank's token endpoint.
#[derive(Clone, Debug)]
pub enum ClientAuthentication {
    /// `client_secret_basic` (RFC 6749 §2.3.1): id and secret in a header.
    SecretBasic(SecretString),
    /// `client_secret_post` (RFC 6749 §2.3.1): id and secret in the form.
    SecretPost(SecretString),
    /// `tls_client_auth` (RFC 8705): the certificate of the connection is the proof.
    Tls,
    /// `private_key_jwt` (RFC 7523): an assertion that our key signs.
    PrivateKeyJwt {
        /// The key that signs.
        key: SigningKey,
        /// The issuer identifier of the bank's authorization server, the only audience of the assertion.
        issuer: String,
    },
}

/// Where the bank is, and who we are there. `Debug` masks our account.
#[derive(Clone)]
pub struct BankConfig {
    /// The address that the paths of the protocol are added to.
    pub base: Url,
    /// The address of the token endpoint.
    pub token_url: Url,
    /// Our name at the token endpoint.
    pub client_id: String,
    /// How we prove it.
    pub authentication: ClientAuthentication,
    /// The scope to ask for; `None` asks for none.
    pub scope: Option<String>,
    /// Certificates and roots.
    pub tls: TlsFiles,
    /// Our account, which pays.
    pub account: String,
    /// Longest time until a connection is there.
    pub connect_timeout: Duration,
    /// Longest time of a call, from its start to the last byte of the answer.
    pub timeout: Duration,
}

/// The settings can't be used.
#[derive(Debug, Error)]
pub enum InvalidBankConfig {
    /// A file of certificates.
    #[error(transparent)]
    Tls(#[from] TlsFilesError),
    /// The HTTP client can't be built.
    #[error("the HTTP client can't be built")]
    Client(#[from] BuildError),
}

impl fmt::Debug for BankConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BankConfig")
            .field("base", &self.base.as_str())
            .field("token_url", &self.token_url.as_str())
            .field("client_id", &self.client_id)
            .field("authentication", &self.authentication)
            .field("scope", &self.scope)
            .field("tls", &self.tls)
            .field("account", &mask(&self.account))
            .finish_non_exhaustive()
    }
}
