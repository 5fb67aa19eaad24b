//! Running a flow: one question, one answer, one step forward or back.

use super::examples::*;
use crate::{locale::Locale, messaging::flow::*, phone::Region};
use chrono::NaiveDate;
use proptest::prelude::*;

fn facts() -> FlowContext {
    FlowContext {
        today: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        region: Region::parse("MX").unwrap(),
    }
}

fn say(flow: &Flow, run: &mut FlowRun, text: &str) -> Progress {
    flow.answer(run, FlowInput::Text(text), facts())
}

/// The flow's first lines in reply to these texts, one after the other.
fn conversation(flow: &Flow, run: &mut FlowRun, texts: &[&str]) -> String {
    let mut last = String::new();
    for text in texts {
        last = match say(flow, run, text) {
            Progress::Asked(prompt) | Progress::NotAnAnswer(prompt) | Progress::Completed(prompt, _) => {
                prompt.text
            }
            other => panic!("{text}: {other:?}"),
        };
    }
    last
}

fn answers_to(texts: &[&str]) -> Vec<(String, String)> {
    let (flow, (mut run, _)) = (flow(), flow().begin(Locale::Es));
    let (last, before) = texts.split_last().unwrap();
    conversation(&flow, &mut run, before);
    let Progress::Completed(_, completed) = say(&flow, &mut run, last) else { panic!("not through") };
    completed.answers.iter().map(|(step, answer)| (step.to_string(), answer.as_text())).collect()
}

#[test]
fn nothing_is_asked_before_consent_and_only_its_words_give_it() {
    let flow = flow();
    let (mut run, prompt) = flow.begin(Locale::Es);
    assert_eq!(prompt.text, "Responde ACEPTO.");
    for text in ["sí", "1", "para mí", "volver", ""] {
        let mut asked = run.clone();
        assert_eq!(conversation(&flow, &mut asked, &[text]), "Responde ACEPTO.", "{text}");
        assert_eq!(say(&flow, &mut asked, text), Progress::Left, "{text}, twice");
    }
    for text in ["no acepto", "No, gracias", "não"] {
        assert_eq!(say(&flow, &mut run.clone(), text), Progress::Left, "{text}");
    }
    assert_eq!(conversation(&flow, &mut run, &["¡Acepto!"]), "¿what?\n1. Para mí\n2. Para otra persona");
}

#[test]
fn consent_can_be_given_in_any_of_its_languages_or_by_its_button() {
    let flow = flow();
    let (mut run, prompt) = flow.begin(Locale::Es);
    assert_eq!(conversation(&flow, &mut run.clone(), &["AGREE"]), "¿what?\n1. Para mí\n2. Para otra persona");
    let (id, title) = &prompt.buttons[0];
    let (of, pressed) = FlowInput::from_button(id).unwrap();
    assert_eq!((of, title.as_str()), ("care", "acepto"));
    assert!(matches!(flow.answer(&mut run, pressed, facts()), Progress::Asked(_)));
}

#[test]
fn the_next_step_follows_from_the_conditions() {
    let short = answers_to(&["acepto", "1", "2020-01-31"]);
    assert_eq!(short, [("what".into(), "self".into()), ("since".into(), "2020-01-31".into())]);
    let long = answers_to(&["acepto", "otra persona", "somos 3", "31/01/2020"]);
    assert_eq!(long[1], ("many".to_owned(), "3".to_owned()));
}

#[test]
fn an_option_is_named_by_number_title_part_or_id() {
    let flow = flow();
    let (mut run, _) = flow.begin(Locale::Es);
    conversation(&flow, &mut run, &["acepto"]);
    for (text, next) in [
        ("2", "¿many?"),
        ("Opción 2", "¿many?"),
        ("dos", "¿many?"),
        ("2️⃣", "¿many?"),
        ("para otra persona", "¿many?"),
        ("OTRA PERSONA", "¿many?"),
        ("es para otra persona, mi tía", "¿many?"),
        ("self", "¿since?"),
        ("for me", "¿since?"),
    ] {
        assert_eq!(conversation(&flow, &mut run.clone(), &[text]), next, "{text}");
    }
    for text in ["3", "0", "para", "no sé", "1 2", "👍"] {
        let content = say(&flow, &mut run.clone(), text);
        let Progress::NotAnAnswer(prompt) = content else { panic!("{text}: {content:?}") };
        assert_eq!(prompt.text, "otra vez what\n1. Para mí\n2. Para otra persona", "{text}");
    }
}

