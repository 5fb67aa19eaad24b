//! What people say, and when: one after the other, or at scheduled times.

use crate::{
    open_loop::{Schedule, Window},
    people::person,
    provider::Provider,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Instant,
};
use tokio::{sync::Mutex, task::JoinSet, time::sleep_until};

/// Payments go to an account at another bank.
const PAYMENT: &str = "Transferir 1.25 a 012345678901234567";

/// What a person wants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A question for the balance: one turn.
    Balance,
    /// A payment: its prompt, and the receipt after «sí»; two turns.
    Transfer,
}

impl Kind {
    pub(crate) fn parse(word: &str) -> Self {
        match word {
            "balance" => Self::Balance,
            "transfer" => Self::Transfer,
            other => panic!("nobody says {other}"),
        }
    }
}

/// A load on a number of conversations, and what was measured of it.
pub(crate) struct Load {
    provider: Rc<Provider>,
    kind: Kind,
    window: Window,
    conversations: Vec<Mutex<()>>,
    /// How long each turn took that counts, in microseconds.
    pub(crate) micros: RefCell<Vec<u32>>,
    /// All turns that are done, also those that don't count.
    pub(crate) turns: Cell<u64>,
}

impl Load {
    pub(crate) fn new(provider: Rc<Provider>, kind: Kind, window: Window, conversations: usize) -> Self {
        let conversations = (0..conversations).map(|_| Mutex::new(())).collect();
        Self { provider, kind, window, conversations, micros: RefCell::default(), turns: Cell::new(0) }
    }

    /// Each conversation has one message under way at a time.
    pub(crate) async fn closed(self: &Rc<Self>) {
        let mut running = JoinSet::new();
        for n in 0..self.conversations.len() {
            let load = self.clone();
            running.spawn_local(async move {
                let person = person(n);
                while load.window.is_open() {
                    load.closed_once(&person).await;
                }
            });
        }
        while let Some(ended) = running.join_next().await {
            ended.unwrap();
        }
    }

    async fn closed_once(&self, person: &str) {
        for text in self.texts() {
            let asked = Instant::now();
            self.provider.ask(person, text).await;
            self.turns.set(self.turns.get() + 1);
            self.window.count_done(asked, Instant::now(), &mut self.micros.borrow_mut());
        }
    }

    /// Turns at scheduled times, `rate` a second on average, of the conversations in turn. A balance is asked for even
    /// if the answer before is not there yet. A payment waits for the one before in its conversation, and the wait
    /// counts: its first turn is measured from its scheduled time, its second from when the prompt was sent.
    pub(crate) async fn open(self: &Rc<Self>, rate: f64) {
        let (begun, mut running) = (Instant::now(), JoinSet::new());
        let turns_each = f64::from(u32::try_from(self.texts().len()).unwrap());
        for (nth, start) in Schedule::new(rate / turns_each, 1).enumerate() {
            let scheduled = begun + start;
            if scheduled >= self.window.end() {
                break;
            }
            sleep_until(scheduled.into()).await;
            let load = self.clone();
            running.spawn_local(async move { load.open_once(nth, scheduled).await });
        }
        while let Some(ended) = running.join_next().await {
            ended.unwrap();
        }
    }

    async fn open_once(&self, nth: usize, scheduled: Instant) {
        let nth = nth % self.conversations.len();
        let _alone =
            if self.kind == Kind::Transfer { Some(self.conversations[nth].lock().await) } else { None };
        let (person, mut due) = (person(nth), scheduled);
        for text in self.texts() {
            let sent = self.provider.ask(&person, text).await;
            self.turns.set(self.turns.get() + 1);
            self.window.count_scheduled(due, sent, &mut self.micros.borrow_mut());
            due = sent;
        }
    }

    const fn texts(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Balance => &["saldo"],
            Kind::Transfer => &[PAYMENT, "sí"],
        }
    }
}
