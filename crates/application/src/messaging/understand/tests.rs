//! Who is asked about a text, and whose answer it gets.

use super::*;
use adapter_nlu_rules::RuleParser;
use domain::{
    messaging::intent::{AmountReading, AskedFor},
    phone::Region,
};
use ports::messaging::understanding_service::MockUnderstandingService;
use std::sync::Mutex;
use testkit::{CountedIds, MovableClock, SeededRandom};

/// A service that notes what it was asked and says the same each time.
fn service(
    says: Result<Opinion, ServiceFailure>,
    asked: &Arc<Mutex<Vec<String>>>,
) -> MockUnderstandingService {
    let mut service = MockUnderstandingService::new();
    let asked = asked.clone();
    service.expect_name().return_const("openai");
    service.expect_model().returning(|| Some("modelo".into()));
    service.expect_ask().returning(move |excerpt| {
        asked.lock().unwrap().push(excerpt.as_str().to_owned());
        says.clone()
    });
    service
}

fn says(intent: Intent, amount: &str, payee: &str) -> Opinion {
    let quote = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Opinion { intent, confidence: 0.7, amount: quote(amount), payee: quote(payee), concept: None }
}

/// What becomes of a text, and what the service was asked.
async fn parsed(
    text: &str,
    dialogue: &Dialogue,
    says: Result<Opinion, ServiceFailure>,
) -> (ParsedText, Vec<String>) {
    let asked = Arc::default();
    let kernel = Kernel {
        clock: Arc::<MovableClock>::default(),
        ids: Arc::<CountedIds>::default(),
        random: Arc::new(SeededRandom::of(0)),
    };
    let rules = Arc::new(RuleParser::new(Region::MEXICO));
    let parser = Understand::new(rules, Arc::new(service(says, &asked)), kernel);
    let parsed = parser.parse(text, dialogue).await;
    let asked = asked.lock().unwrap().clone();
    (parsed, asked)
}

#[tokio::test]
async fn what_the_rules_know_is_told_to_nobody() {
    for (text, intent) in [
        ("saldo", Intent::CheckBalance),
        ("sí", Intent::Confirm),
        ("305 918", Intent::VerifyCode),
        ("reportar fraude", Intent::ReportProblem),
        ("quiero hablar con una persona", Intent::TalkToHuman),
        ("no envíes nada de dinero", Intent::Deny),
        ("ya no quiero que me escriban", Intent::Stop),
        ("Transferir 12.50 a 646180000112345675", Intent::Transfer),
    ] {
        let (parsed, asked) = parsed(text, &Dialogue::default(), Ok(says(Intent::Confirm, "", ""))).await;
        assert_eq!(
            (parsed.understanding.intent, parsed.provider, parsed.consulted),
            (intent, RULES, None),
            "{text}"
        );
        assert!(asked.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn a_good_answer_is_used_and_says_whose_it_is() {
    let text = "flantina 35 zimbrondo Tacho";
    let (parsed, asked) = parsed(text, &Dialogue::default(), Ok(says(Intent::Transfer, "35", "Tacho"))).await;
    let understood = &parsed.understanding;
    assert_eq!(
        (understood.intent, parsed.provider, parsed.fallback_reason()),
        (Intent::Transfer, "openai", None)
    );
    assert_eq!(understood.entities.amount, Some(AmountReading::Exact("35".into())));
    assert_eq!(understood.entities.destination.as_ref().map(|to| to.value.as_str()), Some("tacho"));
    let consulted = parsed.consulted.unwrap();
    assert_eq!((consulted.provider, consulted.model.as_deref()), ("openai", Some("modelo")));
    assert_eq!(asked, [text]);
}

#[tokio::test]
async fn lies_and_failures_leave_the_rules_reading() {
    let text = "flantina 35 zimbrondo Tacho";
    for (text, says, reason) in [
        (text, Ok(says(Intent::Transfer, "9000", "Tacho")), "not_verbatim"),
        (text, Ok(says(Intent::Transfer, "35", "Mallory")), "not_verbatim"),
        ("flantina 35 mil zimbrondo Tacho", Ok(says(Intent::Transfer, "35", "Tacho")), "not_verbatim"),
        ("flantina 35 zimbrondo Anastasia", Ok(says(Intent::Transfer, "35", "Ana")), "not_verbatim"),
        (text, Ok(says(Intent::Confirm, "", "")), "invalid"),
        (text, Ok(says(Intent::VerifyCode, "", "")), "invalid"),
        (text, Ok(says(Intent::Start, "", "")), "invalid"),
        ("no flantina 35 zimbrondo Tacho", Ok(says(Intent::Transfer, "35", "Tacho")), "invalid"),
        ("mañana flantina 35 zimbrondo Tacho", Ok(says(Intent::Transfer, "35", "Tacho")), "invalid"),
        (text, Ok(says(Intent::Unknown, "", "")), "unsure"),
        (text, Err(ServiceFailure::Timeout), "timeout"),
        (text, Err(ServiceFailure::Breaker), "breaker"),
    ] {
        let (parsed, asked) = parsed(text, &Dialogue::default(), says).await;
        assert!(
            !matches!(parsed.understanding.intent, Intent::Transfer | Intent::Confirm),
            "{text}: {reason}"
        );
        assert_eq!(
            (parsed.provider, parsed.fallback_reason(), asked.len()),
            (RULES, Some(reason), 1),
            "{text}"
        );
    }
}

#[tokio::test]
async fn some_texts_are_for_the_rules_only() {
    let asked = |asked| Dialogue { asked: Some(asked), ..Dialogue::default() };
    for dialogue in [
        Dialogue { rules_only: true, ..Dialogue::default() },
        asked(AskedFor::FlowAnswer),
        asked(AskedFor::Choice),
    ] {
        let (parsed, asked) =
            parsed("flantina quorlo", &dialogue, Ok(says(Intent::CheckBalance, "", ""))).await;
        assert_eq!((parsed.provider, parsed.consulted), (RULES, None));
        assert!(asked.is_empty());
    }
}

#[tokio::test]
async fn account_numbers_are_not_shown() {
    let text = "flantina 35 zimbrondo Tacho 012180000000000167";
    let (parsed, asked) = parsed(text, &Dialogue::default(), Ok(says(Intent::Transfer, "35", "Tacho"))).await;
    assert_eq!(asked, ["flantina 35 zimbrondo Tacho ##################"]);
    let entities = parsed.understanding.entities;
    assert_eq!(entities.destination.map(|to| to.value).as_deref(), Some("012180000000000167"));
    assert_eq!(entities.payee.as_deref(), Some("tacho"));
}
