//! Checks a table of signature vectors.
//! Usage: `cargo run -p adapter-meta-whatsapp --example meta_signatures -- FILE.tsv`.
//!
//! Columns: provider, secret, body, (unused), expected header. Rows of other providers are skipped.
//! `INVALID:` marks a header that must be refused; one with `…` stands for 64 repeats of its first digit.

use adapter_meta_whatsapp::{AppSecrets, MetaWebhook, sign_body};
use ports::messaging::inbound_webhook::{InboundWebhook, RawWebhook};
use std::{env, fs, process::ExitCode};

fn is_taken(secret: &str, body: &str, header: &str) -> bool {
    let webhook = MetaWebhook {
        secrets: AppSecrets::new(&[secret.into()]),
        verify_token: "unused".into(),
        phone_number_ids: Vec::new(),
    };
    let raw = RawWebhook {
        method: "POST".into(),
        public_url: "https://example.com/webhooks/meta".into(),
        headers: vec![("x-hub-signature-256".into(), header.into())],
        body: body.into(),
    };
    webhook.authenticate(&raw).is_ok()
}

#[allow(clippy::print_stdout, reason = "the example prints its result")]
fn main() -> ExitCode {
    let Some(text) = env::args().nth(1).and_then(|file| fs::read_to_string(file).ok()) else {
        return ExitCode::FAILURE;
    };
    let (mut checked, mut wrong) = (0_u32, 0_u32);
    for row in text.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let ["meta", secret, body, _, expected, ..] = columns.as_slice() else { continue };
        let is_right = match expected.strip_prefix("INVALID:") {
            None => sign_body(secret, body.as_bytes()) == *expected && is_taken(secret, body, expected),
            Some(header) if header.contains('…') => {
                let sign: String = header.trim_start_matches("sha256=").chars().take(1).collect();
                !is_taken(secret, body, &format!("sha256={}", sign.repeat(64)))
            }
            Some(header) => !is_taken(secret, body, header),
        };
        checked += 1;
        wrong += u32::from(!is_right);
        if !is_right {
            println!("wrong: {expected}");
        }
    }
    println!("{checked} vectors, {wrong} wrong");
    if checked > 0 && wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
