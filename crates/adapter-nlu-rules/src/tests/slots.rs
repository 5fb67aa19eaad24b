//! What else a reading holds: a second wish, the period, the topic, the payee beside a number, the language.

use super::parse;
use domain::{
    locale::Locale,
    messaging::intent::{Intent, Period, RelativeAmount, Topic},
};

#[test]
fn two_wishes_are_both_heard_and_the_money_comes_first() {
    for (text, intent, also) in [
        ("saldo y movimientos", Intent::CheckBalance, vec![Intent::ListTransactions]),
        ("dime mi saldo y mándale 5 a Rosaura", Intent::Transfer, vec![Intent::CheckBalance]),
        ("how much do I have left? and send 5 to Percival", Intent::Transfer, vec![Intent::CheckBalance]),
        ("saldo e extrato", Intent::CheckBalance, vec![Intent::ListTransactions]),
        ("mándale 5 a Rosaura y gracias", Intent::Transfer, vec![]),
        ("cuánto tengo", Intent::CheckBalance, vec![]),
    ] {
        let read = parse(text);
        assert_eq!((read.intent, read.also), (intent, also), "{text}");
    }
}

#[test]
fn questions_have_a_topic_a_period_and_a_payee() {
    for (text, intent, topic, period, payee) in [
        ("¿cuánto cobran por transferir?", Intent::Help, Some(Topic::Fees), None, None),
        ("how long does it take to arrive?", Intent::Help, Some(Topic::Arrival), None, None),
        ("¿cómo me salgo de la lista?", Intent::Help, Some(Topic::OptOut), None, None),
        ("o que acontece se eu bloquear a conta?", Intent::Help, Some(Topic::Freezing), None, None),
        ("¿qué es una clabe?", Intent::Help, Some(Topic::Clabe), None, None),
        ("¿qué tipo de cambio manejan?", Intent::Help, Some(Topic::Currencies), None, None),
        ("ver mis contactos", Intent::Help, Some(Topic::Payees), None, None),
        ("how do I send money?", Intent::Help, Some(Topic::Sending), None, None),
        ("¿eres una máquina?", Intent::Thanks, Some(Topic::Bot), None, None),
        ("hasta mañana", Intent::Thanks, Some(Topic::Goodbye), None, None),
        (
            "pásame el comprobante de Rosaura",
            Intent::ListTransactions,
            Some(Topic::Receipt),
            None,
            Some("rosaura"),
        ),
        (
            "¿qué le pagué a Percival ayer?",
            Intent::ListTransactions,
            None,
            Some(Period::Yesterday),
            Some("percival"),
        ),
        ("quanto gastei esta semana?", Intent::Spending, None, Some(Period::ThisWeek), None),
        ("movimientos de marzo", Intent::ListTransactions, None, Some(Period::Month(3)), None),
    ] {
        let read = parse(text);
        let named = read.entities.destination.as_ref().map(|to| to.value.as_str());
        let got = (read.intent, read.entities.topic, read.entities.period, named);
        assert_eq!(got, (intent, topic, period, payee), "{text}");
    }
}

#[test]
fn a_name_beside_a_number_is_not_lost() {
    for (text, name) in [
        ("5 a Rosaura a la cuenta 032180000118359719", Some("rosaura")),
        ("manda 5 a 032180000118359719 a nombre de Percival", Some("percival")),
        ("manda todo a 032180000118359719", None),
    ] {
        let slots = parse(text).entities;
        assert_eq!(slots.destination.unwrap().value, "032180000118359719", "{text}");
        assert_eq!(slots.payee.as_deref(), name, "{text}");
    }
}

