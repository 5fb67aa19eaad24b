//! What a text means while a question of ours waits.

use crate::RuleParser;
use domain::{
    locale::Locale,
    messaging::intent::{
        AmountReading, AskedFor, Choice, Dialogue, Entities, Intent, RelativeAmount, Topic, Understanding,
    },
    phone::Region,
};

const CLABE: &str = "032180000118359719";

fn read(text: &str, asked: AskedFor) -> Understanding {
    let payees = ["rosaura", "primo percival", "anselma norte", "anselma sur", "mamá"];
    let dialogue = Dialogue {
        locale: Some(Locale::Es),
        asked: Some(asked),
        payees: payees.map(str::to_owned).into(),
        ..Dialogue::default()
    };
    RuleParser::new(Region::parse("MX").unwrap()).understand(text, &dialogue)
}

/// The slots as one word: the amount, what it relates to, the destination, the choice, the concept.
fn slots(slots: &Entities) -> String {
    let amount = slots.amount.as_ref().map(|amount| match amount {
        AmountReading::Exact(amount) => amount.clone(),
        AmountReading::Ambiguous { thousands, decimal } => format!("{thousands}|{decimal}"),
    });
    let relative = slots.relative.as_ref().map(|relative| match relative {
        RelativeAmount::Plus(by) => format!("+{by}"),
        RelativeAmount::Minus(by) => format!("-{by}"),
        other => format!("{other:?}").to_lowercase(),
    });
    let choice = slots.choice.map(|choice| match choice {
        Choice::At(at) => format!("#{at}"),
        Choice::Last => "#last".into(),
    });
    let named = slots.destination.as_ref().map(|to| format!("→{}", to.value));
    let payee = slots.payee.as_ref().map(|payee| format!("({payee})"));
    let currency = slots.currency.map(|currency| currency.code().to_owned());
    let concept = slots.concept.as_ref().map(|concept| format!("«{concept}»"));
    [amount, currency, relative, named, payee, choice, concept]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_text_of_slots_and_connectives_fills_or_changes_the_payment() {
    use AskedFor::{AfterRefusal, Amount, Choice, Confirmation, Destination};
    for (asked, text, read_as) in [
        (Amount, "80 pesos", "80 MXN"),
        (Amount, "unos ochenta, porfa", "80"),
        (Amount, "todo lo que tengo", "all"),
        (Amount, "half of my balance", "halfofbalance"),
        (Amount, "1.200", "1200|1.2"),
        (Amount, "a mi mamá", "→mamá"),
        (Destination, "Wenceslao", "→wenceslao"),
        (Destination, "mi primo", "→primo percival"),
        (Destination, "la Sur", "→anselma sur"),
        (Destination, "el plomero", "→plomero"),
        (Destination, "es para mi tía", "→tía"),
        (Destination, "a Wenceslao, 45", "45 →wenceslao"),
        (Destination, "12345678", "→12345678"),
        (Choice, "el segundo", "#1"),
        (Choice, "the last one", "#last"),
        (Choice, "2", "#1"),
        (Choice, "la Norte", "→anselma norte"),
        (Confirmation, "mejor a Percival", "→primo percival"),
        (Confirmation, "no, mejor 35", "35"),
        (Confirmation, "no, mándale 35, no 30", "35"),
        (Confirmation, "perdón, eran 7.25", "7.25"),
        (Confirmation, "make it 12 instead", "12"),
        (Confirmation, "muda pra 12", "12"),
        (Confirmation, "súmale 4", "+4"),
        (Confirmation, "3 more", "+3"),
        (Confirmation, "bájale 2", "-2"),
        (Confirmation, "double it", "double"),
        (Confirmation, "con concepto colegiatura de mayo", "«colegiatura de mayo»"),
        (AfterRefusal, "entonces 15", "15"),
        (AfterRefusal, "entonces en pesos", "MXN"),
    ] {
        let understood = read(text, asked);
        let got = (understood.intent, slots(&understood.entities), understood.explained);
        assert_eq!(got, (Intent::Transfer, read_as.to_owned(), true), "{asked:?}: {text}");
    }
    let change = format!("mejor a la cuenta {CLABE}, a nombre de Wenceslao");
    let understood = read(&change, Confirmation);
    assert_eq!(slots(&understood.entities), format!("→{CLABE} (wenceslao)"));
}

#[test]
fn what_is_no_answer_fills_nothing() {
    for text in [
        "es mi vecino",
        "ahora te la paso",
        "no la sé",
        "el de siempre",
        "qué es eso",
        "gracias",
        "buenos días",
        "she's my aunt",
        "one second",
        "hang on",
        "é minha tia",
        "já te mando",
        "pídele 30 a Rosaura",
        "mañana te digo",
        "no Wenceslao",
    ] {
        for asked in [AskedFor::Destination, AskedFor::Confirmation, AskedFor::Amount] {
            let understood = read(text, asked);
            assert_ne!(understood.intent, Intent::Transfer, "{asked:?}: {text}: {understood:?}");
        }
    }
}

#[test]
fn a_question_about_what_waits_has_its_topic() {
    for (text, topic) in [
        ("¿a quién?", Topic::Payee),
        ("who is it for?", Topic::Payee),
        ("pra quem é?", Topic::Payee),
        ("¿cuánto es?", Topic::Amount),
        ("how much was it?", Topic::Amount),
        ("¿de qué banco es?", Topic::Bank),
        ("qual banco?", Topic::Bank),
        ("¿y para qué?", Topic::Reason),
        ("why?", Topic::Reason),
    ] {
        let understood = read(text, AskedFor::Confirmation);
        assert_eq!((understood.intent, understood.entities.topic), (Intent::Help, Some(topic)), "{text}");
    }
    for (text, topic) in [("¿cuál código?", Topic::Codes), ("pra quê?", Topic::Reason)] {
        let understood = read(text, AskedFor::Code);
        assert_eq!((understood.intent, understood.entities.topic), (Intent::Help, Some(topic)), "{text}");
    }
}

#[test]
fn a_change_is_no_change_without_a_question() {
    let parser = RuleParser::new(Region::parse("MX").unwrap());
    for text in ["mejor a Percival", "que sean 12", "Wenceslao", "el segundo"] {
        assert_ne!(parser.understand(text, &Dialogue::default()).intent, Intent::Transfer, "{text}");
    }
}
