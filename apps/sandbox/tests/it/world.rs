//! A sandbox on free ports, and a receiver of webhooks that plays the API.

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;
use sandbox::{MetaConfig, NluConfig, RunningSandbox, SandboxConfig, Strangers, TelegramConfig};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};

pub(crate) const ANA: &str = "+525511112222";
pub(crate) const ACCESS_TOKEN: &str = "EAAsandbox";
pub(crate) const PHONE_NUMBER_ID: &str = "106540352242922";
pub(crate) const ACCOUNT_ID: &str = "102290129340398";
pub(crate) const BOT: &str = "123456:SANDBOX";
pub(crate) const TWILIO: (&str, &str) = ("AC00000000000000000000000000000000", "twilio-token");
pub(crate) const NLU_KEY: &str = "a-key";
const APP_SECRET: &str = "the app's secret";
const BOT_SECRET: &str = "the-bots-secret";
/// How long a test waits for a webhook before it fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// A webhook with a valid signature.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) raw: Vec<u8>,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.raw).unwrap()
    }

    /// The `value` of Meta's envelope.
    pub(crate) fn value(&self) -> Value {
        self.json()["entry"][0]["changes"][0]["value"].clone()
    }
}

pub(crate) struct World {
    pub(crate) base: String,
    pub(crate) api_base: String,
    pub(crate) mail: String,
    pub(crate) http: reqwest::Client,
    received: Mutex<mpsc::UnboundedReceiver<Received>>,
    running: RunningSandbox,
    api: ServerHandle,
}

impl World {
    pub(crate) fn start() -> Self {
        Self::with(|config| config)
    }

    pub(crate) fn with(change: impl FnOnce(SandboxConfig) -> SandboxConfig) -> Self {
        let (sender, received) = mpsc::unbounded_channel();
        let server = HttpServer::new(move || {
            App::new().app_data(web::Data::new(sender.clone())).default_service(web::to(receive))
        })
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
        let api_base = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let api = server.handle();
        tokio::spawn(server);
        let running = sandbox::start(change(config(api_base.clone()))).unwrap();
        Self {
            base: format!("http://{}", running.address),
            api_base,
            mail: running.mail_address().map(|address| address.to_string()).unwrap_or_default(),
            http: reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().unwrap(),
            received: Mutex::new(received),
            running,
            api,
        }
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
        self.api.stop(false).await;
    }

    /// The next webhook that the API accepted.
    pub(crate) async fn webhook(&self) -> Received {
        let mut received = self.received.lock().await;
        tokio::time::timeout(PATIENCE, received.recv()).await.expect("no webhook came").unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.http.get(format!("{}{path}", self.base))).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(self.http.post(format!("{}{path}", self.base)).json(body)).await
    }

    pub(crate) async fn say(&self, phone: &str, body: Value) -> Value {
        let (status, posted) = self.post(&format!("/sandbox/phones/{phone}/messages"), &body).await;
        assert_eq!(status, 200, "{posted}");
        assert_eq!(posted["webhook_status"], 200, "{posted}");
        posted
    }

    pub(crate) async fn inbox(&self, phone: &str) -> Vec<Value> {
        let (_, inbox) = self.get(&format!("/sandbox/phones/{phone}/messages")).await;
        inbox.as_array().unwrap().clone()
    }

    pub(crate) async fn signs(&self, phone: &str) -> Vec<Value> {
        let (_, signs) = self.get(&format!("/sandbox/phones/{phone}/signs")).await;
        signs.as_array().unwrap().clone()
    }

    pub(crate) async fn requests(&self, provider: &str) -> Vec<Value> {
        let (_, requests) = self.get(&format!("/sandbox/requests?provider={provider}")).await;
        requests.as_array().unwrap().clone()
    }

    pub(crate) async fn fault(&self, fault: Value) {
        let (status, answer) = self.post("/sandbox/faults", &fault).await;
        assert_eq!(status, 201, "{answer}");
    }

    pub(crate) async fn meta_raw(&self, token: &str, body: &Value) -> reqwest::Result<reqwest::Response> {
        let address = format!("{}/meta/v25.0/{PHONE_NUMBER_ID}/messages", self.base);
        self.http.post(address).bearer_auth(token).json(body).send().await
    }

    /// A call of `/messages`; the envelope is added.
    pub(crate) async fn meta(&self, message: Value) -> (u16, Value) {
        let mut body = json!({"messaging_product": "whatsapp"});
        body.as_object_mut().unwrap().extend(message.as_object().unwrap().clone());
        read(self.meta_raw(ACCESS_TOKEN, &body).await.unwrap()).await
    }

    pub(crate) async fn telegram(&self, method: &str, body: Value) -> (u16, Value) {
        self.post(&format!("/telegram/bot{BOT}/{method}"), &body).await
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    read(request.send().await.unwrap()).await
}

