//! A talk in which each call of each port goes wrong once, in each way. The person notices nothing but
//! the wait: the same words, each once, and money that moves once.

use crate::{
    faults::{Fault, Plan},
    providers::CODE,
    world::World,
};
use chrono::Duration;
use domain::transfer::TransferStatus;
use ports::stores::{Inbox, Ledger, PageRequest, TransferFilter};

/// What the person writes. `<code>` is the provider's code, `<sms>` the one that came by SMS.
type Script = &'static [&'static str];

/// How it ends: posted and available, in centavos, and the states of the transfers.
struct End {
    balance: i64,
    transfers: &'static [TransferStatus],
}

/// Plays the script in a new bank; the telephone's texts, with what is drawn anew each time left out.
async fn play(script: Script, fault: Option<(Fault, usize)>) -> (World, Vec<String>) {
    let world = World::new(Plan::new(fault)).await;
    for (number, line) in script.iter().enumerate() {
        let sms = code_by_sms(&world.telephone.texts()).unwrap_or_default();
        world.say(number, &line.replace("<code>", CODE).replace("<sms>", &sms)).await;
    }
    let texts = world.telephone.texts().iter().map(|text| without_draws(text)).collect();
    (world, texts)
}

/// What stands behind the words, up to the next full stop.
fn behind<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(words)?;
    rest.split_once('.').map(|(value, _)| value)
}

fn code_by_sms(texts: &[String]) -> Option<String> {
    texts.iter().rev().find_map(|text| behind(text, "tu código es ")).map(str::to_owned)
}

fn without_draws(text: &str) -> String {
    ["Folio ", "tu código es "]
        .iter()
        .filter_map(|words| behind(text, words))
        .fold(text.to_owned(), |text, drawn| text.replace(drawn, "…"))
}

/// The books are in order, and nothing is left to do.
async fn is_over(world: &World, end: &End, point: &str) {
    let wallet = world.wallet().await;
    assert_eq!((wallet.posted.minor, wallet.available.minor), (end.balance, end.balance), "{point}");
    let page = PageRequest { limit: 100, after: None };
    let transfers = world.store.transfers(&TransferFilter::default(), &page).await.unwrap();
    let states: Vec<_> =
        transfers.iter().filter(|t| t.caller != "system").map(|transfer| transfer.status).collect();
    assert_eq!(states, end.transfers, "{point}");
    assert_eq!(world.store.verify().await.unwrap(), [], "{point}");
    world.clock.advance(Duration::days(1));
    let now = ports::clock::Clock::now(world.clock.as_ref());
    assert!(world.store.lease_next(now, now).await.unwrap().is_none(), "{point}: a message waits still");
}

/// Plays it with each call going wrong in each way, until none is left that could.
async fn survives_each_fault(script: Script, end: End) {
    let (world, expected) = play(script, None).await;
    is_over(&world, &end, "without a fault").await;
    let mut points = 0;
    for fault in Fault::ALL {
        for call in 0.. {
            let (world, told) = play(script, Some((fault, call))).await;
            let Some(name) = world.plan.hit() else { break };
            let point = format!("{fault:?} at call {call}, {name}");
            is_over(&world, &end, &point).await;
            if told != expected {
                eprintln!("{point}\n  {told:#?}\n");
            }
            points += 1;
        }
    }
    eprintln!("{expected:#?}");
    eprintln!("{points} points were walked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_made_and_told_once() {
    let script = &["saldo", "CONFIRMAR <code>", "manda 150 a 012345678901234567", "sí", "saldo"];
    survives_each_fault(script, End { balance: 85_000, transfers: &[TransferStatus::Completed] }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_with_a_second_step_is_made_and_told_once() {
    let script = &[
        "saldo",
        "CONFIRMAR <code>",
        "manda 600 a 012345678901234567",
        "sí",
        "CONFIRMAR 000000",
        "CONFIRMAR <sms>",
    ];
    survives_each_fault(script, End { balance: 40_000, transfers: &[TransferStatus::Completed] }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_payment_is_never_made() {
    let script = &[
        "saldo",
        "CONFIRMAR <code>",
        "manda 600 a 012345678901234567",
        "sí",
        "cancelar",
        "CONFIRMAR <sms>",
        "saldo",
    ];
    survives_each_fault(script, End { balance: 100_000, transfers: &[TransferStatus::Canceled] }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_sent_again_and_wrong_guesses_count_once() {
    let script = &["saldo", "REENVIAR", "CONFIRMAR 000000", "CONFIRMAR 000001", "CONFIRMAR <code>"];
    survives_each_fault(script, End { balance: 100_000, transfers: &[] }).await;
}