#[test]
fn a_button_answers_its_own_question_only() {
    let flow = flow();
    let (mut run, _) = flow.begin(Locale::En);
    let Progress::Asked(prompt) = say(&flow, &mut run, "agree") else { panic!() };
    let ids: Vec<_> = prompt.buttons.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["flow:care:what:self", "flow:care:what:other"]);
    let (_, other) = FlowInput::from_button("flow:care:what:other").unwrap();
    let Progress::Asked(prompt) = flow.answer(&mut run, other, facts()) else { panic!() };
    assert_eq!(prompt.text, "many?");
    let late = flow.answer(&mut run, other, facts());
    assert_eq!(late, Progress::Asked(prompt), "pressed again, the question that waits is asked again");
    for id in ["flow:care", "flow:care:what:self:more", "yes:1", ""] {
        assert_eq!(FlowInput::from_button(id), None, "{id}");
    }
}

#[test]
fn an_answer_that_is_none_gets_the_steps_own_words() {
    let flow = flow();
    let (mut run, _) = flow.begin(Locale::Es);
    conversation(&flow, &mut run, &["acepto", "2"]);
    for text in ["0", "10", "2.5", "muchos", "2 o 3", "-1"] {
        assert_eq!(conversation(&flow, &mut run, &[text]), "otra vez many", "{text}");
    }
    assert_eq!(conversation(&flow, &mut run, &["9"]), "¿since?");
    for text in ["mañana", "2026-11-22", "31/02/2020", "hace mucho"] {
        assert_eq!(conversation(&flow, &mut run, &[text]), "otra vez since", "{text}");
    }
    assert!(conversation(&flow, &mut run, &["hoy"]).starts_with("Gracias."));
}

#[test]
fn back_takes_one_answer_back_and_no_more() {
    let flow = flow();
    let (mut run, _) = flow.begin(Locale::Es);
    conversation(&flow, &mut run, &["acepto", "2", "3"]);
    for (word, question) in [
        ("volver", "¿many?"),
        ("Atrás", "¿what?\n1. Para mí\n2. Para otra persona"),
        ("back", "¿what?\n1. Para mí\n2. Para otra persona"),
    ] {
        assert_eq!(conversation(&flow, &mut run, &[word]), question, "{word}");
    }
    let Progress::Completed(_, completed) = ({
        conversation(&flow, &mut run, &["1"]);
        say(&flow, &mut run, "ayer")
    }) else {
        panic!("not through")
    };
    assert_eq!(completed.answers.len(), 2, "what was taken back is not saved");
}

#[test]
fn a_question_that_is_asked_once_more_takes_back_what_followed() {
    let mut draft = draft();
    let mut sure = step(60, "sure", "choice");
    sure.options =
        vec![option(61, "right", "Está bien", "All right"), option(62, "anew", "Otra vez", "Again")];
    sure.next = vec![go_when(63, "sure", "anew", "what"), go(64, "end")];
    draft.steps.push(sure);
    let flow = Flow::check(&draft).unwrap();
    let (mut run, _) = flow.begin(Locale::Es);
    conversation(&flow, &mut run, &["acepto", "2", "3", "ayer", "otra vez", "1", "ayer"]);
    let Progress::Completed(_, completed) = say(&flow, &mut run, "está bien") else { panic!("not through") };
    let asked: Vec<_> = completed.answers.iter().map(|(step, _)| step.as_str()).collect();
    assert_eq!(asked, ["what", "since", "sure"]);
}

