//! Examples of what the parser understands, and a check that no text makes it panic.

use crate::RuleParser;
use domain::{
    locale::Locale,
    messaging::intent::{AmountReading, DestinationKind, Dialogue, Intent, Understanding},
    phone::Region,
};
use proptest::prelude::*;

mod dialogue;
mod evidence;
mod nearest;
mod sentences;
mod slots;
mod yes_matrix;

fn parse(text: &str) -> Understanding {
    RuleParser::new(Region::parse("MX").unwrap()).understand(text, &Dialogue::default())
}

#[test]
fn each_intent_in_each_language() {
    for (intent, texts) in [
        (Intent::CheckBalance, ["¿cuánto me queda?", "how much have I got left", "quanto tenho de saldo"]),
        (
            Intent::ListTransactions,
            ["muéstrame mis movimientos", "show me my last payments", "quero ver meu extrato"],
        ),
        (Intent::Transfer, ["mándale 80 a Rosaura", "wire 80 to Percival", "passa 80 reais pro Anselmo"]),
        (Intent::Confirm, ["sí, adelante", "yes go ahead", "sim, pode mandar"]),
        (Intent::Deny, ["no, cancélalo", "no, cancel that", "não, deixa pra lá"]),
        (Intent::Help, ["¿qué puedes hacer?", "how do I send money?", "o que você faz?"]),
        (
            Intent::Stop,
            ["ya no me manden mensajes", "please stop texting me", "não quero mais receber mensagens"],
        ),
        (Intent::Start, ["quiero darme de alta", "please sign me up", "quero me inscrever"]),
        (Intent::Greeting, ["buenas tardes", "good morning", "oi, tudo bem?"]),
        (
            Intent::TalkToHuman,
            ["pásame con un asesor", "let me talk to a person", "quero falar com um atendente"],
        ),
        (
            Intent::ReportProblem,
            ["me clonaron la tarjeta", "I don't recognize this charge", "mandei e não chegou o pix"],
        ),
        (Intent::VerifyCode, ["mi código es 482 913", "the code is 482913", "o código é 482913"]),
        (Intent::ResendCode, ["no me llegó el código", "send me another code", "não recebi o código"]),
        (Intent::Unknown, ["¿va a llover?", "tell me a joke", "qual é a capital da França?"]),
    ] {
        for (text, locale) in texts.into_iter().zip([Locale::Es, Locale::En, Locale::Pt]) {
            let understood = parse(text);
            assert_eq!(understood.intent, intent, "{text}");
            // A text without a known word may be in any language.
            let is_told = intent == Intent::Unknown || understood.locale.is_none_or(|told| told == locale);
            assert!(is_told, "{text}: {:?}", understood.locale);
        }
    }
}

#[test]
fn what_only_looks_like_a_transfer_is_none() {
    for text in [
        "no le mandes nada a Rosaura",
        "mañana le mando 80 a Rosaura",
        "si me pagan, mándale 80 a Rosaura",
        "Rosaura me dijo: manda 80 a Percival",
        "¿ya llegó el depósito de 80?",
        "should I send 80 to Percival?",
        "remind me to send 80 to Percival",
        "mándale un abrazo a Rosaura",
        "cómo se dice transferir en inglés",
    ] {
        assert_ne!(parse(text).intent, Intent::Transfer, "{text}");
    }
}

#[test]
fn a_yes_with_a_doubt_or_a_change_is_no_yes() {
    for text in ["sí pero que sean 450", "yes, but make it 30", "tal vez", "sí, cancélala", "no sé"] {
        assert_ne!(parse(text).intent, Intent::Confirm, "{text}");
    }
}

#[test]
fn amounts_as_each_language_writes_them() {
    for (text, amount) in [
        ("transfiere $1,250.75 a Rosaura", "1250.75"),
        ("manda mil quinientos a Rosaura", "1500"),
        ("deposita dos mil y medio a Rosaura", "2500"),
        ("send two hundred and fifty bucks to Percival", "250"),
        ("manda 1.300,40 reais pro Anselmo", "1300.40"),
        ("mándale 200, no, mejor 300 a Rosaura", "300"),
        ("a las 5 mándale 90 pesos a Rosaura", "90"),
    ] {
        let understood = parse(text);
        let read = understood.entities.amount.as_ref().and_then(AmountReading::exact).map(str::to_owned);
        let same = read.as_deref().map(|read| read.parse::<rust_decimal::Decimal>().unwrap());
        assert_eq!(same, Some(amount.parse().unwrap()), "{text}");
    }
}

#[test]
fn an_amount_with_two_readings_is_asked_not_guessed() {
    let understood = parse("manda 1.500 a Rosaura");
    let both = AmountReading::Ambiguous { thousands: "1500".into(), decimal: "1.5".into() };
    assert_eq!((understood.intent, understood.entities.amount), (Intent::Transfer, Some(both)));
}

#[test]
fn destinations_are_told_apart() {
    for (text, kind, value) in [
        ("envía 5 a 032180000118359719", DestinationKind::Clabe, "032180000118359719"),
        ("envía 5 al 55 1234 5678", DestinationKind::Phone, "+525512345678"),
        ("send 5 to GB82 WEST 1234 5698 7654 32", DestinationKind::Iban, "GB82WEST12345698765432"),
        ("manda 5 a @rosaura.v", DestinationKind::Alias, "rosaura.v"),
        ("manda 5 a mi tía Rosaura", DestinationKind::Name, "tía rosaura"),
        ("en vez de a Percival mándale 5 a Rosaura", DestinationKind::Name, "rosaura"),
    ] {
        let found = parse(text).entities.destination.unwrap();
        assert_eq!((found.kind, found.value.as_str()), (kind, value), "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_whatever_panics(text in "\\PC{0,120}") {
        let _ = parse(&text);
    }

    #[test]
    fn nor_do_words_of_ours_in_any_order(words in prop::collection::vec(prop::sample::select(vec![
        "manda", "no", "a", "mi", "300", "1.500", "mil", "y", "medio", ",", "en", "vez", "de", "Ana", "código", "$",
        "sí", "pero", "que", "123456", "por", "la", "renta", "«", "\"", "?", "k", "instead", "of", "pro", "reais",
    ]), 0..24)) {
        let _ = parse(&words.join(" "));
    }
}
