//! Flows within the conversation: what comes before them, and what leaves their progress unchanged.

use super::*;
use crate::messaging::flow::{
    Flow, FlowDraft, FlowRegistry, Prompt,
    tests::examples::{draft, flow, on, word, words},
};

fn library(flows: Vec<Flow>) -> StepContext {
    StepContext { flows: Arc::new(FlowRegistry::new(flows).unwrap()), ..facts() }
}

fn with_flow() -> StepContext {
    library(vec![flow()])
}

fn after(minutes: i64) -> StepContext {
    StepContext { now: DateTime::UNIX_EPOCH + Duration::minutes(minutes), ..with_flow() }
}

/// Handles these texts one after the other. Returns the effects of the last.
fn conversation(mut state: Conversation, facts: &StepContext, texts: &[&str]) -> (Conversation, Vec<Effect>) {
    let mut last = Vec::new();
    for text in texts {
        (state, last) = state.step(says(text), facts);
    }
    (state, last)
}

/// The first line of a flow's text, if it is the only effect.
fn asked(effects: &[Effect]) -> &str {
    let [Effect::Reply(Reply::Flow(Prompt { text, .. }))] = effects else { panic!("{effects:?}") };
    text.lines().next().unwrap_or_default()
}

fn in_the_middle() -> Conversation {
    conversation(open(), &with_flow(), &["cuidado", "acepto"]).0
}

#[test]
fn a_word_starts_a_flow_for_anybody_and_no_number_is_proved() {
    let (state, effects) = conversation(Conversation::default(), &with_flow(), &["Care"]);
    assert_eq!(asked(&effects), "Reply AGREE.");
    assert_eq!((state.locale, state.session), (Some(Locale::En), Session::Anonymous));
    let nameless = StepContext { has_number: false, ..with_flow() };
    assert_eq!(asked(&conversation(Conversation::default(), &nameless, &["care"]).1), "Reply AGREE.");
}

#[test]
fn answers_are_saved_once_at_the_end_and_not_before() {
    let (state, effects) = conversation(in_the_middle(), &with_flow(), &["2", "3"]);
    assert_eq!(asked(&effects), "¿since?");
    let (state, effects) = state.step(says("ayer"), &with_flow());
    let [Effect::SaveAnswers(saved), Effect::Reply(Reply::Flow(_))] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    let steps: Vec<_> = saved.answers.iter().map(|(step, _)| step.as_str()).collect();
    assert_eq!((saved.version, steps), (1, vec!["what", "many", "since"]));
    let (_, effects) = state.step(says("ayer"), &with_flow());
    assert_eq!(effects, [Effect::Understand("ayer".into())], "the flow is through");
}

#[test]
fn menu_help_and_handoff_work_in_any_state_and_keep_the_progress() {
    for (text, content) in [("MENU", Reply::Help), ("ayuda", Reply::Help), ("Asesor", Reply::HandedOff)] {
        let (state, effects) = in_the_middle().step(says(text), &with_flow());
        assert_eq!(effects.last(), Some(&Effect::Reply(content)), "{text}");
        assert_eq!(state.flow, in_the_middle().flow, "{text}");
    }
}

#[test]
fn the_agent_of_the_closing_can_be_asked_for_earlier() {
    for state in [in_the_middle(), conversation(open(), &with_flow(), &["cuidado"]).0] {
        let (after, effects) = state.clone().step(says("Hablar con alguien"), &with_flow());
        assert_eq!(effects, [Effect::HandOff, Effect::Reply(Reply::HandedOff)]);
        assert_eq!(after.flow, state.flow);
    }
}

#[test]
fn an_agent_has_the_conversation_and_then_the_flow_continues() {
    let (state, _) = in_the_middle().step(says("asesor"), &with_flow());
    let (state, effects) = state.step(says("2"), &after(10));
    assert_eq!(effects, [Effect::Understand("2".into())], "people hear it, the flow does not");
    assert_eq!(state.clone().step(says("cuidado"), &after(20)).1, [Effect::Understand("cuidado".into())]);
    assert_eq!(asked(&state.step(says("2"), &after(241)).1), "¿many?");
}

