//! Addresses are read, and servers are trusted, as the address says.

use super::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    thread,
};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What our server says once it is spoken to over TLS.
const OVER_TLS: &str = "this was encrypted";

/// Who signs certificates.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        let file = std::env::temp_dir().join(format!("ventanilla-root-{name}-{}.pem", std::process::id()));
        fs::write(&file, issuer.pem()).unwrap();
        Self { issuer, file }
    }

    /// How a server with that name proves itself.
    fn certify(&self, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        Arc::new(builder.with_single_cert(vec![certificate.der().clone()], key).unwrap())
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _left = fs::remove_file(&self.file);
    }
}

/// Starts a server that takes one connection, encrypts it as PostgreSQL does, and refuses each sign-in. Without a
/// certificate it says that it can't encrypt.
fn serve(certified: Option<Arc<ServerConfig>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _client) = listener.accept().unwrap();
        // A client that refuses us ends the connection, which is no fault of the server's.
        let _ended = answer(&mut stream, certified);
    });
    port
}

fn answer(stream: &mut TcpStream, certified: Option<Arc<ServerConfig>>) -> std::io::Result<()> {
    let mut request = [0; 8];
    stream.read_exact(&mut request)?;
    let Some(certified) = certified else { return stream.write_all(b"N") };
    stream.write_all(b"S")?;
    let mut encrypted = StreamOwned::new(ServerConnection::new(certified).unwrap(), stream);
    let mut length = [0; 4];
    encrypted.read_exact(&mut length)?;
    let rest = usize::try_from(u32::from_be_bytes(length)).unwrap() - length.len();
    encrypted.read_exact(&mut vec![0; rest])?;
    let fields = format!("SFATAL\0VFATAL\0C28000\0M{OVER_TLS}\0\0");
    let size = u32::try_from(fields.len() + 4).unwrap();
    encrypted.write_all(&[b"E", size.to_be_bytes().as_slice(), fields.as_bytes()].concat())?;
    encrypted.flush()
}

/// What a connection with that mode and those roots is told.
async fn told(mode: &str, roots: &Authority, certified: Option<Arc<ServerConfig>>) -> String {
    let (port, file) = (serve(certified), roots.file.display());
    let address = format!("postgres://v@localhost:{port}/v?sslmode={mode}&sslrootcert={file}");
    let (config, tls) = read(&address).unwrap();
    let refused = config.connect(MakeRustlsConnect::new(tls)).await.err().unwrap();
    chain(&refused)
}

#[tokio::test]
async fn a_server_is_trusted_by_its_root_and_where_asked_by_its_name() {
    let (ours, another) = (Authority::new("ours"), Authority::new("another"));
    for mode in ["require", "verify-ca", "verify-full"] {
        let said = told(mode, &ours, Some(ours.certify("localhost"))).await;
        assert!(said.contains(OVER_TLS), "{mode}: {said}");
        let said = told(mode, &another, Some(ours.certify("localhost"))).await;
        assert!(said.contains("certificate") && !said.contains(OVER_TLS), "{mode}, of another root: {said}");
    }
    let elsewhere = || Some(ours.certify("db.example.com"));
    let said = told("verify-ca", &ours, elsewhere()).await;
    assert!(said.contains(OVER_TLS), "verify-ca asks for no name: {said}");
    let said = told("verify-full", &ours, elsewhere()).await;
    assert!(said.contains("certificate") && !said.contains(OVER_TLS), "another name: {said}");
}

#[tokio::test]
async fn nothing_goes_out_in_the_clear_where_tls_is_asked_for() {
    let roots = Authority::new("unused");
    for mode in ["require", "verify-ca", "verify-full"] {
        let said = told(mode, &roots, None).await;
        assert!(said.contains("TLS"), "{mode}: {said}");
    }
}

#[test]
fn libpqs_modes_are_read() {
    let mode = |address: &str| read(address).unwrap().0.get_ssl_mode();
    assert_eq!(mode("postgres://v@db/v"), SslMode::Prefer);
    assert_eq!(mode("postgres://v@db/v?sslmode=allow"), SslMode::Prefer);
    assert_eq!(mode("postgres://v@db/v?connect_timeout=3&sslmode=disable"), SslMode::Disable);
    for strict in ["require", "verify-ca", "verify-full"] {
        assert_eq!(mode(&format!("postgres://v@db/v?sslmode={strict}")), SslMode::Require, "{strict}");
    }
    let (config, _) = read("postgres://v@a:1,b:2/v?target_session_attrs=read-write&sslmode=require").unwrap();
    assert_eq!((config.get_hosts().len(), config.get_ports()), (2, [1, 2].as_slice()));
}

#[test]
fn roots_that_cannot_be_read_are_named() {
    let error = read("postgres://v@db/v?sslmode=verify-full&sslrootcert=/no/such/ca.pem").err().unwrap();
    assert!(error.starts_with("sslrootcert /no/such/ca.pem: "), "{error}");
    let error = read("postgres://v:secret@db/v?sslmood=x").err().unwrap();
    assert!(error.contains("DATABASE_URL") && !error.contains("secret"), "{error}");
}
