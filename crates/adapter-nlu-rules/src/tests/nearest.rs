//! What a text that isn't understood was nearest to.

use super::parse;
use domain::messaging::intent::{Intent, PayeeChange, Topic};

#[test]
fn a_text_that_nearly_asks_for_something_names_it() {
    for (text, wishes) in [
        ("checar cuenta", [Intent::CheckBalance, Intent::ListTransactions]),
        ("consulta de cuenta", [Intent::CheckBalance, Intent::ListTransactions]),
        ("account status", [Intent::CheckBalance, Intent::ListTransactions]),
        ("cuánto traía antes de pagar la luz", [Intent::CheckBalance, Intent::Spending]),
    ] {
        let read = parse(text);
        let is_near = read.nearest.iter().any(|near| wishes.contains(near));
        assert!(is_near || wishes.contains(&read.intent), "{text}: {read:?}");
    }
}

#[test]
fn a_text_about_something_else_or_about_money_that_moves_names_nothing() {
    for text in [
        "zxcv qwer",
        "la luna es bonita",
        "tell me a joke",
        "vendo mi coche",
        "comparte 55 con Abigail",
        "sí, a Pedro",
        "no quiero mi saldo",
        "me dijo \"manda 5 a Ana\" y ya",
    ] {
        assert_eq!(parse(text).nearest, [], "{text}");
    }
}

#[test]
fn only_a_text_that_is_not_understood_names_others() {
    for line in include_str!("sentences.txt").lines().filter(|line| !line.starts_with('#')) {
        let Some(text) = line.splitn(6, ';').nth(5) else { continue };
        let read = parse(text);
        assert!(read.intent == Intent::Unknown || read.nearest.is_empty(), "{text}");
        assert!(read.nearest.len() <= 2, "{text}");
        assert!(read.nearest.iter().all(|near| near.can_be_suggested()), "{text}: {:?}", read.nearest);
    }
}

#[test]
fn a_change_to_a_payee_is_a_question_for_help_to_the_api() {
    let read = parse("borra a Ana de mis contactos");
    assert_eq!((read.intent, read.entities.topic), (Intent::Help, Some(Topic::Payees)));
    assert_eq!(read.entities.payee_change, Some(PayeeChange::Forget { name: "Ana".into() }));
    assert!(read.explained && read.entities.destination.is_none());
}

#[test]
fn a_time_alone_asks_for_nothing_to_its_end() {
    for text in
        ["en un mes", "este mes", "la próxima semana", "within a month", "next week", "em um mês", "mes"]
    {
        assert!(!parse(text).explained, "{text}");
    }
    for text in ["¿cuánto gasté este mes?", "movimientos de ayer", "how much did I spend last month"] {
        assert!(parse(text).explained, "{text}");
    }
}
