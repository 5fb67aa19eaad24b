//! The servers, as tasks of whoever starts them.

use crate::{
    config::SandboxConfig,
    control, hangup, meta, pages,
    smtp::{self, MailServer},
    telegram, twilio,
    world::World,
};
use actix_web::{App, HttpServer, dev::ServerHandle, web};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use thiserror::Error;
use tokio::task::JoinHandle;

/// A sandbox that runs.
pub struct RunningSandbox {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
    mail: Option<MailServer>,
}

/// Why it does not run.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The address can't be listened on.
    #[error("can't listen on {0}")]
    Bind(String, #[source] std::io::Error),
    /// The client for webhooks can't be made.
    #[error("the HTTP client can't be set up")]
    Client(#[from] reqwest::Error),
}

impl RunningSandbox {
    /// Where it takes mail, if it does.
    #[must_use]
    pub fn mail_address(&self) -> Option<SocketAddr> {
        self.mail.as_ref().map(|mail| mail.address)
    }

    /// Stops taking requests and waits for those under way.
    pub async fn stop(self) {
        self.handle.stop(false).await;
        let _ended = self.task.await;
    }

    /// Runs until somebody stops the process.
    pub async fn wait(self) -> std::io::Result<()> {
        self.task.await.map_err(std::io::Error::other)?
    }
}

/// Starts the world.
///
/// # Errors
/// When its address is taken.
pub fn start(config: SandboxConfig) -> Result<RunningSandbox, SandboxError> {
    // Somebody may have installed it already; it is the same one.
    drop(rustls::crypto::ring::default_provider().install_default());
    let http = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(15))
        .no_proxy()
        .build()?;
    let bind_address = config.bind_address.clone();
    let mail_address = config.smtp_bind_address.clone();
    let world = web::Data::from(Arc::new(World::new(config, http)));
    let mail = mail_address
        .map(|address| {
            smtp::listen(&address, world.clone()).map_err(|fault| SandboxError::Bind(address, fault))
        })
        .transpose()?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(world.clone())
            .app_data(web::PayloadConfig::new(4 << 20))
            .configure(control::routes)
            .configure(pages::routes)
            .service(web::scope("/twilio").configure(twilio::routes))
            .service(web::scope("/meta").configure(meta::routes))
            .service(web::scope("/telegram").configure(telegram::routes))
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
