//! Many sentences of all kinds, in three languages, read without a dialogue. A wrong amount or payee, a transfer or
//! a yes that nobody asked for: none. Of the rest nearly all are read right.

use super::parse;
use crate::tokens::fold;
use domain::messaging::intent::{AmountReading, Intent, Understanding};
use rust_decimal::Decimal;

struct Sentence {
    intents: Vec<&'static str>,
    amounts: Vec<Option<Decimal>>,
    /// The accepted forms of the destination; empty where there is none.
    destinations: Vec<String>,
    text: &'static str,
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn sentences(text: &'static str) -> impl Iterator<Item = Sentence> {
    lines(text).map(|line| {
        let fields: Vec<&str> = line.splitn(6, ';').collect();
        let named = fields[4].split_once(':').filter(|(kind, _)| *kind != "code");
        Sentence {
            intents: fields[1].split(['|', ',']).collect(),
            amounts: fields[2].split('/').map(|amount| amount.parse().ok()).collect(),
            destinations: named.map_or_else(Vec::new, |(_, value)| value.split('/').map(fold).collect()),
            text: fields[5],
        }
    })
}

fn amount(read: &Understanding) -> Option<Decimal> {
    read.entities.amount.as_ref().and_then(AmountReading::exact).map(|amount| amount.parse().unwrap())
}

/// Reads every sentence; panics at a reading that would propose a payment, or a yes, which nobody asked for. Returns
/// how many sentences there are, and those that aren't read as they were meant.
fn misread(text: &'static str) -> (usize, Vec<&'static str>) {
    let (mut all, mut missed) = (0_usize, Vec::new());
    for sentence in sentences(text) {
        let read = parse(sentence.text);
        let is_right = sentence.intents.contains(&read.intent.label());
        assert!(is_right || !matches!(read.intent, Intent::Transfer | Intent::Confirm), "{}", sentence.text);
        let named = read.entities.destination.as_ref().map(|to| fold(&to.value));
        let is_named =
            named.as_ref().map_or(sentence.destinations.is_empty(), |to| sentence.destinations.contains(to));
        if read.intent == Intent::Transfer {
            let amount = amount(&read);
            assert!(amount.is_none() || sentence.amounts.contains(&amount), "{}: {amount:?}", sentence.text);
            assert!(named.is_none() || is_named, "{}: {named:?}", sentence.text);
        }
        let is_whole =
            read.intent != Intent::Transfer || sentence.amounts.contains(&amount(&read)) && is_named;
        all += 1;
        if !(is_right && is_whole) {
            missed.push(sentence.text);
        }
    }
    (all, missed)
}

#[test]
fn nothing_dangerous_and_nearly_all_right() {
    let (all, missed) = misread(include_str!("sentences.txt"));
    assert!(all > 600 && missed.len() * 50 <= all, "{} of {all}: {missed:#?}", missed.len());
}

#[test]
fn people_are_understood() {
    let (all, missed) = misread(include_str!("people.txt"));
    assert!(all > 1_700 && missed.len() * 25 <= all, "{} of {all}: {missed:#?}", missed.len());
}

#[test]
fn what_only_speaks_of_money_asks_for_no_payment() {
    let mut all = 0_usize;
    for line in lines(include_str!("near_misses.txt")) {
        let (_, text) = line.rsplit_once(';').unwrap();
        let read = parse(text);
        assert!(!matches!(read.intent, Intent::Transfer | Intent::Confirm), "{text}");
        all += 1;
    }
    assert!(all > 250, "{all}");
}