#[test]
fn it_waits_for_days_and_its_word_repeats_the_question() {
    let (_, effects) = in_the_middle().step(says("2"), &after(60 * 24 * 9));
    assert_eq!(asked(&effects), "¿many?");
    let (state, effects) = in_the_middle().step(says("care"), &after(60 * 24 * 9));
    assert_eq!(asked(&effects), "¿what?");
    assert_eq!(asked(&state.step(says("otra persona"), &with_flow()).1), "¿many?");
}

#[test]
fn volver_goes_back_and_stop_and_start_keep_it() {
    let (state, _) = in_the_middle().step(says("2"), &with_flow());
    assert_eq!(asked(&state.clone().step(says("volver"), &with_flow()).1), "¿what?");
    let (state, _) = state.step(says("STOP"), &with_flow());
    let out = StepContext { consent: ConsentStatus::OptedOut, ..with_flow() };
    assert_eq!(state.clone().step(says("3"), &out).1, []);
    let (state, effects) = state.step(says("volver"), &out);
    assert_eq!(effects.last(), Some(&Effect::Reply(Reply::OptedIn)), "it is START while opted out");
    assert_eq!(asked(&state.step(says("3"), &with_flow()).1), "¿since?");
}

#[test]
fn cancelar_leaves_it_and_says_how_to_come_back() {
    let (state, effects) = in_the_middle().step(says("cancelar"), &with_flow());
    assert_eq!(effects, [Effect::Reply(Reply::FlowLeft("cuidado".into()))]);
    assert_eq!(state.flow, None);
    assert_eq!(asked(&state.clone().step(says("cuidado"), &with_flow()).1), "Responde ACEPTO.");
    assert_eq!(state.step(says("cancelar"), &with_flow()).1, [Effect::Reply(Reply::NothingPending)]);
}

#[test]
fn a_person_who_completed_it_sees_the_menu_and_agrees_to_start_again() {
    let (state, _) = conversation(in_the_middle(), &with_flow(), &["1", "ayer"]);
    let (state, effects) = state.step(says("cuidado"), &with_flow());
    assert_eq!(asked(&effects), "Ya sé todo.");
    let (_, effects) = state.clone().step(says("saldo"), &with_flow());
    assert_eq!(effects, [Effect::Understand("saldo".into())]);
    let (_, effects) = state.clone().step(says("hablar con alguien"), &with_flow());
    assert_eq!(effects, [Effect::HandOff, Effect::Reply(Reply::HandedOff)]);
    let (state, effects) = state.step(says("ACEPTO"), &with_flow());
    assert_eq!(asked(&effects), "¿what?");
    let (state, _) = state.step(says("cancelar"), &with_flow());
    assert_eq!(asked(&state.step(says("cuidado"), &with_flow()).1), "Ya sé todo.");
}

#[test]
fn a_running_flow_ends_with_the_version_it_began_with() {
    let newer = Flow::check(&FlowDraft { version: on(2, 2), ..draft() }).unwrap();
    let registry = FlowRegistry::new(vec![newer.clone()]).unwrap();
    let both = StepContext { flows: Arc::new(registry.with_earlier_versions([flow()])), ..facts() };
    let (state, effects) = conversation(in_the_middle(), &both, &["1", "ayer"]);
    assert!(matches!(effects.as_slice(), [Effect::SaveAnswers(saved), _] if saved.version == 1));
    let (_, effects) = state.step(says("acepto"), &both);
    assert_eq!(asked(&effects), "Responde ACEPTO.", "the new version has a consent of its own");
    // If the old version is not loaded, the run is kept for a process that has it.
    let (state, effects) = in_the_middle().step(says("1"), &library(vec![newer]));
    assert_eq!(effects, [Effect::Reply(Reply::FlowGone(Some("cuidado".into())))]);
    assert_eq!(asked(&state.step(says("1"), &both).1), "¿since?");
}

