//! A conversation in which each call of each port fails once, in each way. The person notices nothing but the
//! delay: they get the same messages, each once, and the money moves once.

use crate::{
    faults::{Fault, Plan},
    providers::CODE,
    world::World,
};
use chrono::Duration;
use domain::{message::Channel, money::transfer::TransferStatus, principal::Principal};
use ports::{
    clock::Clock,
    messaging::TurnQueue,
    money::{Ledger, TransferFilter},
    pagination::PageRequest,
};

/// With fewer calls, a part of the conversation was not run.
const POINTS_MIN: usize = 40;

struct Script {
    /// The person's messages. `<code>` stands for the provider's code, `<sms>` for the one that came by SMS.
    lines: &'static [&'static str],
    /// The balance at the end: posted and available, in centavos.
    balance: i64,
    /// The status of the transfers at the end.
    transfers: &'static [TransferStatus],
}

/// What came to the person's phone on each channel, without the parts that are drawn anew each time. The two
/// channels are kept apart, because a code by SMS and the message in the chat about it don't wait for each
/// other.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    chat: Vec<String>,
    sms: Vec<String>,
}

/// Runs the script in a new bank.
async fn play(script: &Script, fault: Option<(Fault, usize)>) -> (World, Told) {
    let world = World::new(Plan::new(fault)).await;
    for (number, line) in script.lines.iter().enumerate() {
        let sms = code_by_sms(&world.telephone.texts(Channel::Sms)).unwrap_or_default();
        world.say(number, &line.replace("<code>", CODE).replace("<sms>", &sms)).await;
    }
    let texts = |channel| {
        let texts = world.telephone.texts(channel);
        texts.iter().map(|text| in_general(text)).collect()
    };
    let told = Told { chat: texts(Channel::Whatsapp), sms: texts(Channel::Sms) };
    (world, told)
}

/// The text after the words, up to the next full stop.
fn behind<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(words)?;
    rest.split_once('.').map(|(value, _)| value)
}

fn code_by_sms(texts: &[String]) -> Option<String> {
    texts.last().and_then(|text| behind(text, "tu código es ")).map(str::to_owned)
}

/// A text without the parts that differ each time.
fn in_general(text: &str) -> String {
    ["Folio ", "tu código es "]
        .iter()
        .filter_map(|words| behind(text, words))
        .fold(text.to_owned(), |text, drawn| text.replace(drawn, "…"))
}

impl Script {
    /// The ledger is in order, and nothing is left to do.
    async fn is_over(&self, world: &World, point: &str) {
        let wallet = world.wallet().await;
        assert_eq!((wallet.posted.minor, wallet.available.minor), (self.balance, self.balance), "{point}");
        let page = PageRequest { limit: 100, after: None };
        let all = world.store.transfers(&TransferFilter::default(), &page).await.unwrap();
        let states: Vec<_> = all.iter().filter(|t| t.caller != Principal::System).map(|t| t.status).collect();
        assert_eq!(states, self.transfers, "{point}");
        assert_eq!(world.store.verify().await.unwrap(), [], "{point}");
        world.clock.advance(Duration::days(1));
        let now = world.clock.now();
        assert!(world.store.lease_next(now, now).await.unwrap().is_none(), "{point}: a message waits");
    }

    /// Runs the script once for each call, with a fault at that call, until no call is left.
    async fn survives(&self, fault: Fault) {
        let (world, expected) = Box::pin(play(self, None)).await;
        self.is_over(&world, "without a fault").await;
        for call in 0.. {
            let (world, told) = Box::pin(play(self, Some((fault, call)))).await;
            let Some(name) = world.plan.hit() else {
                eprintln!("{call} points were run");
                assert!(call >= POINTS_MIN, "only {call} points were run");
                break;
            };
            let point = format!("{fault:?} at call {call}, {name}");
            assert_eq!(told, expected, "{point}");
            self.is_over(&world, &point).await;
        }
    }
}

/// Makes a test of each kind of fault for a conversation.
macro_rules! survives {
    ($name:ident, $script:expr) => {
        mod $name {
            use super::*;

            const SCRIPT: Script = $script;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn whichever_call_is_refused() {
                SCRIPT.survives(Fault::Refused).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn whichever_reply_is_lost() {
                SCRIPT.survives(Fault::Lost).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn before_whichever_call_the_process_dies() {
                SCRIPT.survives(Fault::DiedBefore).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn after_whichever_call_the_process_dies() {
                SCRIPT.survives(Fault::DiedAfter).await;
            }
        }
    };
}

survives!(
    a_payment_is_made_and_told_once,
    Script {
        lines: &["saldo", "CONFIRMAR <code>", "manda 150 a 012345678901234567", "sí", "saldo"],
        balance: 85_000,
        transfers: &[TransferStatus::Completed],
    }
);

survives!(
    a_payment_with_a_step_up_is_made_and_told_once,
    Script {
        lines: &[
            "saldo",
            "CONFIRMAR <code>",
            "manda 600 a 012345678901234567",
            "sí",
            "CONFIRMAR 000000",
            "CONFIRMAR <sms>",
        ],
        balance: 40_000,
        transfers: &[TransferStatus::Completed],
    }
);

survives!(
    a_canceled_payment_is_never_made,
    Script {
        lines: &[
            "saldo",
            "CONFIRMAR <code>",
            "manda 600 a 012345678901234567",
            "sí",
            "cancelar",
            "CONFIRMAR <sms>",
            "saldo",
        ],
        balance: 100_000,
        transfers: &[TransferStatus::Canceled],
    }
);

survives!(
    wrong_attempts_count_once_and_a_code_comes_again,
    Script {
        lines: &["saldo", "REENVIAR", "CONFIRMAR 000000", "CONFIRMAR 000001", "CONFIRMAR <code>"],
        balance: 100_000,
        transfers: &[],
    }
);

survives!(
    a_payee_is_renamed_and_forgotten_once,
    Script {
        lines: &[
            "manda 150 a 012345678901234567 a nombre de Rosa",
            "CONFIRMAR <code>",
            "sí",
            "renombra a Rosa como Doña Rosita",
            "borra a Rosita de mis contactos",
            "sí",
            "mis contactos",
        ],
        balance: 85_000,
        transfers: &[TransferStatus::Completed],
    }
);

/// The number locks while a payment waits for its code. After whichever call the process dies, the person is
/// told the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wrong_code_that_locks_is_told_the_same_after_a_crash() {
    let script = Script {
        lines: &[
            "manda 600 a 012345678901234567",
            "CONFIRMAR <code>",
            "sí",
            "CONFIRMAR 000000",
            "CONFIRMAR 000001",
            "CONFIRMAR 000002",
            "manda 700 a 012345678901234567",
            "sí",
            "CONFIRMAR 000003",
            "CONFIRMAR 000004",
        ],
        balance: 100_000,
        transfers: &[TransferStatus::Canceled, TransferStatus::Canceled],
    };
    script.survives(Fault::DiedAfter).await;
}