#[test]
fn the_end_offers_a_person_by_name_and_by_button() {
    let flow = flow();
    let (mut run, _) = flow.begin(Locale::Es);
    conversation(&flow, &mut run, &["acepto", "1"]);
    let Progress::Completed(prompt, _) = say(&flow, &mut run, "ayer") else { panic!("not through") };
    assert_eq!(prompt.text, "Gracias.\n• hablar con alguien");
    assert_eq!(prompt.buttons, [("flow:care:closing:person".to_owned(), "hablar con alguien".to_owned())]);
    assert_eq!(say(&flow, &mut run, "Quiero hablar con alguien"), Progress::HandOff);
    let (_, pressed) = FlowInput::from_button("flow:care:closing:person").unwrap();
    assert_eq!(flow.answer(&mut run, pressed, facts()), Progress::HandOff);
    for text in ["saldo", "1", "con", "hablar", "volver", "cuidado con eso"] {
        assert_eq!(say(&flow, &mut run, text), Progress::NotMine, "{text}");
    }
    assert_eq!(say(&flow, &mut run, "acepto"), Progress::StartOver);
}

#[test]
fn a_person_who_comes_back_sees_a_menu_and_agrees_again_to_a_new_version() {
    let flow = flow();
    let (run, prompt) = flow.welcome_back(Locale::En);
    assert_eq!(prompt.text, "I know it all.\n• talk to someone");
    assert!(!run.is_asking());
    assert_eq!(flow.begin_again(&run).1.text, "what?\n1. For me\n2. For another");
    let newer = Flow::check(&FlowDraft { version: on(2, 2), ..draft() }).unwrap();
    assert_eq!(newer.begin_again(&run).1.text, "Reply AGREE.");
}

#[test]
fn leaving_forgets_the_answers_but_not_that_the_flow_was_completed() {
    let flow = flow();
    let (mut run, _) = flow.begin(Locale::Es);
    conversation(&flow, &mut run, &["acepto", "2"]);
    assert_eq!(run.left(), None);
    let (mut again, _) = flow.begin_again(&flow.welcome_back(Locale::Es).0);
    conversation(&flow, &mut again, &["2"]);
    assert_eq!(again.left(), Some(flow.welcome_back(Locale::Es).0));
}

#[test]
fn a_stored_run_continues_at_the_same_question() {
    let flow = flow();
    let (mut run, _) = flow.begin(Locale::Es);
    conversation(&flow, &mut run, &["acepto", "2", "4"]);
    let json = serde_json::to_string(&run).unwrap();
    let mut read: FlowRun = serde_json::from_str(&json).unwrap();
    assert_eq!(read, run);
    assert_eq!(flow.prompt(&read).text, "¿since?");
    assert!(conversation(&flow, &mut read, &["ayer"]).starts_with("Gracias."));
}

#[test]
fn answers_are_never_shown_by_debug() {
    let flow = flow();
    let (mut run, _) = flow.begin(Locale::Es);
    conversation(&flow, &mut run, &["acepto", "2", "7"]);
    let shown = format!("{run:?}");
    assert!(shown.contains("number(****)") && !shown.contains('7'), "{shown}");
}

#[test]
fn texts_places_and_phone_numbers_are_read_by_their_kind() {
    let mut draft = draft();
    let mut name = step(60, "name", "text");
    name.valid = vec![
        (word(61, "letters"), RuleValue::Flag(true)),
        (word(62, "min_length"), RuleValue::Number(3.into())),
    ];
    draft.steps = vec![name, step(70, "place", "place"), step(80, "phone", "phone")];
    let flow = Flow::check(&draft).unwrap();
    let (mut run, _) = flow.begin(Locale::Es);
    conversation(&flow, &mut run, &["acepto"]);
    for text in ["", "12345", "yo", "👍👍👍", &"a".repeat(501)] {
        assert_eq!(conversation(&flow, &mut run, &[text]), "otra vez name", "{text}");
    }
    assert_eq!(conversation(&flow, &mut run, &["  Ana López "]), "¿place?");
    assert_eq!(conversation(&flow, &mut run, &["72000"]), "otra vez place");
    assert_eq!(conversation(&flow, &mut run, &["Puebla, hasta 100 km"]), "¿phone?");
    assert_eq!(conversation(&flow, &mut run, &["123"]), "otra vez phone");
    let Progress::Completed(_, completed) = say(&flow, &mut run, "es el 55 1234 5678") else { panic!() };
    let saved: Vec<_> = completed.answers.iter().map(|(_, answer)| answer.as_text()).collect();
    assert_eq!(saved, ["Ana López", "Puebla, hasta 100 km", "+525512345678"]);
}