#[test]
fn each_flow_keeps_its_progress_while_another_is_active() {
    let other = FlowDraft { id: word(1, "other"), triggers: words(5, &["otro"], &["other"]), ..draft() };
    let both = library(vec![flow(), Flow::check(&other).unwrap()]);
    let (state, effects) = conversation(open(), &both, &["cuidado", "acepto", "2", "otro"]);
    assert_eq!(asked(&effects), "Responde ACEPTO.");
    let (state, _) = state.step(says("acepto"), &both);
    let (state, effects) = state.step(says("cuidado"), &both);
    assert_eq!(asked(&effects), "¿many?");
    let (state, effects) = conversation(state, &both, &["3", "otro"]);
    assert_eq!((asked(&effects), state.flows_aside.len()), ("¿what?", 1));
}

#[test]
fn a_text_that_is_no_answer_may_be_a_request_and_otherwise_the_question_is_repeated() {
    let (state, effects) = in_the_middle().step(says("¿cuánto tengo?"), &with_flow());
    assert_eq!(effects, [Effect::Understand("¿cuánto tengo?".into())]);
    let understood = |intent| Event::Understood {
        text: "¿cuánto tengo?".into(),
        understanding: Understanding {
            intent,
            confidence: 1.0,
            explained: intent != Intent::Unknown,
            ..Understanding::unknown()
        },
    };
    let (same, effects) = state.clone().step(understood(Intent::CheckBalance), &with_flow());
    assert_eq!((effects, same.flow), (vec![Effect::ReadBalance(user())], state.flow.clone()));
    for intent in [Intent::Greeting, Intent::Confirm, Intent::Deny, Intent::VerifyCode] {
        let (_, effects) = state.clone().step(understood(intent), &with_flow());
        assert_eq!(asked(&effects), "otra vez what", "{intent:?}");
    }
    let (_, effects) = state.clone().step(understood(Intent::Unknown), &with_flow());
    assert_eq!(asked(&effects), "¿what?", "a question is no answer, and the flow's is asked again");
    assert_eq!(asked(&state.step(says("9"), &with_flow()).1), "otra vez what", "digits are no request");
}

#[test]
fn before_consent_nothing_is_saved_and_a_refusal_leaves_the_flow() {
    let (state, _) = conversation(open(), &with_flow(), &["cuidado"]);
    let unknown =
        |text: &str| Event::Understood { text: text.into(), understanding: Understanding::unknown() };
    let (state, effects) = state.step(unknown("Cáncer de mama"), &with_flow());
    assert_eq!(asked(&effects), "Responde ACEPTO.");
    let left = [Effect::Reply(Reply::FlowLeft("cuidado".into()))];
    assert_eq!(
        state.clone().step(unknown("Cáncer de mama"), &with_flow()).1,
        left,
        "once more, and no longer"
    );
    assert_eq!(state.step(says("No acepto"), &with_flow()).1, left);
}

#[test]
fn an_expected_code_comes_before_the_answer() {
    let (state, _) = in_the_middle().step(says("2"), &with_flow());
    let waiting = Session::AwaitingCode {
        verification: challenge(),
        request: Some(DeferredRequest { what: RequestedAction::Balance, at: DateTime::UNIX_EPOCH }),
    };
    let state = Conversation { session: waiting, ..state };
    let check = |code: &str| vec![Effect::CheckCode { verification: challenge(), code: code.into() }];
    assert_eq!(state.clone().step(says("123456"), &with_flow()).1, check("123456"));
    assert_eq!(state.clone().step(says("1234"), &with_flow()).1, check("1234"));
    assert_eq!(asked(&state.clone().step(says("3"), &with_flow()).1), "¿since?", "no code is that short");
    // A code that was asked for long ago takes what looks like a code, and no other number.
    assert_eq!(asked(&state.clone().step(says("1234"), &after(11)).1), "otra vez many");
    assert_eq!(state.clone().step(says("123456"), &after(11)).1, check("123456"));
    assert_eq!(state.step(says("CONFIRMAR 1234"), &after(11)).1, check("1234"));
}

fn with_prompt_in_the_middle(facts: &StepContext) -> Conversation {
    let (state, _) = in_the_middle().step(pay("150.50", "012345678901234567"), facts);
    state.step(Event::Prepared(ready(account())), facts).0
}

