//! `cargo xtask bench timing` checks that the response time does not reveal whether a person has an account.
//! It calls each route in turn for a person with an account and for one without, and compares the medians.

use super::{place::Place, programs, server::Server};
use crate::{
    postgres::{Kind, Postgres},
    say, wire,
};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    thread,
    time::{Duration, Instant},
};

/// How far apart the medians may be, as a fraction of the larger one.
const TOLERANCE: f64 = 0.10;
/// A smaller difference, in milliseconds, can't be measured over a network.
const UNSEEN_MS: f64 = 0.1;
/// Pause between calls, so that work that goes on after an answer doesn't delay the next one.
const PAUSE: Duration = Duration::from_millis(15);
const TRIES: usize = 200;
const PATIENCE: Duration = Duration::from_secs(30);

const KNOWN: [&str; 2] = ["ana@example.com", "+525512348001"];
const UNKNOWN: [&str; 2] = ["eva@example.com", "+525512348002"];

/// Settings for the server's own codes without limits. Each call comes from a different address.
const SETTINGS: [(&str, &str); 7] = [
    ("VERIFY_PROVIDER", "self"),
    ("TRUSTED_PROXIES", "127.0.0.1"),
    ("OTP_RESEND_COOLDOWN_SECONDS", "0"),
    ("MAX_OTP_PER_PHONE_PER_DAY", "1000000"),
    ("MAX_OTP_PER_PREFIX_PER_HOUR", "1000000"),
    ("RATE_LIMIT_VERIFY_PER_MINUTE", "1000000"),
    ("SANDBOX_SMTP_ADDRESS", "127.0.0.1:0"),
];

/// A call that needs no authentication.
struct Door {
    name: &'static str,
    path: &'static str,
    body: fn(&str, &str) -> Value,
    status: u16,
    /// The number of tries is divided by this, because some routes answer only after a fixed delay.
    share: usize,
}

const DOORS: [Door; 6] = [
    Door {
        name: "login with a wrong password",
        path: "/api/v1/auth/login",
        body: |email, _| json!({"email": email, "password": "esta no es la clave"}),
        status: 401,
        // Each further try at one account takes longer.
        share: 10,
    },
    Door {
        name: "send a code (`/send-otp`)",
        path: "/send-otp",
        body: |_, phone| json!({"to": phone, "channel": "sms"}),
        status: 200,
        share: 1,
    },
    Door {
        name: "forgotten password, by email",
        path: "/api/v1/auth/password/forgot",
        body: |email, _| json!({"email": email}),
        status: 202,
        share: 1,
    },
    Door {
        name: "forgotten password, by code",
        path: "/api/v1/auth/password/forgot",
        body: |email, _| json!({"email": email, "via": "otp"}),
        status: 202,
        share: 1,
    },
    Door {
        name: "new password with a wrong code",
        path: "/api/v1/auth/password/reset",
        body: |email, _| json!({"email": email, "otp_code": "000100", "new_password": "una clave bien larga 7"}),
        status: 400,
        share: 10,
    },
    Door {
        name: "check a code (`/verify-otp`)",
        path: "/verify-otp",
        body: |_, phone| json!({"to": phone, "code": "000100"}),
        status: 400,
        share: 1,
    },
];

/// Measures every route on both databases. An error if the times of a route differ.
pub(super) fn run(words: &[&str]) -> Result<(), String> {
    let tries = match words {
        [] => TRIES,
        ["--tries", number] => number.parse().map_err(|_no_number| "--tries takes a number".to_owned())?,
        [other, ..] => return Err(format!("bench timing has no option {other}")),
    };
    let program = programs::ventanilla()?;
    let place = Place::make()?;
    let postgres = Postgres::start(Kind::Tests)?;
    let mut lines = vec![
        "| route | database | with account, ms | without, ms | difference |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    let mut telling = Vec::new();
    for (name, database) in
        [("SQLite", format!("sqlite://{}", place.file("timing.db"))), ("PostgreSQL", postgres.url())]
    {
        let server = Server::start_with(&program, place.path(), &database, true, &SETTINGS)?;
        sign_up(&server)?;
        let mut caller = Caller { server: &server, calls: 0 };
        for door in &DOORS {
            let (known, unknown) = caller.measure(door, tries / door.share)?;
            let apart = (known - unknown).abs() / known.max(unknown);
            lines.push(format!(
                "| {} | {name} | {known:.2} | {unknown:.2} | {:.1} % |",
                door.name,
                100.0 * apart
            ));
            if apart > TOLERANCE && (known - unknown).abs() > UNSEEN_MS {
                telling.push(format!("{} on {name}", door.name));
            }
        }
    }
    let table = lines.join("\n");
    writeln!(io::stdout(), "{table}").map_err(|fault| fault.to_string())?;
    if telling.is_empty() {
        say(&format!("medians of {tries} tries each: no route reveals who has an account"));
        Ok(())
    } else {
        Err(format!("response times reveal who has an account: {}", telling.join(", ")))
    }
}

/// Creates an account with a verified number for the known person.
fn sign_up(server: &Server) -> Result<(), String> {
    let [email, phone] = KNOWN;
    post(server, "127.0.0.1", "/send-otp", &json!({"to": phone, "channel": "sms"}), 200)?;
    let code = code(server, phone)?;
    let body =
        json!({"email": email, "password": "una clave bien larga 8", "phone": phone, "otp_code": code});
    post(server, "127.0.0.1", "/register-with-otp", &body, 201).map(|_took| ())
}

fn code(server: &Server, phone: &str) -> Result<String, String> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let (_, shown) =
            wire::json("GET", server.world(), &format!("/sandbox/phones/{phone}/messages"), &Value::Null)?;
        let body = wire::text(&shown, "/0/body");
        if let Some(code) = body.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6) {
            return Ok(code.to_owned());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(format!("no code reached {phone}"))
}

/// Posts from an address and returns how long the answer took, in milliseconds.
fn post(server: &Server, from: &str, path: &str, body: &Value, status: u16) -> Result<f64, String> {
    let headers = [("Content-Type", "application/json"), ("X-Forwarded-For", from)];
    let body = body.to_string();
    let begun = Instant::now();
    let answer = wire::ask("POST", server.address(), path, &headers, body.as_bytes())
        .map_err(|fault| format!("{path}: {fault}"))?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    if answer.status == status {
        Ok(took)
    } else {
        Err(format!("{path} answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body)))
    }
}

struct Caller<'a> {
    server: &'a Server,
    calls: usize,
}

impl Caller<'_> {
    /// The median times for the known and the unknown person. The order changes with each pair, so that other
    /// load on the machine affects both alike.
    fn measure(&mut self, door: &Door, tries: usize) -> Result<(f64, f64), String> {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        // The first calls only warm up the server.
        for n in 0..tries.saturating_add(10) {
            for knows in [n % 2 == 0, n % 2 != 0] {
                let [email, phone] = if knows { KNOWN } else { UNKNOWN };
                let took =
                    post(self.server, &self.address(), door.path, &(door.body)(email, phone), door.status)?;
                thread::sleep(PAUSE);
                let took_so_far = if knows { &mut known } else { &mut unknown };
                if n >= 10 {
                    took_so_far.push(took);
                }
            }
        }
        Ok((median(known), median(unknown)))
    }

    /// A different address for each call.
    fn address(&mut self) -> String {
        self.calls = self.calls.saturating_add(1);
        let n = self.calls;
        format!("10.{}.{}.{}", (n / 65_536) % 256, (n / 256) % 256, n % 256)
    }
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}
