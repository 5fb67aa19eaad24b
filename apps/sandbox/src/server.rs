//! Starts the HTTP server and the mail server as tasks of the caller's runtime.

use crate::{
    bank,
    config::{BIND_ADDRESS, SMTP_BIND_ADDRESS, SandboxConfig},
    control,
    deposits::Depositor,
    guard, hangup, meta, nlu, pages,
    smtp::{self, MailServer},
    telegram, twilio,
    world::World,
};
use actix_web::{App, HttpServer, dev::ServerHandle, middleware::from_fn, web};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use thiserror::Error;
use tokio::task::JoinHandle;

/// A running sandbox.
pub struct RunningSandbox {
    /// The address of the HTTP server.
    pub address: SocketAddr,
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
    mail: Option<MailServer>,
}

/// Why the sandbox can't start.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The server can't listen on this address.
    #[error("can't listen on {0}")]
    Bind(String, #[source] std::io::Error),
    /// Other machines could reach this address: the name of its setting, and the address.
    #[error("{0}: the sandbox listens on loopback only, not on {1}")]
    NotLoopback(&'static str, String),
    /// The HTTP client for webhooks can't be created.
    #[error("can't create the HTTP client")]
    Client(#[from] reqwest::Error),
}

impl RunningSandbox {
    /// The address of the mail server. `None` if there is no mail server.
    #[must_use]
    pub fn mail_address(&self) -> Option<SocketAddr> {
        self.mail.as_ref().map(|mail| mail.address)
    }

    /// Stops the servers and waits for requests in progress.
    pub async fn stop(self) {
        self.handle.stop(false).await;
        let _ended = self.task.await;
    }

    /// Runs until the process is stopped.
    pub async fn wait(self) -> std::io::Result<()> {
        self.task.await.map_err(std::io::Error::other)?
    }
}

/// Starts the sandbox.
///
/// # Errors
/// If an address is in use or not a loopback address, or the HTTP client can't be created.
pub fn start(config: SandboxConfig) -> Result<RunningSandbox, SandboxError> {
    start_with_deposits(config, None)
}

/// Starts the sandbox, with what makes the deposits of the phones page.
///
/// # Errors
/// If an address is in use or not a loopback address, or the HTTP client can't be created.
pub fn start_with_deposits(
    config: SandboxConfig,
    depositor: Option<Depositor>,
) -> Result<RunningSandbox, SandboxError> {
    // The provider may be installed already; it is the same one.
    drop(rustls::crypto::ring::default_provider().install_default());
    let http = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(15))
        .no_proxy()
        .build()?;
    let bind_address = config.bind_address.clone();
    let mail_address = config.smtp_bind_address.clone();
    for (name, address) in [(BIND_ADDRESS, Some(&bind_address)), (SMTP_BIND_ADDRESS, mail_address.as_ref())] {
        if let Some(address) = address.filter(|address| !guard::is_loopback(address)) {
            return Err(SandboxError::NotLoopback(name, address.clone()));
        }
    }
    let world = web::Data::from(Arc::new(World::new(config, http)));
    let mail = mail_address
        .map(|address| {
            smtp::listen(&address, world.clone()).map_err(|fault| SandboxError::Bind(address, fault))
        })
        .transpose()?;
    let depositor = depositor.map(web::Data::new);
    let server = HttpServer::new(move || {
        App::new()
            .configure(|config| {
                if let Some(depositor) = &depositor {
                    config.app_data(depositor.clone());
                }
            })
            .app_data(world.clone())
            .app_data(web::PayloadConfig::new(4 << 20))
            .wrap(from_fn(guard::guard))
            .configure(control::routes)
            .configure(pages::routes)
            .service(web::scope("/twilio").configure(twilio::routes))
            .service(web::scope("/meta").configure(meta::routes))
            .service(web::scope("/telegram").configure(telegram::routes))
            .service(web::scope("/nlu").configure(nlu::routes))
            .service(web::scope("/bank").configure(bank::routes))
    })
    .workers(1)
    .on_connect(hangup::remember)
    .disable_signals()
    .shutdown_timeout(1)
    .bind(&bind_address)
    .map_err(|fault| SandboxError::Bind(bind_address.clone(), fault))?;
    let address = server.addrs().first().copied().unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
    let server = server.run();
    let handle = server.handle();
    Ok(RunningSandbox { address, handle, task: tokio::spawn(server), mail })
}