#[test]
fn a_prompt_comes_before_the_answer_and_a_flow_never_pays() {
    let state = with_prompt_in_the_middle(&with_flow());
    let (_, effects) = state.clone().step(says("sí"), &with_flow());
    assert!(matches!(effects.as_slice(), [Effect::Pay { .. }]));
    let unknown = Event::Understood {
        text: "otra persona".into(),
        understanding: Understanding {
            intent: Intent::Unknown,
            confidence: 0.0,
            locale: None,
            entities: Entities::default(),
            ..Understanding::unknown()
        },
    };
    let (waiting, effects) = state.clone().step(unknown, &with_flow());
    assert!(matches!(effects.as_slice(), [Effect::Reply(Reply::PromptWaits(_))]), "the prompt comes first");
    assert_eq!(waiting.pending, state.pending, "and still waits");
    let (state, effects) = state.step(says("cancelar"), &with_flow());
    assert_eq!(effects, [Effect::Reply(Reply::TransferCanceled)], "the prompt first");
    assert!(matches!(state.step(says("cancelar"), &with_flow()).1[..], [Effect::Reply(Reply::FlowLeft(_))]));
}

#[test]
fn an_expired_prompt_blocks_nothing() {
    let state = with_prompt_in_the_middle(&with_flow());
    let (state, effects) = state.step(says("otra persona"), &after(5));
    assert_eq!((asked(&effects), state.pending), ("¿many?", None));
}

#[test]
fn starting_a_flow_drops_the_prompt_so_that_agreeing_pays_nothing() {
    let (state, _) = with_prompt();
    let (state, _) = state.step(says("cuidado"), &with_flow());
    assert_eq!(state.pending, None);
    assert_eq!(asked(&state.step(says("acepto"), &with_flow()).1), "¿what?");
}

#[test]
fn buttons_of_other_flows_and_old_questions_do_no_harm() {
    let press = |id: &str| Event::Received(InboundContent::Button { id: id.into(), title: "…".into() });
    let (state, effects) = in_the_middle().step(press("flow:care:what:other"), &with_flow());
    assert_eq!(asked(&effects), "¿many?");
    assert_eq!(asked(&state.clone().step(press("flow:care:what:self"), &with_flow()).1), "¿many?");
    for id in ["flow:other:what:self", "flow:", "flow:care:what"] {
        let (_, effects) = state.clone().step(press(id), &with_flow());
        assert_eq!(effects, [Effect::Reply(Reply::NothingPending)], "{id}");
    }
}

#[test]
fn a_state_from_before_flows_is_read() {
    let (state, _) = with_prompt();
    let mut json = serde_json::to_value(&state).unwrap();
    let fields = json.as_object_mut().unwrap();
    assert!(fields.remove("flow").is_some() && fields.remove("flows_aside").is_some());
    assert_eq!(serde_json::from_value::<Conversation>(json).unwrap(), state);
    let (state, _) = in_the_middle().step(says("2"), &with_flow());
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<Conversation>(&json).unwrap(), state);
}

proptest! {
    #[test]
    fn no_text_panics_and_no_flow_moves_money(
        texts in prop::collection::vec("\\PC{0,16}|[0-9]{1,8}|cuidado|acepto|volver|cancelar|1|2|ayer|sí", 0..40)
    ) {
        let (mut state, facts) = (open(), with_flow());
        for text in texts {
            let (next, effects) = state.step(says(&text), &facts);
            state = next;
            for effect in &effects {
                let harmless = matches!(
                    effect,
                    Effect::Reply(_) | Effect::Understand(_) | Effect::SaveAnswers(_) | Effect::HandOff | Effect::RecordConsent(_)
                );
                prop_assert!(harmless, "{:?}", effect);
            }
        }
    }
}

/// The context of a number on which a greeting begins the flow.
fn by_default() -> StepContext {
    let id = flow().id().clone();
    StepContext { default_flow: Some(id), ..with_flow() }
}