#[test]
fn a_minimum_age_is_counted_in_whole_years() {
    let mut draft = draft();
    let mut born = step(60, "born", "date");
    born.valid = vec![(word(61, "min_age"), RuleValue::Number(18.into()))];
    draft.steps = vec![born];
    let flow = Flow::check(&draft).unwrap();
    let (mut run, _) = flow.begin(Locale::Es);
    conversation(&flow, &mut run, &["acepto"]);
    for text in ["22/11/2008", "hoy", "mañana"] {
        assert_eq!(conversation(&flow, &mut run, &[text]), "otra vez born", "{text}");
    }
    assert!(conversation(&flow, &mut run, &["21/11/2008"]).starts_with("Gracias."));
}

#[test]
fn the_registry_starts_the_newest_version_and_finds_earlier_ones() {
    let newer = Flow::check(&FlowDraft { version: on(2, 2), ..draft() }).unwrap();
    let registry = FlowRegistry::new(vec![newer.clone()]).unwrap().with_earlier_versions([flow(), newer]);
    let id = Slug::parse("care").unwrap();
    assert_eq!(registry.find(&id, 1).unwrap().version(), 1);
    assert_eq!(registry.newest(&id).unwrap().version(), 2);
    assert_eq!(registry.all_newest().len(), 1);
    let started =
        |text, spoken| registry.started_by(text, spoken).map(|(flow, locale)| (flow.version(), locale));
    assert_eq!(started("¡CUIDADO!", None), Some((2, Locale::Es)));
    assert_eq!(started("care", Some(Locale::Es)), Some((2, Locale::En)), "the word's language is the flow's");
    assert_eq!(started("take care of it", None), None, "as a whole message only");
}

#[test]
fn a_word_of_two_languages_is_taken_for_the_one_that_was_spoken() {
    let draft = FlowDraft { triggers: words(5, &["hospital"], &["Hospital"]), ..draft() };
    let registry = FlowRegistry::new(vec![Flow::check(&draft).unwrap()]).unwrap();
    let language = |spoken| registry.started_by("hospital", spoken).map(|(_, locale)| locale);
    assert_eq!(language(None), Some(Locale::Es));
    assert_eq!(language(Some(Locale::En)), Some(Locale::En));
    assert_eq!(language(Some(Locale::Pt)), Some(Locale::Es));
}

#[test]
fn two_flows_share_neither_a_version_nor_a_trigger() {
    let other = Flow::check(&FlowDraft { id: word(1, "other"), ..draft() }).unwrap();
    let faults = FlowRegistry::new(vec![flow(), flow(), other]).unwrap_err();
    let content: Vec<_> =
        faults.iter().map(|fault| (fault.flow, fault.line, fault.reason.as_str())).collect();
    assert_eq!(
        content,
        [
            (1, 1, "there are two flows care of version 1"),
            (2, 5, "«cuidado» starts care already"),
            (2, 5, "«care» starts care already"),
        ]
    );
}

proptest! {
    #[test]
    fn no_text_panics_and_none_gets_past_consent_unsaid(
        texts in prop::collection::vec("\\PC{0,20}|[0-9 /.,-]{0,12}|acepto|volver|1|2|hoy|hospital", 0..25)
    ) {
        let flow = flow();
        let (mut run, _) = flow.begin(Locale::Es);
        let mut agreed = false;
        for text in texts {
            agreed = agreed || text == "acepto";
            let content = flow.answer(&mut run, FlowInput::Text(&text), facts());
            let is_asked = matches!(&content, Progress::Asked(prompt) if prompt.text == "Responde ACEPTO.");
            prop_assert!(agreed || is_asked || content == Progress::Left);
            let stored = serde_json::to_string(&run).unwrap();
            prop_assert_eq!(serde_json::from_str::<FlowRun>(&stored).unwrap(), run.clone());
        }
    }
}