#[test]
fn an_amount_is_read_to_its_end_or_not_at_all() {
    for (text, amount) in [
        ("manda 7 pesos m.n. a Rosaura", Some("7")),
        ("manda 7 pesos 50/100 M.N. a Rosaura", Some("7.50")),
        ("manda 7 300 a Rosaura", Some("7300")),
        ("manda 7\u{a0}300 a Rosaura", Some("7300")),
        ("manda 7\u{2009}300 a Rosaura", Some("7300")),
        ("manda 7'300.50 a Rosaura", Some("7300.50")),
        ("manda 7½ a Rosaura", Some("7.5")),
        ("manda 7² a Rosaura", None),
        ("manda -7 a Rosaura", None),
        ("manda −7 a Rosaura", None),
        ("manda menos 7 pesos a Rosaura", None),
        ("manda 7.7.7 a Rosaura", None),
        ("manda 7x3 a Rosaura", None),
        ("manda entre 7 y 9 a Rosaura", None),
        ("manda 7 o 9 a Rosaura", None),
        ("mándale un dinero a Rosaura", None),
        ("mándale una lana a Rosaura", None),
        ("mándale 70, no 90, a Rosaura", Some("70")),
        ("manda ٧٠ a Rosaura", Some("70")),
    ] {
        let read = parse(text);
        let exact = read.entities.amount.as_ref().and_then(|amount| amount.exact()).map(str::to_owned);
        assert_eq!((read.intent, exact.as_deref()), (Intent::Transfer, amount), "{text}");
    }
    let all = parse("manda todo a Rosaura").entities;
    assert_eq!((all.amount, all.relative), (None, Some(RelativeAmount::All)));
}

#[test]
fn a_name_keeps_its_signs_and_loses_its_tail() {
    for (text, name) in [
        ("manda 7 a Rosa-Aura porfis", "rosa-aura"),
        ("manda 7 a @rosa-aura_9.mx", "rosa-aura_9.mx"),
        ("send 7 to Percival lol", "percival"),
        ("send 7 to Percival again", "percival"),
        ("manda 7 pro Anselmo valeu", "anselmo"),
        ("manda 7 a Rosaura 🙏😂", "rosaura"),
        ("manda 7 a nombre de Rosaura", "rosaura"),
        ("7 a la cuenta de Rosaura", "rosaura"),
        ("7 to Percival's account", "percival"),
        ("7 na conta do Anselmo", "anselmo"),
        ("manda 7 a rosaura jajaja", "rosaura"),
    ] {
        assert_eq!(parse(text).entities.destination.map(|to| to.value).as_deref(), Some(name), "{text}");
    }
}

#[test]
fn of_two_payees_none_is_chosen() {
    for text in [
        "mándale 7 a Rosaura o a Percival",
        "mándale 7 a Rosaura y a Percival",
        "send 7 to Percival or Rosaura",
        "manda 7 a la de siempre",
        "manda al menos 7 a mi cuenta",
    ] {
        assert_eq!(parse(text).entities.destination, None, "{text}");
    }
    for text in ["manda casi 7 a Rosaura", "manda más de 7 a Rosaura", "manda 7 dos veces a Rosaura"] {
        assert_eq!(parse(text).entities.amount, None, "{text}");
    }
}

#[test]
fn a_stop_is_a_wish_and_not_a_mention_of_one() {
    for text in
        ["quiten mi número", "no more texts please", "parem de me mandar isso", "END", "déjenme de escribir"]
    {
        assert_eq!(parse(text).intent, Intent::Stop, "{text}");
    }
    for text in [
        "no me saquen de la lista",
        "please don't take me off your list",
        "não me descadastre",
        "¿qué pasa si escribo BAJA?",
        "how do I stop the messages?",
        "dieron de baja la línea de mi tía",
        "switch my messages back on",
    ] {
        assert_ne!(parse(text).intent, Intent::Stop, "{text}");
    }
}

#[test]
fn a_start_has_no_word_that_speaks_of_something_else() {
    assert_eq!(parse("anótenme otra vez en la lista de avisos").intent, Intent::Start);
    for text in [
        "anótenme otra vez en la lista de avisos, licenciado Quiñones",
        "quiero volver a recibir los mensajes de la quiniela azteca",
    ] {
        assert_ne!(parse(text).intent, Intent::Start, "{text}");
    }
}

#[test]
fn the_language_is_told_on_evidence_only() {
    for (text, locale) in [
        ("mándame otro código", Some(Locale::Es)),
        ("show me my balance", Some(Locale::En)),
        ("quero ver meu extrato", Some(Locale::Pt)),
        ("ok", None),
        ("saldo", None),
        ("123456", None),
    ] {
        assert_eq!(parse(text).locale, locale, "{text}");
    }
    for typo in ["manda me el zaldo", "transfereme 50 a Rosaura", "kuanto tengo en la kuenta"] {
        assert_ne!(parse(typo).locale, Some(Locale::Pt), "{typo}");
    }
}
