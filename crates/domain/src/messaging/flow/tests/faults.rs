//! Faults that are found at load, with their lines.

use super::examples::*;
use crate::messaging::flow::*;

/// The faults of the example after a change.
fn faults(change: impl FnOnce(&mut FlowDraft)) -> Vec<(usize, String)> {
    let mut draft = draft();
    change(&mut draft);
    let found = Flow::check(&draft).err().unwrap_or_default();
    found.into_iter().map(|fault| (fault.line, fault.reason)).collect()
}

fn one(line: usize, reason: &str) -> Vec<(usize, String)> {
    vec![(line, reason.to_owned())]
}

#[test]
fn the_example_has_none() {
    assert_eq!(faults(|_| {}), []);
}

#[test]
fn every_fault_is_told_in_the_order_of_its_line() {
    let all = faults(|draft| {
        draft.version.value = 0;
        draft.menu.by_language.pop();
        draft.steps[2].id.value = "Since".into();
        draft.steps[0].next[1].go.value = "nowhere".into();
    });
    let lines: Vec<_> = all.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 8, 24, 40], "{all:?}");
}

#[test]
fn names_versions_and_languages_are_checked() {
    let slug = "must be a small letter, then small letters, digits, _ or -, 40 at most";
    assert_eq!(faults(|d| d.id.value = "Care!".into()), one(1, &format!("id «Care!» {slug}")));
    for version in [0, -1, i64::MAX] {
        assert_eq!(faults(|d| d.version.value = version), one(2, "version must be 1 or more"));
    }
    let unknown = faults(|d| d.languages.value.push(word(3, "fr")));
    assert_eq!(unknown, one(3, "language fr must be es, en or pt"));
    let twice = faults(|d| d.languages.value.push(word(3, "es")));
    assert_eq!(twice, one(3, "language es is named twice"));
    assert!(faults(|d| d.languages.value.clear()).contains(&(3, "languages must name at least one".into())));
}

#[test]
fn a_missing_translation_is_a_fault_wherever_it_is() {
    let pt = |d: &mut FlowDraft| d.languages.value.push(word(3, "pt"));
    let missing = faults(pt);
    let lines: Vec<_> = missing.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [4, 5, 6, 7, 8, 20, 20, 21, 22, 30, 30, 40, 40, 50, 51], "{missing:?}");
    let strange = faults(|d| d.menu.by_language.push((word(9, "pt"), "Já sei.".into())));
    assert_eq!(strange, one(9, "menu.text has a language that the flow has not: pt"));
    let empty = faults(|d| d.steps[1].retry.by_language[0].1 = "  ".into());
    assert_eq!(empty, one(30, "retry is empty in es"));
    let long = faults(|d| d.closing.text.by_language[0].1 = "a".repeat(TEXT_LENGTH_MAX + 1));
    assert_eq!(long, one(50, "closing.text is longer than 1024 characters"));
}

#[test]
fn words_that_mean_something_else_start_nothing_and_are_no_option() {
    for taken in ["STOP", "baja", "Ayuda", "START", "cancelar suscripción"] {
        let trigger = faults(|d| d.triggers = words(5, &[taken], &["care"]));
        assert_eq!(trigger, one(5, &format!("trigger «{taken}» is a compliance word")));
        let option = faults(|d| d.steps[0].options[1].title.by_language[0].1 = taken.into());
        assert_eq!(option, one(22, &format!("option «{taken}» is a compliance word")));
        let other_word = faults(|d| d.steps[0].options[1].words = Some(words(25, &[taken], &[])));
        assert!(other_word.contains(&(25, format!("option «{taken}» is a compliance word"))));
        let at_the_end = faults(|d| d.closing.options[0].title.by_language[0].1 = taken.into());
        assert_eq!(at_the_end, one(51, &format!("option «{taken}» is a compliance word")));
        let consent = faults(|d| d.consent.accept = words(7, &["acepto", taken], &["agree"]));
        assert_eq!(consent, one(7, &format!("consent word «{taken}» is a compliance word")));
    }
    for taken in ["menú", "CANCELAR", "atrás", "asesor"] {
        let trigger = faults(|d| d.triggers = words(5, &[taken], &["care"]));
        assert_eq!(trigger, one(5, &format!("trigger «{taken}» means something else in every state")));
    }
    let numeric = faults(|d| d.steps[0].options[0].title.by_language[0].1 = "2".into());
    assert_eq!(numeric, one(21, "option «2» reads as the number of an option"));
}

#[test]
fn consent_says_how_to_agree() {
    let silent = faults(|d| d.consent.text = texts(6, "¿Empezamos?", "Reply AGREE."));
    assert_eq!(silent, one(6, "consent.text does not say in es how to agree"));
    let wordless = faults(|d| d.consent.accept = words(7, &["acepto"], &[]));
    assert!(wordless.contains(&(7, "consent.accept has no word in en".into())));
}