/// Answers what is held since the beginning.
fn when_held(state: Conversation) -> (Conversation, Vec<Effect>) {
    let later = StepContext { now: DateTime::UNIX_EPOCH + HOLD, ..by_default() };
    state.step(Event::Received(InboundContent::HoldEnded), &later)
}

#[test]
fn a_greeting_begins_the_default_flow_of_its_number_and_of_no_other() {
    for state in [Conversation::default(), open()] {
        let (state, _) = state.step(plainly(Intent::Greeting), &by_default());
        assert_eq!(asked(&when_held(state).1), "Responde ACEPTO.");
    }
    let (_, effects) = Conversation::default().step(says("/start"), &by_default());
    assert_eq!(asked(&effects), "Responde ACEPTO.");
    let (_, effects) = Conversation::default().step(says("/start"), &with_flow());
    assert_eq!(effects, [Effect::Reply(Reply::Greeting)]);
}

#[test]
fn a_first_message_that_asks_for_nothing_begins_the_default_flow() {
    let first = || Conversation::default().step(says("vengo por lo del cartel"), &by_default()).0;
    assert_eq!(asked(&first().step(plainly(Intent::Unknown), &by_default()).1), "Responde ACEPTO.");
    let (thanked, _) = first().step(plainly(Intent::Thanks), &by_default());
    assert_eq!(asked(&when_held(thanked).1), "Responde ACEPTO.");
    let photo = Event::Received(InboundContent::Other("image".into()));
    assert_eq!(asked(&Conversation::default().step(photo, &by_default()).1), "Responde ACEPTO.");
    // A later one is no first message.
    let (state, _) = Conversation::default().step(says("MENU"), &by_default());
    let (state, _) = state.step(says("¿qué?"), &by_default());
    let (_, effects) = state.step(plainly(Intent::Unknown), &by_default());
    assert_eq!(effects, [Effect::Reply(Reply::NotUnderstood)]);
}

#[test]
fn the_default_flow_swallows_nothing_that_is_for_the_bank() {
    let (state, _) = Conversation::default().step(says("saldo"), &by_default());
    let (_, effects) = state.step(plainly(Intent::CheckBalance), &by_default());
    assert_eq!(effects, [Effect::StartVerification], "a first request is answered");
    let (state, prompt) = with_prompt();
    for event in [says("/start"), plainly(Intent::Greeting)] {
        let (state, effects) = state.clone().step(event, &by_default());
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Reply(Reply::Flow(_)))), "{effects:?}");
        assert_eq!(state.pending, Some(Pending::ConfirmationPrompt(prompt.clone())));
    }
    let (waiting, _) = Conversation::default().step(plainly(Intent::CheckBalance), &by_default());
    let (_, effects) = waiting.step(says("/start"), &by_default());
    assert_eq!(effects, [Effect::Reply(Reply::Greeting)], "a request waits for its code");
    let nameless = StepContext { has_number: false, ..by_default() };
    let (waiting, _) = Conversation::default().step(plainly(Intent::CheckBalance), &nameless);
    let (_, effects) = waiting.step(says("/start"), &nameless);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Reply(Reply::Flow(_)))), "{effects:?}");
}

#[test]
fn a_freeze_and_a_stop_are_no_answers_to_a_flow_also_in_words_that_are_not_all_known() {
    for intent in [Intent::FreezeAccount, Intent::Stop] {
        let event = Event::Understood {
            text: "me robaron el celular anoche en Iztapalapa".into(),
            understanding: Understanding {
                intent,
                confidence: 1.0,
                explained: false,
                ..Understanding::unknown()
            },
        };
        let (state, effects) = in_the_middle().step(event, &with_flow());
        assert_eq!(state.flow, in_the_middle().flow, "{intent:?}: nothing was taken for an answer");
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Reply(Reply::Flow(_)))), "{effects:?}");
    }
}

#[test]
fn a_greeting_in_the_default_flow_goes_on_where_it_stood() {
    let (state, effects) = in_the_middle().step(says("/start"), &by_default());
    assert_eq!(state.flow, in_the_middle().flow);
    assert!(matches!(effects.as_slice(), [Effect::Reply(Reply::Flow(_))]), "{effects:?}");
}
