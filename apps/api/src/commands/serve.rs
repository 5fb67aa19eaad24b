//! `serve`: runs HTTP and the workers until SIGTERM or SIGINT.

use super::signals::asked_to_stop;
use crate::{
    composition::{App, understanding},
    config::{AppEnv, Settings},
    http::{
        bodies::bodies,
        connection::{Timed, mark_open},
        cors::cors,
        deadline::answer_in_time,
        edge::{edge, head_as_get},
        in_flight::{IN_FLIGHT_MAX, InFlight},
        rate_limit::RateLimit,
        signed::signed,
    },
    routes,
    telemetry::init_metrics,
    wakeups::WorkerWakeups,
    workers::Workers,
};
use actix_http::{HttpService, Protocol, error::DispatchError};
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    App as WebApp, HttpServer,
    dev::{AppConfig, ServerHandle},
    middleware::from_fn,
    rt::net::TcpStream,
    web,
};
use adapter_crypto::TokenKind;
use application::error_chain::describe;
use std::{future::ready, process::ExitCode, sync::Arc, time::Duration};

/// Seconds that running requests get to finish after a signal.
const SHUTDOWN_SECONDS: u64 = 10;
/// Time for the head of the first request on a connection.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);
/// Time that a connection may be quiet between two requests.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Time in which the rest of a refused body is thrown away, so that the caller reads the refusal.
const LINGER: Duration = Duration::from_secs(1);
/// Threads that serve requests.
const WEB_WORKERS: usize = 2;

pub(super) async fn run(settings: Settings) -> Result<ExitCode, String> {
    init_metrics();
    understanding::warm_up(settings.default_region);
    let app = Arc::new(App::build(settings).await.map_err(|fault| describe(&fault))?);
    if app.settings.require_hmac_verification && app.settings.clients.is_empty() {
        tracing::warn!(
            "REQUIRE_HMAC_VERIFICATION is on, but CLIENTS_FILE is not set: every call about money is refused"
        );
    }
    if app.settings.demo_data {
        app.money.open_demo().await?;
    }
    #[cfg(feature = "sandbox")]
    let world = start_sandbox(&app)?;
    super::telegram::refuse_a_webhook(&app.settings).await?;
    let wakeups = Arc::new(WorkerWakeups::default());
    let metrics = listen_for_metrics(&app)?;
    let server = listen(&app, &wakeups)?;
    let handle = server.handle();
    let serving = tokio::spawn(server);
    let workers = Workers::start(&app, &wakeups);
    greet(&app)?;
    tracing::info!(address = %app.settings.bind_address, environment = app.settings.env.name(), "ready");
    asked_to_stop().await?;
    drain(&app).await;
    tracing::info!("stopping: new requests are refused, running ones are finished");
    handle.stop(true).await;
    serving.await.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())?;
    workers.stop().await;
    if let Some(metrics) = metrics {
        metrics.stop(true).await;
    }
    #[cfg(feature = "sandbox")]
    if let Some(world) = world {
        world.stop().await;
    }
    Ok(ExitCode::SUCCESS)
}

fn listen(app: &Arc<App>, wakeups: &Arc<WorkerWakeups>) -> Result<Server, String> {
    let (app, wakeups) = (app.clone(), web::Data::from(wakeups.clone()));
    let limit = web::Data::new(RateLimit::new(app.settings.rate_limit_verify_per_minute));
    let in_flight = web::Data::new(InFlight::new(IN_FLIGHT_MAX));
    let rules = web::Data::new(routes::rules());
    let (address, capacity) = (app.settings.bind_address, app.settings.capacity);
    let workers = WEB_WORKERS.min(capacity.connections_max);
    let server = Server::build()
        .workers(workers)
        .max_concurrent_connections(capacity.connections_max.checked_div(workers).unwrap_or(1))
        .disable_signals()
        .shutdown_timeout(SHUTDOWN_SECONDS);
    let stopping = server.graceful_shutdown_signal();
    let server = server.bind("http", address, move || {
        let web = WebApp::new()
            .configure(|config| share(&app, config))
            .app_data(wakeups.clone())
            .app_data(limit.clone())
            .app_data(in_flight.clone())
            .app_data(rules.clone())
            .wrap(from_fn(head_as_get))
            .wrap(from_fn(signed))
            .wrap(from_fn(answer_in_time))
            .wrap(from_fn(bodies))
            .wrap(from_fn(edge))
            .wrap(from_fn(cors))
            .wrap(from_fn(mark_open))
            .configure(routes::routes)
            .into_factory()
            .map_err(|error: actix_web::Error| error.error_response());
        let stopping = stopping.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(HEAD_DEADLINE)
            .client_disconnect_timeout(LINGER)
            .local_addr(address)
            .on_connect_ext(|connection: &Timed<TcpStream>, data| drop(data.insert(connection.activity())))
            .finish(map_config(web, |()| AppConfig::default()));
        let connected = fn_service(|stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            ready(Ok::<_, DispatchError>((Timed::new(stream), Protocol::Http1, peer)))
        });
        connected.and_then(http)
    });
    let server = server.map_err(|fault| format!("can't listen on {address} (BIND_ADDRESS): {fault}"))?;
    Ok(server.run())
}

