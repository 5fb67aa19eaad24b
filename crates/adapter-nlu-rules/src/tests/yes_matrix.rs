//! Every combination of a yes and a tail from the lists, written while a prompt is open, read by this parser
//! and decided by the conversation. A tail that changes nothing pays exactly the prompt; any other tail pays
//! nothing.

use super::parse;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::{
    ids::{PromptId, UserId},
    messaging::{
        consent::ConsentStatus,
        conversation::{
            ConfirmationPrompt, Conversation, Effect, Event, InboundContent, MessageTime, Pending, Reply,
            Session, StepContext,
        },
    },
    money::{Currency, Money, account_number::AccountNumber},
    phone::Region,
};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

const SPANISH: [&str; 14] = [
    "sí",
    "si",
    "Sí",
    "SIP",
    "siii",
    "va",
    "dale",
    "ok",
    "claro",
    "está bien",
    "órale",
    "simón",
    "👍",
    "confirmo",
];
const ENGLISH: [&str; 12] =
    ["yes", "Yes", "yep", "yeah", "sure", "ok", "okay", "go ahead", "sounds good", "yesss", "do it", "✅"];
const PORTUGUESE: [&str; 12] = [
    "sim",
    "Sim",
    "simm",
    "ok",
    "tá bom",
    "pode",
    "beleza",
    "claro",
    "com certeza",
    "isso",
    "confirmo",
    "👌",
];