#[test]
fn branches_lead_to_steps_and_all_steps_are_reached() {
    let dangling = faults(|d| d.steps[0].next[0].go.value = "nowhere".into());
    assert!(dangling.contains(&(23, "next leads to nowhere, which there is not".into())));
    let unreached = faults(|d| d.steps[0].next = vec![go(24, "since")]);
    assert_eq!(unreached, one(30, "step many is never reached"));
    let endless = faults(|d| d.steps[2].next = vec![go(42, "many")]);
    let trapped = "the end is never reached";
    let expected: Vec<_> = [(20, "what"), (30, "many"), (40, "since")]
        .map(|(line, step)| (line, format!("from step {step} {trapped}")))
        .into();
    assert_eq!(endless, expected);
    let conditional = faults(|d| d.steps[0].next.truncate(1));
    assert!(conditional.contains(&(23, "the last next must have no condition".into())));
    let shadowed = faults(|d| d.steps[0].next.reverse());
    assert!(shadowed.contains(&(24, "what follows a next without a condition is never taken".into())));
}

#[test]
fn conditions_test_possible_answers() {
    let strange = faults(|d| d.steps[0].next[0] = go_when(23, "who", "other", "many"));
    assert!(strange.contains(&(23, "a condition looks at who, which there is not".into())));
    let no_option = faults(|d| d.steps[0].next[0] = go_when(23, "what", "nobody", "many"));
    assert_eq!(no_option, one(23, "what has no option nobody"));
    let wrong_kind = faults(|d| d.steps[0].next[0] = go_when(23, "since", "x", "many"));
    assert!(wrong_kind.contains(&(23, "a condition is «is» on a choice, or min and max on a number".into())));
}

#[test]
fn steps_and_options_are_named_once_and_fit_their_kind() {
    let twice = faults(|d| d.steps[2].id.value = "many".into());
    assert!(twice.contains(&(40, "step many is there twice".into())));
    let taken = faults(|d| d.steps[1].id.value = "end".into());
    assert!(taken.contains(&(30, "a step can't be called end".into())));
    let kind = faults(|d| d.steps[1].kind.value = "riddle".into());
    assert!(kind.contains(&(30, "kind «riddle» must be text, choice, number, place, date or phone".into())));
    let option_twice = faults(|d| d.steps[0].options[1] = option(22, "self", "Otro", "Another"));
    assert!(option_twice.contains(&(22, "option self is there twice".into())));
    let title_twice = faults(|d| d.steps[0].options[1] = option(22, "other", "¡PARA MÍ!", "For another"));
    assert_eq!(title_twice, one(22, "two options are called «¡PARA MÍ!»"));
    let single = faults(|d| d.steps[0].options.truncate(1));
    assert!(single.contains(&(20, "a choice has 2 to 10 options".into())));
    let options = faults(|d| d.steps[1].options = vec![option(35, "a", "a", "a")]);
    assert_eq!(options, one(30, "options are for a choice"));
    let action = faults(|d| d.steps[0].options[0].action = Some(word(25, "hand_off")));
    assert_eq!(action, one(25, "action is for the options of the closing"));
    let no_action = faults(|d| d.closing.options[0].action = None);
    assert_eq!(no_action, one(51, "an option of the closing needs an action"));
    let pay = faults(|d| d.closing.options[0].action = Some(word(52, "pay")));
    assert_eq!(pay, one(52, "action must be hand_off"), "a flow moves no money");
    let none = faults(|d| d.steps.clear());
    assert_eq!(none, one(1, "a flow has at least one step"));
}

#[test]
fn a_button_title_fits_on_its_button() {
    let long = "Para una persona de mi familia";
    let title = faults(|d| d.steps[0].options[1].title.by_language[0].1 = long.into());
    assert_eq!(
        title,
        one(22, &format!("«{long}» is longer than 20 characters: set a shorter title with button"))
    );
    let with_button = |d: &mut FlowDraft| {
        d.steps[0].options[1].title.by_language[0].1 = long.into();
        d.steps[0].options[1].button = Some(texts(25, "Familia", "Family"));
    };
    assert_eq!(faults(with_button), []);
    let button = faults(|d| d.steps[0].options[1].button = Some(texts(25, long, "Family")));
    assert_eq!(button, one(25, &format!("button «{long}» is longer than 20 characters")));
}

#[test]
fn validations_fit_their_kind() {
    let valid = |at: usize, name: &'static str, value: RuleValue| {
        faults(move |d| d.steps[at].valid = vec![(word(99, name), value)])
    };
    assert_eq!(valid(0, "min", RuleValue::Number(1.into())), one(99, "a choice can't be checked by min"));
    assert_eq!(valid(1, "min", RuleValue::Flag(true)), one(99, "min must be a number"));
    assert_eq!(valid(1, "whole", RuleValue::Number(1.into())), one(99, "whole must be true or false"));
    assert_eq!(
        valid(2, "earliest", RuleValue::Number(1.into())),
        one(99, "earliest must be a date such as 2026-01-31")
    );
    assert_eq!(valid(2, "min_age", RuleValue::Number(200.into())), one(99, "min_age must be 0 to 130 years"));
    let upside_down = faults(|d| d.steps[1].valid[0].1 = RuleValue::Number(10.into()));
    assert_eq!(upside_down, one(30, "min is greater than max"));
    let length = faults(|d| {
        d.steps[1] = step(30, "many", "text");
        d.steps[1].valid = vec![(word(31, "max_length"), RuleValue::Number(501.into()))];
    });
    assert_eq!(length, one(31, "min_length and max_length must be 1 to 500, in that order"));
}