pub(crate) async fn read(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}

fn config(api_base: String) -> SandboxConfig {
    SandboxConfig {
        bind_address: "127.0.0.1:0".into(),
        api_base,
        account_sid: TWILIO.0.into(),
        auth_token: TWILIO.1.into(),
        api_key: None,
        verify_service_sid: "VA00000000000000000000000000000000".into(),
        whatsapp_from: "whatsapp:+14155238886".into(),
        sms_from: "+14155238887".into(),
        meta: Some(MetaConfig {
            access_token: ACCESS_TOKEN.into(),
            app_secret: APP_SECRET.into(),
            phone_number_id: PHONE_NUMBER_ID.into(),
            business_account_id: ACCOUNT_ID.into(),
        }),
        telegram: Some(TelegramConfig {
            bot_token: BOT.into(),
            webhook_secret: Some(BOT_SECRET.into()),
            bot_name: "ventanilla_bot".into(),
        }),
        bank: Some(crate::bank::bank()),
        nlu: NluConfig { openai_key: Some(NLU_KEY.into()), rasa_token: Some(NLU_KEY.into()) },
        smtp_bind_address: Some("127.0.0.1:0".into()),
        strangers: Strangers::Allow,
    }
}

/// Plays the API: answers 403 to a webhook without a valid signature, as the API does. It passes the others
/// on to the test.
async fn receive(
    request: HttpRequest,
    body: web::Bytes,
    accepted: web::Data<mpsc::UnboundedSender<Received>>,
) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_signed = match request.path() {
        "/webhooks/meta" => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, APP_SECRET.as_bytes());
            let tag =
                header("X-Hub-Signature-256").and_then(|tag| hex::decode(tag.strip_prefix("sha256=")?).ok());
            tag.is_some_and(|tag| hmac::verify(&key, &body, &tag).is_ok())
        }
        "/webhooks/bank" => {
            let (id, at) =
                (header("webhook-id").unwrap_or_default(), header("webhook-timestamp").unwrap_or_default());
            let key = hmac::Key::new(
                hmac::HMAC_SHA256,
                &STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap(),
            );
            let signed = [format!("{id}.{at}.").as_bytes(), &body].concat();
            let tag =
                header("webhook-signature").and_then(|tag| STANDARD.decode(tag.strip_prefix("v1,")?).ok());
            tag.is_some_and(|tag| hmac::verify(&key, &signed, &tag).is_ok())
        }
        "/webhooks/telegram" => header("X-Telegram-Bot-Api-Secret-Token") == Some(BOT_SECRET),
        "/elsewhere" => header("X-Telegram-Bot-Api-Secret-Token") == Some("another-secret"),
        path if path.starts_with("/webhooks/twilio") => {
            let mut form: Vec<_> = url::form_urlencoded::parse(&body).into_owned().collect();
            form.sort();
            let host = request.connection_info().host().to_owned();
            let fields: String = form.into_iter().flat_map(|(name, value)| [name, value]).collect();
            let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TWILIO.1.as_bytes());
            let signed = format!("http://{host}{}{fields}", request.uri());
            let tag = header("X-Twilio-Signature").and_then(|tag| STANDARD.decode(tag).ok());
            tag.is_some_and(|tag| hmac::verify(&key, signed.as_bytes(), &tag).is_ok())
        }
        _ => false,
    };
    if !is_signed {
        return HttpResponse::Forbidden().finish();
    }
    let _passed_on = accepted.send(Received { path: request.path().to_owned(), raw: body.to_vec() });
    HttpResponse::Ok().json(json!({"status": "ok"}))
}
