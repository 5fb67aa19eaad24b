//! Random dialogues: money moves only after a clear yes to the newest prompt, with exactly its amount and
//! payee.

use super::*;
use crate::principal::Principal;

const YES: &[&str] =
    &["sí", "Sí, por favor", "dale", "👍", "ok gracias", "yes please", "go ahead", "sim", "tá bom"];

const NO_YES: &[&str] = &[
    "sí, a Pedro",
    "¿sí?",
    "ok, mañana",
    "sí, la mitad",
    "ok ❌",
    "gracias",
    "yes, later",
    "yes?",
    "sim, amanhã",
    "sí, en dólares",
    "si tú quieres",
    "claro, otro día",
    "sí...",
    "mándalo",
    "no hay problema",
    "hola",
];

/// What a person, a provider or a wrong parser may bring.
#[derive(Clone, Debug)]
enum Turn {
    /// A complete payment: the amount in pesos, and the last digit of the account.
    Asks(u32, u8),
    /// «que sean 80».
    Changes(u32),
    /// A clear yes, written so many seconds ago; `None`: the provider sends no time.
    SaysYes(&'static str, Option<i64>),
    /// Any other text, read as any intent.
    Says(&'static str, Intent),
    /// The button of an earlier prompt (0: the newest), tapped so many seconds ago.
    Presses(usize, Option<i64>),
    /// The channel says that the number or the identity changed.
    ChangesIdentity,
    /// So many seconds pass.
    Waits(i64),
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let dated = || {
        prop_oneof![Just(None), Just(Some(0)), Just(Some(5)), Just(Some(30)), Just(Some(61)), Just(Some(900))]
    };
    let not_yes = prop::sample::select(NO_YES.to_vec());
    let intent = prop::sample::select(Intent::ALL.to_vec());
    prop_oneof![
        3 => (1_u32..900, 0_u8..4).prop_map(|(pesos, account)| Turn::Asks(pesos, account)),
        1 => (1_u32..900).prop_map(Turn::Changes),
        3 => (prop::sample::select(YES.to_vec()), dated()).prop_map(|(text, back)| Turn::SaysYes(text, back)),
        3 => (not_yes, intent).prop_map(|(text, intent)| Turn::Says(text, intent)),
        2 => (0_usize..3, dated()).prop_map(|(back, dated)| Turn::Presses(back, dated)),
        1 => Just(Turn::ChangesIdentity),
        2 => (0_i64..400).prop_map(Turn::Waits),
    ]
}

/// A prompt as the person saw it.
struct Shown {
    prompt: ConfirmationPrompt,
    at: DateTime<Utc>,
    /// When the person was told that it ended, or when another prompt replaced it.
    closed_at: Option<DateTime<Utc>>,
}

/// A dialogue seen from outside: what was shown to the person, and when.
struct Dialogue {
    state: Conversation,
    now: DateTime<Utc>,
    prompts: Vec<Shown>,
    next_prompt: u128,
    paid: Vec<ConfirmationPrompt>,
}

impl Dialogue {
    fn new() -> Self {
        let now = DateTime::UNIX_EPOCH + Duration::days(1);
        let session = Session::Open { user: user(), since: now };
        let state = Conversation { session, ..Conversation::default() };
        Self { state, now, prompts: Vec::new(), next_prompt: 100, paid: Vec::new() }
    }

    /// Handles one event and all that follows from it. Every effect succeeds.
    fn step(&mut self, event: Event, back: Option<i64>) {
        let mut events = std::collections::VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            self.next_prompt += 1;
            let dated = back.map(|seconds| self.now - Duration::seconds(seconds));
            let facts = StepContext {
                message: MessageTime { dated, received_at: self.now },
                new_prompt: PromptId(Uuid::from_u128(self.next_prompt)),
                session_ttl: Duration::days(30),
                messages_per_minute: u32::MAX,
                ..at(self.now)
            };
            let (state, effects) = std::mem::take(&mut self.state).step(event, &facts);
            self.state = state;
            for effect in effects {
                events.extend(self.carry_out(effect));
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Reply(Reply::ConfirmationPrompt(prompt))
                if self.prompts.last().is_none_or(|last| last.prompt != prompt) =>
            {
                self.close();
                self.prompts.push(Shown { prompt, at: self.now, closed_at: None });
            }
            Effect::Reply(
                Reply::TransferCanceled
                | Reply::PromptExpired
                | Reply::OptedOut
                | Reply::AskAmount
                | Reply::HandedOff
                | Reply::ProblemNoted
                | Reply::YesOrNo(_)
                | Reply::Receipt { .. },
            ) => {
                self.close();
            }
            Effect::Prepare { draft, .. } => {
                // A draft to check is a new question, or a change of the open prompt.
                self.close();
                let account = AccountNumber::Clabe(draft.destination?.value);
                return Some(Event::Prepared(ready_with(draft.amount?, account)));
            }
            Effect::Pay { prompt, .. } => {
                let (amount, balance) = (prompt.amount, prompt.amount);
                self.paid.push(prompt);
                let (folio, destination) = (String::new(), String::new());
                return Some(Event::Paid(Paid::Completed { folio, amount, destination, balance }));
            }
            _ => {}
        }
        None
    }

    fn close(&mut self) {
        if let Some(last) = self.prompts.last_mut() {
            last.closed_at.get_or_insert(self.now.min(last.prompt.expires_at));
        }
    }

    /// The written rule, applied only to what was shown.
    fn may_pay(&self, back: Option<i64>) -> bool {
        let Some((newest, earlier)) = self.prompts.split_last() else { return false };
        let is_open = newest.closed_at.is_none() && self.now < newest.prompt.expires_at;
        let Some(back) = back else { return is_open };
        let dated = self.now - Duration::seconds(back);
        let is_within_skew = dated >= newest.at - Duration::seconds(60);
        let is_of_earlier =
            |shown: &Shown| shown.at <= dated && shown.closed_at.is_some_and(|closed| dated <= closed);
        let is_older = dated < newest.at && earlier.iter().any(is_of_earlier);
        is_open && is_within_skew && !is_older
    }

    fn take(&mut self, turn: &Turn) -> Result<(), TestCaseError> {
        let paid_before = self.paid.len();
        let (newest, mut may_pay) = (self.prompts.last().map(|shown| shown.prompt.clone()), false);
        match *turn {
            Turn::Asks(pesos, account) => {
                self.step(pay(&pesos.to_string(), &format!("01234567890123456{account}")), None);
            }
            Turn::Changes(pesos) => {
                let amount = Some(AmountReading::Exact(pesos.to_string()));
                self.step(means(Intent::Unknown, Entities { amount, ..Entities::default() }), None);
            }
            Turn::SaysYes(text, back) => {
                may_pay = self.may_pay(back);
                self.step(says(text), back);
            }
            Turn::Says(text, intent) => {
                let understanding = Understanding {
                    intent,
                    confidence: 1.0,
                    locale: None,
                    entities: Entities::default(),
                    ..Understanding::unknown()
                };
                self.step(says(text), None);
                self.step(Event::Understood { text: text.into(), understanding }, None);
            }
            Turn::Presses(back, dated) => {
                may_pay = back == 0 && self.may_pay(dated);
                let pressed = self.prompts.iter().rev().nth(back).map(|shown| shown.prompt.id);
                let id = format!("yes:{}", pressed.unwrap_or(PromptId(Uuid::nil())));
                self.step(Event::Received(InboundContent::Button { id, title: "Sí".into() }), dated);
            }
            Turn::ChangesIdentity => {
                self.step(Event::Received(InboundContent::IdentityChanged), None);
                self.close();
                self.state.session = Session::Open { user: user(), since: self.now };
            }
            Turn::Waits(seconds) => self.now += Duration::seconds(seconds),
        }
        let paid = self.paid.get(paid_before..).unwrap_or_default();
        prop_assert!(paid.len() <= 1, "one message pays once");
        if let Some(paid) = paid.first() {
            prop_assert!(may_pay, "{paid:?} was paid");
            prop_assert_eq!(Some(paid), newest.as_ref(), "with the amount and payee of the newest prompt");
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn money_moves_only_after_a_clear_yes_to_the_newest_prompt(turns in prop::collection::vec(any_turn(), 0..30)) {
        let mut dialogue = Dialogue::new();
        for turn in turns {
            dialogue.take(&turn)?;
        }
        let mut ids: Vec<_> = dialogue.paid.iter().map(|prompt| prompt.id.0).collect();
        ids.dedup();
        prop_assert_eq!(ids.len(), dialogue.paid.len(), "each prompt pays once");
    }

    #[test]
    fn a_clear_yes_to_an_open_prompt_pays_exactly_it(
        pesos in 1_u32..900, account in 0_u8..4, text in prop::sample::select(YES.to_vec()), after in 0_i64..299,
    ) {
        let mut dialogue = Dialogue::new();
        dialogue.take(&Turn::Asks(pesos, account))?;
        dialogue.take(&Turn::Waits(after))?;
        dialogue.take(&Turn::SaysYes(text, Some(0)))?;
        let paid = dialogue.paid.first().map(|prompt| (prompt.amount.minor, prompt.account.canonical().to_owned()));
        prop_assert_eq!(paid, Some((i64::from(pesos) * 100, format!("01234567890123456{account}"))));
    }
}

#[test]
fn what_is_no_clear_yes_leaves_the_prompt_and_repeats_it() {
    for text in ["sí, a Pedro", "sí?", "ok, mañana", "ok ❌", "gracias"] {
        let (state, prompt) = with_prompt();
        let (asked, effects) = state.step(says(text), &facts());
        assert_eq!(effects, [Effect::Understand(text.into())]);
        for intent in [Intent::Confirm, Intent::Unknown] {
            let (state, effects) = asked.clone().step(plainly(intent), &facts());
            assert_eq!(effects, [Effect::Reply(Reply::PromptWaits(prompt.clone()))], "{text}");
            assert_eq!(state.pending, Some(Pending::ConfirmationPrompt(prompt.clone())));
            assert_eq!(state.misunderstood, 0);
        }
    }
}

#[test]
fn a_yes_that_is_older_than_its_prompt_shows_it_again() {
    let (state, prompt) = with_prompt();
    let back = |seconds: i64| StepContext {
        message: MessageTime {
            dated: Some(DateTime::UNIX_EPOCH - Duration::seconds(seconds)),
            received_at: DateTime::UNIX_EPOCH,
        },
        ..facts()
    };
    let press =
        Event::Received(InboundContent::Button { id: format!("yes:{}", prompt.id), title: "Sí".into() });
    for event in [says("sí"), press] {
        let (kept, effects) = state.clone().step(event.clone(), &back(61));
        assert_eq!(effects, [Effect::Reply(Reply::ConfirmationPrompt(prompt.clone()))]);
        assert_eq!(kept.pending, state.pending);
        let (_, effects) = state.clone().step(event, &back(60));
        assert!(matches!(effects.as_slice(), [Effect::Pay { .. }]), "clocks may differ by a minute");
    }
}

#[test]
fn a_changed_prompt_keeps_currency_and_account_and_takes_no_earlier_yes() {
    let (state, _) = with_prompt();
    let amount = Some(AmountReading::Exact("60".into()));
    let (state, _) =
        state.step(means(Intent::Unknown, Entities { amount, ..Entities::default() }), &later(1));
    let changed = ready_with(Money::new(6_000, Currency::MXN), account());
    let (state, effects) = state.step(Event::Prepared(changed), &later(1));
    let [Effect::Reply(Reply::ConfirmationPrompt(prompt))] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((prompt.amount, &prompt.account), (Money::new(6_000, Currency::MXN), &account()));
    let minute = DateTime::UNIX_EPOCH + Duration::minutes(1);
    let dated = |seconds: i64| StepContext {
        message: MessageTime { dated: Some(minute - Duration::seconds(seconds)), received_at: minute },
        ..later(1)
    };
    let (_, effects) = state.clone().step(says("sí"), &dated(1));
    assert_eq!(
        effects,
        [Effect::Reply(Reply::ConfirmationPrompt(prompt.clone()))],
        "that yes was the first prompt's"
    );
    let (_, effects) = state.step(says("sí"), &dated(0));
    assert_eq!(effects, [Effect::Pay { user: user(), prompt: prompt.clone() }]);
}

#[test]
fn a_change_to_a_known_payee_makes_a_new_prompt_and_to_others_leaves_it() {
    let (state, prompt) = with_prompt();
    let destination = Some(NamedDestination { kind: DestinationKind::Name, value: "mamá".into() });
    let (asked, effects) =
        state.step(means(Intent::Unknown, Entities { destination, ..Entities::default() }), &facts());
    let [Effect::Prepare { draft, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((draft.amount, draft.payee.as_deref()), (Some(prompt.amount), Some("mamá")));
    let unknown = Event::Prepared(Prepared::UnknownPayee { name: "mamá".into() });
    let (state, effects) = asked.clone().step(unknown, &facts());
    assert_eq!(effects, [Effect::Reply(Reply::PromptWaits(prompt.clone()))]);
    assert_eq!(state.pending, Some(Pending::ConfirmationPrompt(prompt)));
    let hers = AccountNumber::Clabe("646180157000000004".into());
    let (_, effects) = asked.step(Event::Prepared(ready(hers.clone())), &facts());
    let [Effect::Reply(Reply::ConfirmationPrompt(prompt))] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((&prompt.account, prompt.payee.as_deref()), (&hers, Some("mamá")));
}

#[test]
fn a_changed_identity_ends_the_session_and_drops_the_prompt() {
    let (state, prompt) = with_prompt();
    let (ended, effects) = state.clone().step(Event::Received(InboundContent::IdentityChanged), &facts());
    assert_eq!(effects, [], "nobody wrote: nothing is said");
    assert_eq!((ended.user(&facts()), &ended.pending), (None, &None));
    assert_eq!(ended.step(plainly(Intent::CheckBalance), &facts()).1, [Effect::StartVerification]);
    let step = StepUp {
        transfer: TransferId(Uuid::from_u128(4)),
        amount: prompt.amount,
        destination: "****4567".into(),
        payee: None,
        channel: Channel::Sms,
    };
    let waiting = Conversation { pending: Some(Pending::StepUp(step.clone())), ..state };
    let (_, effects) = waiting.step(Event::Received(InboundContent::IdentityChanged), &facts());
    assert_eq!(effects, [Effect::CancelPayment(step.transfer)]);
}

#[test]
fn a_stop_older_than_the_start_that_followed_it_changes_nothing() {
    let dated = |seconds: i64, consent: ConsentStatus| StepContext {
        consent,
        message: MessageTime {
            dated: Some(DateTime::UNIX_EPOCH + Duration::seconds(seconds)),
            received_at: DateTime::UNIX_EPOCH + Duration::hours(1),
        },
        ..facts()
    };
    let (state, _) = open().step(says("STOP"), &dated(100, ConsentStatus::OptedIn));
    let early = state.clone().step(says("START"), &dated(99, ConsentStatus::OptedOut));
    assert_eq!(early.1, [], "a start from before the stop brings nobody back");
    let (state, effects) = state.step(says("START"), &dated(200, ConsentStatus::OptedOut));
    assert_eq!(effects.first(), Some(&Effect::RecordConsent(ConsentStatus::OptedIn)));
    let late = |seconds| state.clone().step(says("STOP"), &dated(seconds, ConsentStatus::OptedIn)).1;
    assert_eq!(late(199), []);
    assert_eq!(late(200).last(), Some(&Effect::Reply(Reply::OptedOut)), "in the same second a stop counts");
    let asked = state.clone().step(plainly(Intent::Stop), &dated(199, ConsentStatus::OptedIn)).1;
    assert_eq!(asked, [], "in other words too");
}

#[test]
fn a_prompt_is_dropped_when_somebody_else_asks_from_then_on() {
    let (state, _) = with_prompt();
    for event in [
        says("asesor"),
        plainly(Intent::ReportProblem),
        Event::Received(InboundContent::AgentCommand {
            command: AgentCommand::TakeOver,
            by: Principal::Client("agents".into()),
        }),
        Event::ChatBound(Some("****7890".into())),
    ] {
        let (state, _) = state.clone().step(event.clone(), &facts());
        let (_, effects) = state.step(says("sí"), &facts());
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Pay { .. })), "{event:?}");
    }
}

#[test]
fn a_yes_from_before_the_prompt_was_repeated_pays_nothing() {
    let (state, prompt) = with_prompt();
    let minute = DateTime::UNIX_EPOCH + Duration::minutes(1);
    let (state, effects) = state.step(plainly(Intent::Unknown), &later(1));
    assert_eq!(effects, [Effect::Reply(Reply::PromptWaits(prompt.clone()))]);
    let early = StepContext { message: arrived(minute - Duration::seconds(1)), ..later(1) };
    let (state, effects) = state.step(says("sí"), &early);
    assert_eq!(effects, [Effect::Reply(Reply::ConfirmationPrompt(prompt.clone()))]);
    let (_, effects) = state.step(says("sí"), &later(2));
    assert_eq!(effects, [Effect::Pay { user: user(), prompt }]);
}

#[test]
fn a_no_that_names_an_amount_cancels_and_one_that_corrects_asks_anew() {
    let amount = || Entities { amount: Some(AmountReading::Exact("60".into())), ..Entities::default() };
    let understood = |text: &str, intent: Intent, explained: bool| Event::Understood {
        text: text.into(),
        understanding: Understanding { intent, explained, entities: amount(), ..Understanding::unknown() },
    };
    let (state, prompt) = with_prompt();
    let (_, effects) = state.clone().step(understood("no mandes 60", Intent::Deny, false), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::TransferCanceled)]);
    let (_, effects) = state.clone().step(understood("no, no tengo 60", Intent::Unknown, false), &facts());
    assert_eq!(effects, [Effect::Reply(Reply::PromptWaits(prompt))], "not explained to its end");
    for (text, intent) in [("no, mejor 60", Intent::Transfer), ("me equivoqué, eran 60", Intent::Deny)] {
        let (_, effects) = state.clone().step(understood(text, intent, true), &facts());
        assert!(matches!(effects.as_slice(), [Effect::Prepare { .. }]), "{text}: {effects:?}");
    }
}

#[test]
fn a_no_is_heard_above_the_senders_limit() {
    let (mut state, prompt) = with_prompt();
    let strict = StepContext { messages_per_minute: 1, ..facts() };
    for _ in 0..3 {
        state = state.step(says("hola"), &strict).0;
    }
    for no in [
        says("No"),
        Event::Received(InboundContent::Button { id: format!("no:{}", prompt.id), title: "No".into() }),
    ] {
        assert_eq!(state.clone().step(no, &strict).1, [Effect::Reply(Reply::TransferCanceled)]);
    }
}
