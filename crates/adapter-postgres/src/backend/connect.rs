//! Make connections: TLS by rustls where the server offers it, as `sslmode` in the URL requires.

use super::{
    tls::{self, chain},
    values::Conn,
};
use diesel::{ConnectionError, ConnectionResult, connection::CacheSize};
use diesel_async::{
    AsyncConnection, AsyncPgConnection, SimpleAsyncConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{BuildError, Pool},
    },
};
use futures_util::FutureExt;
use tokio_postgres_rustls::MakeRustlsConnect;

/// A statement that takes longer than this is ended, and so is a transaction that waits this long for its
/// next statement. A wait for a lock ends before either.
const SETTINGS: &str = "set application_name = 'ventanilla'; set time zone 'UTC'; set statement_timeout = '60s'; \
                        set idle_in_transaction_session_timeout = '30s'; set lock_timeout = '20s';";

pub(super) fn pool(address: &str, size: usize, statement_cache: bool) -> Result<Pool<Conn>, BuildError> {
    let mut config = ManagerConfig::<Conn>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |address| {
        let address = address.to_owned();
        async move {
            let mut conn = establish(&address).await?;
            if !statement_cache {
                conn.set_prepared_statement_cache_size(CacheSize::Disabled);
            }
            Ok(conn)
        }
        .boxed()
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config(address, config)).max_size(size).build()
}

async fn establish(address: &str) -> ConnectionResult<Conn> {
    let (config, tls) = tls::read(address).map_err(ConnectionError::InvalidConnectionUrl)?;
    let connected = config.connect(MakeRustlsConnect::new(tls)).await;
    let (client, connection) = connected.map_err(|error| ConnectionError::BadConnection(chain(&error)))?;
    let mut conn = AsyncPgConnection::try_from_client_and_connection(client, connection).await?;
    conn.batch_execute(SETTINGS).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}
