//! Certificates for a provider: which roots are trusted, and which certificate proves who we are.

use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, ring},
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
};
use rustls_platform_verifier::BuilderVerifierExt;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};
use thiserror::Error;

/// PEM files of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// The only roots that are trusted; `None` trusts those of the system.
    pub roots: Option<PathBuf>,
    /// Our certificate, followed by its chain, and its key; `None` shows no certificate.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// When each file was last changed. Another stamp means that the files must be read again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsStamp(Vec<Option<SystemTime>>);

/// Why the files can't be used. The texts contain nothing of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TlsFilesError {
    /// The roots.
    #[error("the trusted roots: {0}")]
    Roots(&'static str),
    /// Our certificate.
    #[error("the certificate: {0}")]
    Certificate(&'static str),
    /// Its key.
    #[error("the key of the certificate: {0}")]
    Key(&'static str),
}

const UNREADABLE: &str = "the file can't be read";
const NO_CERTIFICATE: &str = "the file has no certificate in PEM";

impl TlsFiles {
    /// Whether no file is named, so that the usual TLS is enough.
    #[must_use]
    pub const fn are_none(&self) -> bool {
        self.roots.is_none() && self.identity.is_none()
    }

    /// Reads the files.
    ///
    /// # Errors
    /// When a file is missing, has something else in it, or when key and certificate don't belong together.
    pub fn load(&self) -> Result<ClientConfig, TlsFilesError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::<CryptoProvider>::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|_versions| TlsFilesError::Roots("TLS is not available"))?;
        let builder = match &self.roots {
            Some(path) => builder.with_root_certificates(roots(path)?),
            None => builder
                .with_platform_verifier()
                .map_err(|_system| TlsFilesError::Roots("those of the system can't be read"))?,
        };
        let Some((certificate, key)) = &self.identity else { return Ok(builder.with_no_client_auth()) };
        let chain = certificates(certificate).map_err(TlsFilesError::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&read(key).map_err(TlsFilesError::Key)?)
            .map_err(|_other: pem::Error| TlsFilesError::Key("the file has no private key in PEM"))?;
        builder.with_client_auth_cert(chain, key).map_err(|_unusable| {
            TlsFilesError::Key("it doesn't belong to the certificate, or is of an unknown kind")
        })
    }

    /// When the files were last changed. A file that can't be looked at counts as another state of it.
    #[must_use]
    pub fn stamp(&self) -> TlsStamp {
        let identity = self.identity.iter().flat_map(|(certificate, key)| [certificate, key]);
        let changed = |path: &PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
        TlsStamp(self.roots.iter().chain(identity).map(changed).collect())
    }
}

fn roots(path: &Path) -> Result<RootCertStore, TlsFilesError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(path).map_err(TlsFilesError::Roots)? {
        store
            .add(certificate)
            .map_err(|_unusable| TlsFilesError::Roots("one of them is no root certificate"))?;
    }
    Ok(store)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, &'static str> {
    let pem = read(path)?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    all.ok().filter(|all| !all.is_empty()).ok_or(NO_CERTIFICATE)
}

fn read(path: &Path) -> Result<Vec<u8>, &'static str> {
    fs::read(path).map_err(|_io| UNREADABLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair};
    use tempfile::TempDir;

    fn write(folder: &TempDir, name: &str, text: &str) -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A certificate and its key.
    fn issued() -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    #[test]
    fn roots_and_an_identity_are_read_from_their_files() {
        let folder = TempDir::new().unwrap();
        let (certificate, key) = issued();
        let files = TlsFiles {
            roots: Some(write(&folder, "roots.pem", &certificate)),
            identity: Some((write(&folder, "own.pem", &certificate), write(&folder, "own.key", &key))),
        };
        assert!(files.load().is_ok());
        assert!(TlsFiles { roots: None, ..files }.load().is_ok(), "with the roots of the system");
    }

    #[test]
    fn the_file_that_cannot_be_used_is_named() {
        let folder = TempDir::new().unwrap();
        let (certificate, key) = issued();
        let (certificate, key) = (write(&folder, "own.pem", &certificate), write(&folder, "own.key", &key));
        let stranger = write(&folder, "stranger.key", &issued().1);
        let (empty, none) = (write(&folder, "empty.pem", "no PEM"), folder.path().join("none.pem"));
        let error = |roots: Option<&PathBuf>, own: &PathBuf, key: &PathBuf| {
            let files = TlsFiles { roots: roots.cloned(), identity: Some((own.clone(), key.clone())) };
            files.load().err()
        };
        assert_eq!(error(Some(&none), &certificate, &key), Some(TlsFilesError::Roots(UNREADABLE)));
        assert_eq!(error(Some(&empty), &certificate, &key), Some(TlsFilesError::Roots(NO_CERTIFICATE)));
        assert_eq!(error(None, &empty, &key), Some(TlsFilesError::Certificate(NO_CERTIFICATE)));
        assert_eq!(error(None, &certificate, &none), Some(TlsFilesError::Key(UNREADABLE)));
        assert!(matches!(error(None, &certificate, &empty), Some(TlsFilesError::Key(_))));
        assert!(matches!(error(None, &certificate, &stranger), Some(TlsFilesError::Key(_))));
    }

    #[test]
    fn a_file_that_changes_or_vanishes_has_another_stamp() {
        let folder = TempDir::new().unwrap();
        let roots = write(&folder, "roots.pem", "one");
        let files = TlsFiles { roots: Some(roots.clone()), identity: None };
        let first = files.stamp();
        assert_eq!(files.stamp(), first);
        let file = fs::File::options().write(true).open(&roots).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let second = files.stamp();
        assert_ne!(second, first);
        fs::remove_file(&roots).unwrap();
        assert_ne!(files.stamp(), second);
    }
}
