//! Checks a table of signature vectors.
//! Usage: `cargo run -p adapter-twilio --example twilio_signatures -- FILE.tsv`.
//!
//! Columns: provider, key, URL, parameters (`a=1&b=2`, not encoded), expected signature. Rows of other
//! providers are skipped; `(first row params)` repeats the parameters of the first Twilio row.

use adapter_twilio::sign_form;
use std::{env, fs, process::ExitCode};

fn encode(parameters: &str) -> String {
    let pairs = parameters.split('&').filter_map(|pair| pair.split_once('='));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[allow(clippy::print_stdout, reason = "the example prints its result")]
fn main() -> ExitCode {
    let Some(text) = env::args().nth(1).and_then(|file| fs::read_to_string(file).ok()) else {
        return ExitCode::FAILURE;
    };
    let (mut checked, mut wrong, mut first) = (0_u32, 0_u32, String::new());
    for row in text.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let ["twilio", key, address, parameters, expected, ..] = columns.as_slice() else { continue };
        if first.is_empty() {
            (*parameters).clone_into(&mut first);
        }
        let parameters = if parameters.starts_with('(') { first.as_str() } else { parameters };
        let is_right = sign_form(key, address, encode(parameters).as_bytes()) == *expected;
        checked += 1;
        wrong += u32::from(!is_right);
        if !is_right {
            println!("wrong: {address}");
        }
    }
    println!("{checked} vectors, {wrong} wrong");
    if checked > 0 && wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