/// Serves `/metrics` without a token, on an address of its own. None if there is no such address.
fn listen_for_metrics(app: &Arc<App>) -> Result<Option<ServerHandle>, String> {
    let Some(address) = app.settings.metrics_bind_address else { return Ok(None) };
    let messaging = web::Data::from(app.messaging.clone());
    let server = HttpServer::new(move || {
        WebApp::new().app_data(messaging.clone()).configure(routes::metrics_without_token)
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(1)
    .bind(address)
    .map_err(|fault| format!("can't listen on {address} (METRICS_BIND_ADDRESS): {fault}"))?
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(Some(handle))
}

/// Says «not ready» for a while before listening ends, so that a balancer sends new requests elsewhere.
async fn drain(app: &App) {
    app.operations.readiness.begin_draining();
    let pause = app.settings.capacity.shutdown_drain;
    if !pause.is_zero() {
        tracing::info!(seconds = pause.as_secs(), "draining: not ready any more, requests are still served");
        tokio::time::sleep(pause).await;
    }
}

/// Gives the routes the features: each takes what it needs.
fn share(app: &App, config: &mut web::ServiceConfig) {
    config
        .app_data(web::Data::from(app.settings.clone()))
        .app_data(web::Data::new(app.kernel.clone()))
        .app_data(web::Data::from(app.money.clone()))
        .app_data(web::Data::from(app.verification.clone()))
        .app_data(web::Data::from(app.messaging.clone()))
        .app_data(web::Data::from(app.accounts.clone()))
        .app_data(web::Data::from(app.privacy.clone()))
        .app_data(web::Data::from(app.operations.clone()))
        .app_data(web::Data::from(app.operations.idempotency.clone()));
}

#[cfg(feature = "sandbox")]
fn start_sandbox(app: &App) -> Result<Option<sandbox::RunningSandbox>, String> {
    use crate::config::{SandboxStrangers, TelegramMode};
    use secrecy::{ExposeSecret, SecretString};
    let settings = &app.settings;
    // The first of several keys is the one in use.
    let first =
        |keys: &[SecretString]| keys.first().map(|key| key.expose_secret().to_owned()).unwrap_or_default();
    if !settings.sandbox {
        return Ok(None);
    }
    // In development its settings are always made.
    let Some(twilio) = &settings.twilio else { return Ok(None) };
    let config = sandbox::SandboxConfig {
        bind_address: settings.sandbox_bind_address.to_string(),
        api_base: settings.public_base_url.clone(),
        account_sid: twilio.account_sid.clone(),
        auth_token: first(&twilio.auth_tokens),
        api_key: twilio
            .api_key
            .as_ref()
            .map(|(key, secret)| (key.clone(), secret.expose_secret().to_owned())),
        verify_service_sid: twilio.verify_service_sid.clone(),
        whatsapp_from: twilio.whatsapp_from.clone().unwrap_or_default(),
        sms_from: twilio.sms_from.clone().unwrap_or_default(),
        meta: settings.meta.as_ref().map(|meta| sandbox::MetaConfig {
            access_token: meta.access_token.expose_secret().to_owned(),
            app_secret: first(&meta.app_secrets),
            phone_number_id: meta.phone_number_id.clone(),
            business_account_id: meta.business_account_id.clone(),
        }),
        telegram: settings.telegram.as_ref().map(|telegram| sandbox::TelegramConfig {
            bot_token: telegram.bot_token.expose_secret().to_owned(),
            webhook_secret: (telegram.mode == TelegramMode::Webhook)
                .then(|| first(&telegram.webhook_secrets)),
            bot_name: telegram.bot_name.clone(),
        }),
        nlu: sandbox_nlu(&settings.nlu),
        bank: settings.bank.as_ref().map(|bank| sandbox_bank(settings, bank)),
        smtp_bind_address: Some(settings.sandbox_smtp_address.to_string()),
        strangers: match settings.sandbox_strangers {
            SandboxStrangers::Refuse => sandbox::Strangers::Refuse,
            SandboxStrangers::Allow => sandbox::Strangers::Allow,
        },
    };
    let money = app.money.clone();
    let depositor = sandbox::Depositor(Arc::new(move |phone| {
        let money = money.clone();
        Box::pin(async move { money.deposit_for_phone(&phone).await })
    }));
    sandbox::start_with_deposits(config, Some(depositor)).map(Some).map_err(|fault| describe(&fault))
}

/// The customer of the sandbox's bank: this server, as it calls the bank.
#[cfg(feature = "sandbox")]
fn sandbox_bank(
    settings: &crate::config::Settings,
    bank: &crate::config::BankSettings,
) -> sandbox::BankConfig {
    use adapter_bank_http::ClientAuthentication;
    use secrecy::{ExposeSecret, SecretString};
    let shown = |secret: &SecretString| secret.expose_secret().to_owned();
    let first = |secrets: &SecretString| {
        secrets.expose_secret().split(',').next().unwrap_or_default().trim().to_owned()
    };
    let client = &bank.client;
    sandbox::BankConfig {
        client_id: client.client_id.clone(),
        authentication: match &client.authentication {
            ClientAuthentication::SecretBasic(secret) => {
                sandbox::BankAuthentication::SecretBasic(shown(secret))
            }
            ClientAuthentication::SecretPost(secret) => {
                sandbox::BankAuthentication::SecretPost(shown(secret))
            }
            ClientAuthentication::Tls => sandbox::BankAuthentication::Tls,
            ClientAuthentication::PrivateKeyJwt { key, issuer } => {
                let (public_key, issuer) = (key.public_key(), issuer.clone());
                sandbox::BankAuthentication::PrivateKeyJwt { public_key, issuer }
            }
        },
        scope: client.scope.clone(),
        account: client.account.clone(),
        currency: settings.default_currency,
        webhook_secret: bank.notice_secrets.as_ref().map(first),
        settles_after: bank.sandbox_settles_after,
        cutoff: bank.cutoff,
        zone: settings.default_time_zone,
    }
}

/// The keys that the sandbox's understanding services ask for: those that the server sends.
#[cfg(feature = "sandbox")]
fn sandbox_nlu(settings: &crate::config::NluSettings) -> sandbox::NluConfig {
    use crate::config::NluSettings;
    use secrecy::{ExposeSecret, SecretString};
    let shown = |key: &SecretString| key.expose_secret().to_owned();
    match settings {
        NluSettings::Rules => sandbox::NluConfig::default(),
        NluSettings::OpenAi(config) => {
            sandbox::NluConfig { openai_key: config.api_key.as_ref().map(shown), rasa_token: None }
        }
        NluSettings::Rasa(config) => {
            sandbox::NluConfig { openai_key: None, rasa_token: config.token.as_ref().map(shown) }
        }
    }
}

/// In development, prints the addresses to open and a service token to try the API with.
fn greet(app: &App) -> Result<(), String> {
    let settings = &app.settings;
    if settings.env != AppEnv::Development {
        return Ok(());
    }
    let scopes: Vec<String> = crate::scopes::ALL_SCOPES.iter().map(|scope| (*scope).to_owned()).collect();
    let ttl = chrono::Duration::hours(12);
    let token = app
        .operations
        .tokens
        .issue(TokenKind::Service, "development", &scopes, ttl)
        .map_err(|fault| fault.to_string())?;
    let mut lines = Vec::new();
    if settings.sandbox {
        lines.push(format!("Phones page        http://{}/", settings.sandbox_bind_address));
    }
    lines.push(format!("API documentation  {}/docs/", settings.public_base_url));
    lines.push(format!("Service token      {token}"));
    super::say(&lines.join("\n")).map(|_code| ())
}
