//! Make connections: TLS by rustls where the server offers it, as `sslmode` in the URL requires.

use super::values::Conn;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{
    AsyncPgConnection, SimpleAsyncConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{BuildError, Pool},
    },
};
use futures_util::FutureExt;
use rustls::{ClientConfig, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// A statement that takes longer than this is ended, and so is a transaction that waits this long for its
/// next statement. A wait for a lock ends before either.
const SETTINGS: &str = "set application_name = 'ventanilla'; set time zone 'UTC'; set statement_timeout = '60s'; \
                        set idle_in_transaction_session_timeout = '30s'; set lock_timeout = '20s';";

pub(super) fn pool(address: &str, size: usize) -> Result<Pool<Conn>, BuildError> {
    let mut config = ManagerConfig::<Conn>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(|address| {
        let address = address.to_owned();
        async move { establish(&address).await }.boxed()
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config(address, config)).max_size(size).build()
}

async fn establish(address: &str) -> ConnectionResult<Conn> {
    let bad = |error: &dyn std::fmt::Display| ConnectionError::BadConnection(error.to_string());
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| bad(&error))?
        .with_no_client_auth();
    let (client, connection) =
        tokio_postgres::connect(address, MakeRustlsConnect::new(tls)).await.map_err(|error| bad(&error))?;
    let mut conn = AsyncPgConnection::try_from_client_and_connection(client, connection).await?;
    conn.batch_execute(SETTINGS).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}
