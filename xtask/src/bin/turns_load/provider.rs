//! Plays Twilio: takes messages and codes, answers at once, and posts webhooks as Twilio does.

use crate::wire::{read_answer, read_message, with_body};
use adapter_twilio::sign_form;
use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
    env,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::spawn_local,
    time::{sleep, timeout},
};
use url::form_urlencoded::{Serializer, parse};
use uuid::Uuid;

/// The server's own WhatsApp number.
pub(crate) const NUMBER: &str = "whatsapp:+14155238886";
/// The longest wait for an answer.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long nothing comes when all has come.
const QUIET: Duration = Duration::from_secs(5);

/// Those who wait for an answer, by conversation, the first one first.
type Waiting = RefCell<HashMap<String, VecDeque<oneshot::Sender<Instant>>>>;

/// A message that the server sent.
struct Sent {
    to: String,
    sid: String,
    /// The path for its reports.
    callback: String,
}

/// The provider, and the connections to the server.
pub(crate) struct Provider {
    address: String,
    token: String,
    reports: bool,
    idle: RefCell<Vec<TcpStream>>,
    waiting: Waiting,
    reports_open: Cell<u32>,
    last_message: Cell<Instant>,
}

impl Provider {
    /// Begins to listen. With `reports` each message is reported as sent and delivered.
    pub(crate) async fn start(listen_at: &str, server: &str, reports: bool) -> Rc<Self> {
        let provider = Rc::new(Self {
            address: server.to_owned(),
            token: env::var("TWILIO_AUTH_TOKEN").unwrap(),
            reports,
            idle: RefCell::default(),
            waiting: RefCell::default(),
            reports_open: Cell::new(0),
            last_message: Cell::new(Instant::now()),
        });
        let listener = TcpListener::bind(listen_at).await.unwrap();
        let listening = provider.clone();
        spawn_local(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                spawn_local(listening.clone().serve(stream));
            }
        });
        provider
    }

    /// Posts a message of a person (`whatsapp:+52…`), and returns when its answer reached the provider.
    pub(crate) async fn ask(&self, person: &str, text: &str) -> Instant {
        let (sender, answered) = oneshot::channel();
        self.waiting.borrow_mut().entry(person.to_owned()).or_default().push_back(sender);
        let sid = format!("SM{}", scattered());
        let digits = person.trim_start_matches("whatsapp:+");
        let fields = [
            ("SmsMessageSid", sid.as_str()),
            ("NumMedia", "0"),
            ("ProfileName", "Ana"),
            ("MessageType", "text"),
            ("SmsSid", &sid),
            ("WaId", digits),
            ("SmsStatus", "received"),
            ("Body", text),
            ("To", NUMBER),
            ("NumSegments", "1"),
            ("MessageSid", &sid),
            ("From", person),
            ("ApiVersion", "2010-04-01"),
        ];
        let (_taken, answered) =
            tokio::join!(self.post("/webhooks/twilio", &fields), timeout(PATIENCE, answered));
        answered.expect("an answer in time").unwrap()
    }

    /// Waits until no message has come for a while: some questions have two answers.
    pub(crate) async fn is_quiet(&self) {
        while self.last_message.get().elapsed() < QUIET {
            sleep(QUIET / 10).await;
        }
    }

    /// Waits until the server took all reports.
    pub(crate) async fn reports_are_taken(&self) {
        while self.reports_open.get() > 0 {
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Sends a request to the server over one of the open connections, and returns its status and answer.
    pub(crate) async fn send(&self, request: &[u8]) -> (u16, Vec<u8>) {
        let mut answer = Vec::new();
        loop {
            let kept = self.idle.borrow_mut().pop();
            let is_kept = kept.is_some();
            let mut stream = match kept {
                Some(stream) => stream,
                None => TcpStream::connect(&self.address).await.unwrap(),
            };
            stream.set_nodelay(true).unwrap();
            let is_written = stream.write_all(request).await.is_ok();
            let status = if is_written { read_answer(&mut stream, &mut answer).await } else { None };
            if let Some(status) = status {
                self.idle.borrow_mut().push(stream);
                return (status, answer);
            }
            // The server closes connections that are quiet for long. What is sent again has the same ids.
            assert!(is_kept, "the server closed the connection");
        }
    }

    /// Posts a webhook, signed.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let address = &self.address;
        let signature = sign_form(&self.token, &format!("http://{address}{path}"), body.as_bytes());
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nX-Twilio-Signature: {signature}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n"
        );
        let (status, answer) = self.send(&with_body(&head, &body)).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    }

    /// Answers the calls of one connection.
    async fn serve(self: Rc<Self>, mut stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let mut request = Vec::new();
        while let Some(body) = read_message(&mut stream, &mut request).await {
            let came = Instant::now();
            let line = request.split(|byte| *byte == b'\r').next().unwrap();
            let line = String::from_utf8_lossy(line).into_owned();
            let (status, answer, sent) = self.answer(&line, &request[body..]);
            let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n");
            if stream.write_all(&with_body(&head, &answer)).await.is_err() {
                return;
            }
            if let Some(sent) = sent {
                self.is_sent(sent, came);
            }
        }
    }

    /// Tells who waits that their answer came, once the server has its own: a server that doesn't get it looks for
    /// ten seconds what became of the message. Then begins to report on the message.
    fn is_sent(self: &Rc<Self>, sent: Sent, came: Instant) {
        self.last_message.set(came);
        let waiter = self.waiting.borrow_mut().get_mut(&sent.to).and_then(VecDeque::pop_front);
        if let Some(waiter) = waiter {
            // Nobody waits any more for what came too late.
            let _late = waiter.send(came);
        }
        if self.reports {
            self.reports_open.set(self.reports_open.get() + 1);
            spawn_local(self.clone().report(sent.sid, sent.callback));
        }
    }

    /// The status and body of the answer to a call, and the message if it sends one.
    fn answer(&self, line: &str, body: &[u8]) -> (&'static str, String, Option<Sent>) {
        let id = scattered();
        if line.contains("/VerificationCheck") {
            return ("201 Created", format!(r#"{{"sid":"VE{id}","status":"approved"}}"#), None);
        }
        if line.contains("/Verifications") {
            return (
                "201 Created",
                format!(r#"{{"sid":"VE{id}","status":"pending","channel":"sms"}}"#),
                None,
            );
        }
        if line.starts_with("GET") && line.contains("/Messages/SM") {
            let price = r#"{"sid":"SM","price":"-0.00500","price_unit":"USD"}"#;
            return ("200 OK", price.into(), None);
        }
        if !line.starts_with("POST") || !line.contains("/Messages.json") {
            return ("404 Not Found", r#"{"code":20404,"message":"not found","status":404}"#.into(), None);
        }
        let fields: HashMap<_, _> = parse(body).collect();
        let (_, callback) =
            fields["StatusCallback"].split_once(&self.address).expect("a callback of the server");
        let sent =
            Sent { to: fields["To"].to_string(), sid: format!("SM{id}"), callback: callback.to_owned() };
        let answer = format!(r#"{{"sid":"{}","status":"queued","body":""}}"#, sent.sid);
        ("201 Created", answer, Some(sent))
    }

    /// Reports a message as sent, then as delivered.
    async fn report(self: Rc<Self>, sid: String, path: String) {
        for status in ["sent", "delivered"] {
            let fields = [
                ("SmsSid", sid.as_str()),
                ("SmsStatus", status),
                ("MessageStatus", status),
                ("ChannelToAddress", "+52*"),
                ("From", NUMBER),
                ("MessageSid", &sid),
                ("ApiVersion", "2010-04-01"),
            ];
            self.post(&path, &fields).await;
        }
        self.reports_open.set(self.reports_open.get() - 1);
    }
}

/// 32 hexadecimal digits that are as scattered as those of providers, and never twice the same.
fn scattered() -> String {
    let (time, random) = Uuid::now_v7().as_u64_pair();
    format!("{:016x}{time:016x}", random.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