/// Tails by kind. Those of the first kind change nothing.
type Tails = [(&'static str, &'static [&'static str])];

const SPANISH_TAILS: &Tails = &[
    (
        "courtesy",
        &[
            "",
            "por favor",
            "gracias",
            "muchas gracias",
            "ya",
            "pues",
            "jaja",
            "🙏",
            "😊",
            "!",
            "mándalo",
            "señor",
        ],
    ),
    (
        "payee",
        &["a Rosaura", "a mi hermana", "a la otra", "para mi tía", "al de siempre", "Rosaura", "a él no"],
    ),
    (
        "amount",
        &["50", "cincuenta", "la mitad", "el doble", "pero 50", "50 más", "todo", "menos", "que sean 80"],
    ),
    (
        "time",
        &["mañana", "al rato", "el viernes", "cuando cobre", "en la noche", "a las 5", "luego", "ahorita"],
    ),
    (
        "place",
        &["a Banorte", "a la de ahorro", "en dólares", "a mi otro banco", "a la cuenta 646180157000000004"],
    ),
    ("doubt", &["creo", "tal vez", "espérame", "déjame ver", "una pregunta", "pero", "o no", "casi", "no"]),
    ("sign", &["?", "🤔", "❌", "👎", "✋", "...", "⛔", "?!"]),
];

const ENGLISH_TAILS: &Tails = &[
    ("courtesy", &["", "please", "thanks", "thank you so much", "lol", "🙏", "no worries", "!", "send it"]),
    ("payee", &["to Percival", "to my sister", "to the other one", "for my aunt", "Percival"]),
    ("amount", &["50", "fifty", "half", "double it", "but 50", "50 more", "everything", "make it 80"]),
    ("time", &["tomorrow", "later", "on Friday", "when I get paid", "tonight", "in a bit", "not yet"]),
    ("place", &["to my savings", "in dollars", "to my other bank", "to account 646180157000000004"]),
    ("doubt", &["I think", "maybe", "hold on", "let me check", "one question", "but", "or not", "wait"]),
    ("sign", &["?", "🤔", "❌", "👎", "🛑", "...", "⛔"]),
];

const PORTUGUESE_TAILS: &Tails = &[
    (
        "courtesy",
        &["", "por favor", "obrigado", "muito obrigada", "kkkk", "🙏", "sem problema", "!", "pode mandar"],
    ),
    ("payee", &["pro Anselmo", "pra minha irmã", "pra outra", "para a minha tia", "Anselmo"]),
    ("amount", &["50", "cinquenta", "a metade", "o dobro", "mas 50", "50 a mais", "tudo", "que sejam 80"]),
    (
        "time",
        &["amanhã", "depois", "na sexta", "quando eu receber", "à noite", "daqui a pouco", "mais tarde"],
    ),
    ("place", &["na poupança", "em dólar", "pro meu outro banco", "pra conta 646180157000000004"]),
    ("doubt", &["acho", "talvez", "espera", "deixa eu ver", "uma pergunta", "mas", "ou não", "não"]),
    ("sign", &["?", "🤔", "❌", "👎", "✋", "...", "⛔"]),
];

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn facts() -> StepContext {
    StepContext {
        now: now(),
        message: MessageTime { dated: Some(now()), received_at: now() },
        consent: ConsentStatus::OptedIn,
        has_number: true,
        bound: None,
        default_currency: Currency::MXN,
        session_ttl: Duration::hours(12),
        freeze: domain::accounts::freeze::Freeze::default(),
        messages_per_minute: 30,
        handoff_for: Duration::hours(4),
        new_prompt: PromptId(uuid(2)),
        today: NaiveDate::MIN,
        region: Region::parse("MX").unwrap(),
        flows: Arc::default(),
        default_flow: None,
    }
}

fn uuid(n: u8) -> Uuid {
    Uuid::from_bytes([n; 16])
}

fn open_prompt() -> ConfirmationPrompt {
    ConfirmationPrompt {
        id: PromptId(uuid(1)),
        amount: Money::new(200, Currency::MXN),
        account: AccountNumber::Clabe("012180000012345670".into()),
        payee: None,
        concept: None,
        bank: None,
        known_account: None,
        repeats_after_minutes: None,
        contested_from: None,
        expires_at: now() + Duration::minutes(5),
    }
}

/// Writes the text while the prompt is open. Returns the effects and what is pending then.
fn content(text: &str) -> (Vec<Effect>, Option<Pending>) {
    let state = Conversation {
        session: Session::Open { user: UserId(uuid(3)), since: now() },
        pending: Some(Pending::ConfirmationPrompt(open_prompt())),
        ..Conversation::default()
    };
    let (state, effects) = state.step(Event::Received(InboundContent::Text(text.into())), &facts());
    match effects.as_slice() {
        [Effect::Understand(text)] => {
            let understood = Event::Understood { text: text.clone(), understanding: parse(text) };
            let (state, effects) = state.step(understood, &facts());
            (effects, state.pending)
        }
        _ => (effects, state.pending),
    }
}

#[test]
fn of_a_yes_and_its_tail_only_what_changes_nothing_pays() {
    let (mut sentences, mut paid) = (0_u32, BTreeMap::<&str, u32>::new());
    let languages: [(&[&str], &Tails); 3] =
        [(&SPANISH, SPANISH_TAILS), (&ENGLISH, ENGLISH_TAILS), (&PORTUGUESE, PORTUGUESE_TAILS)];
    for (yeses, kinds) in languages {
        for (kind, tails) in kinds {
            for (yes, tail) in yeses.iter().flat_map(|yes| tails.iter().map(move |tail| (yes, tail))) {
                for text in [format!("{yes} {tail}"), format!("{yes}, {tail}")] {
                    sentences += 1;
                    let (effects, pending) = content(&text);
                    let pays = effects == [Effect::Pay { user: UserId(uuid(3)), prompt: open_prompt() }];
                    assert_eq!(pays, *kind == "courtesy", "«{text}» ({kind}): {effects:?}");
                    *paid.entry(kind).or_default() += u32::from(pays);
                    assert_ne!(effects, [], "«{text}» is answered");
                    let waits = matches!(&pending, Some(Pending::ConfirmationPrompt(prompt)) if *prompt == open_prompt());
                    let changes = matches!(effects.as_slice(), [Effect::Prepare { .. }]);
                    let ends = matches!(effects.as_slice(), [Effect::Reply(Reply::TransferCanceled)]);
                    assert!(pays || waits || changes || ends, "«{text}» leaves the prompt: {effects:?}");
                }
            }
        }
    }
    assert_eq!((sentences, paid.values().sum::<u32>()), (3_928, 768), "{paid:?}");
}
