//! Many sentences of all kinds, in three languages, read without a dialogue. A wrong amount or payee, a transfer or
//! a yes that nobody asked for: none. Of the rest nearly all are read right.

use super::parse;
use crate::tokens::fold;
use domain::messaging::intent::{AmountReading, Intent, Understanding};
use rust_decimal::Decimal;

struct Sentence {
    intents: Vec<&'static str>,
    amounts: Vec<Option<Decimal>>,
    destination: Option<String>,
    text: &'static str,
}

fn sentences() -> impl Iterator<Item = Sentence> {
    include_str!("sentences.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(
        |line| {
            let fields: Vec<&str> = line.splitn(6, ';').collect();
            let named = fields[4].split_once(':').filter(|(kind, _)| *kind != "code");
            Sentence {
                intents: fields[1].split(['|', ',']).collect(),
                amounts: fields[2].split('/').map(|amount| amount.parse().ok()).collect(),
                destination: named.map(|(_, value)| fold(value)),
                text: fields[5],
            }
        },
    )
}

fn amount(read: &Understanding) -> Option<Decimal> {
    read.entities.amount.as_ref().and_then(AmountReading::exact).map(|amount| amount.parse().unwrap())
}

#[test]
fn nothing_dangerous_and_nearly_all_right() {
    let (mut all, mut missed) = (0_usize, Vec::new());
    for sentence in sentences() {
        let read = parse(sentence.text);
        let is_right = sentence.intents.contains(&read.intent.label());
        assert!(is_right || !matches!(read.intent, Intent::Transfer | Intent::Confirm), "{}", sentence.text);
        let named = read.entities.destination.as_ref().map(|to| fold(&to.value));
        if read.intent == Intent::Transfer {
            let amount = amount(&read);
            assert!(amount.is_none() || sentence.amounts.contains(&amount), "{}: {amount:?}", sentence.text);
            assert!(named.is_none() || named == sentence.destination, "{}: {named:?}", sentence.text);
        }
        let is_whole = read.intent != Intent::Transfer
            || sentence.amounts.contains(&amount(&read)) && named == sentence.destination;
        all += 1;
        if !(is_right && is_whole) {
            missed.push(sentence.text);
        }
    }
    assert!(all > 600 && missed.len() * 50 <= all, "{} of {all}: {missed:#?}", missed.len());
}
