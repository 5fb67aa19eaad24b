//! Certificates on both sides.

use crate::bank::{ACCOUNT, client, config, order, read_request, shown, write_answer};
use adapter_bank_http::{BankClient, BankConfig, ClientAuthentication, TlsFiles};
use domain::money::bank::{NotSentCause, SubmitOutcome};
use ports::money::core_bank::CoreBank;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};
use serde_json::json;
use std::{
    fs,
    net::TcpListener,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};
use tempfile::TempDir;

/// Who signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate for a name, and its key, in PEM.
    fn certify(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (parameters.signed_by(&key, &self.0).unwrap(), key)
    }
}

/// A bank over TLS that lets in only whom `clients` has signed. It counts the requests for tokens.
struct TlsBank {
    base: String,
    tokens: Arc<AtomicUsize>,
}

impl TlsBank {
    fn start(own: &Authority, clients: &Authority) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(clients.0.der().clone()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
        let (certificate, key) = own.certify("localhost");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let builder =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let chain = vec![certificate.der().clone()];
        let config =
            Arc::new(builder.with_client_cert_verifier(verifier).with_single_cert(chain, key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let tokens = Arc::<AtomicUsize>::default();
        let asked = Arc::clone(&tokens);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = StreamOwned::new(connection, stream.unwrap());
                let head = read_request(&mut stream);
                if head.starts_with("POST /oauth/token") {
                    asked.fetch_add(1, Ordering::SeqCst);
                    write_answer(
                        &mut stream,
                        &json!({"access_token": "t1", "token_type": "Bearer"}).to_string(),
                    );
                } else if head.starts_with("POST /transfers") {
                    write_answer(&mut stream, &shown("ACSC").to_string());
                }
                stream.conn.send_close_notify();
                let _told = stream.conn.complete_io(&mut stream.sock);
            }
        });
        Self { base, tokens }
    }
}

struct Files {
    folder: TempDir,
    written: AtomicU64,
}

impl Files {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), written: AtomicU64::new(0) }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        // Each version has another time, however fast it was written.
        let seconds = self.written.fetch_add(1, Ordering::SeqCst);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        path
    }

    /// The settings of a client that trusts `roots` and shows a certificate of `signer`.
    fn config(&self, base: &str, roots: &Authority, signer: Option<&Authority>) -> BankConfig {
        let identity = signer.map(|signer| self.identity(signer));
        let roots = Some(self.write("roots.pem", &roots.0.pem()));
        let tls = TlsFiles { roots, identity };
        BankConfig { tls, authentication: ClientAuthentication::Tls, ..config(base) }
    }

    fn identity(&self, signer: &Authority) -> (PathBuf, PathBuf) {
        let (certificate, key) = signer.certify("ventanilla");
        (self.write("own.pem", &certificate.pem()), self.write("own.key", &key.serialize_pem()))
    }
}

async fn is_paid(client: &BankClient) -> bool {
    matches!(client.submit(&order()).await.outcome, SubmitOutcome::Taken(_))
}

#[tokio::test]
async fn with_our_certificate_the_bank_lets_us_in() {
    let (theirs, ours, files) = (Authority::new(), Authority::new(), Files::new());
    let bank = TlsBank::start(&theirs, &ours);
    assert!(is_paid(&client(files.config(&bank.base, &theirs, Some(&ours)))).await);
}

#[tokio::test]
async fn nothing_is_told_to_a_server_that_our_roots_have_not_signed() {
    let (theirs, ours, stranger, files) =
        (Authority::new(), Authority::new(), Authority::new(), Files::new());
    let bank = TlsBank::start(&stranger, &ours);
    let answer = client(files.config(&bank.base, &theirs, Some(&ours))).submit(&order()).await;
    assert_eq!(answer.outcome, SubmitOutcome::NotSent(NotSentCause::Unreachable));
    assert_eq!(bank.tokens.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn without_a_certificate_or_with_another_ones_nothing_is_sent() {
    let (theirs, ours, stranger, files) =
        (Authority::new(), Authority::new(), Authority::new(), Files::new());
    let bank = TlsBank::start(&theirs, &ours);
    for signer in [None, Some(&stranger)] {
        let answer = client(files.config(&bank.base, &theirs, signer)).submit(&order()).await;
        assert_eq!(answer.outcome, SubmitOutcome::NotSent(NotSentCause::Unreachable));
    }
    assert_eq!(bank.tokens.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_new_certificate_is_read_and_its_token_is_a_new_one() {
    let (theirs, ours, stranger, files) =
        (Authority::new(), Authority::new(), Authority::new(), Files::new());
    let bank = TlsBank::start(&theirs, &ours);
    let client = client(files.config(&bank.base, &theirs, Some(&stranger)));
    assert!(!is_paid(&client).await);
    files.identity(&ours);
    assert!(is_paid(&client).await && is_paid(&client).await);
    assert_eq!(bank.tokens.load(Ordering::SeqCst), 1);
    // Files that can't be used leave the certificate that was read in use.
    files.write("own.pem", "half a certifi");
    assert!(is_paid(&client).await);
    files.identity(&ours);
    assert!(is_paid(&client).await);
    assert_eq!(bank.tokens.load(Ordering::SeqCst), 2);
}

#[test]
fn files_that_cannot_be_used_stop_the_start() {
    let files = Files::new();
    let mut config = files.config("https://localhost:1", &Authority::new(), None);
    config.tls.roots = Some(files.folder.path().join("none.pem"));
    assert_eq!(config.account, ACCOUNT);
    let clock = Arc::<testkit::MovableClock>::default();
    let random = Arc::new(testkit::SeededRandom::of(7));
    assert!(BankClient::new(config, clock, random).is_err());
}
