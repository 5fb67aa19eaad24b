//! Random behaviour of a bank that is honest about what it did, however badly it answers.

use super::*;
use proptest::prelude::*;

/// What happens to a payment at the bank.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// We are due: the worker sends or asks. The bank takes an order or refuses it; its answer arrives or not.
    Due { takes: bool, answers: Answer },
    /// The process ends after it stored that it sends, before or after the order went out.
    Crash { was_sent: bool, takes: bool },
    /// The bank settles what it has, or refuses it.
    Ends { settles: bool },
    /// The bank tells by itself; the notice may be an old one.
    Tells { old: bool },
    /// Time passes.
    Waits(u16),
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Arrives,
    Lost,
    NotSent,
    Duplicate,
}

/// The bank's own record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AtBank {
    Nothing,
    Has,
    Paid,
    Refused,
}

struct World {
    payment: OutboundPayment,
    bank: AtBank,
    orders: u32,
    posted: u32,
    is_held: bool,
    now: i64,
}

impl World {
    fn new() -> Self {
        Self { payment: reserved(), bank: AtBank::Nothing, orders: 0, posted: 0, is_held: true, now: 0 }
    }

    fn word(&self) -> Option<BankWord> {
        match self.bank {
            AtBank::Nothing => None,
            AtBank::Has => Some(BankWord::Accepted),
            AtBank::Paid => Some(BankWord::Settled),
            AtBank::Refused => Some(BankWord::Refused(None)),
        }
    }

    fn happens(&mut self, event: &OutboundEvent) {
        let decision = self.payment.decide(event, &RULES, at(self.now));
        match decision.hold {
            HoldEffect::Keep => {}
            HoldEffect::Capture => {
                assert!(self.is_held, "captured without a hold");
                (self.is_held, self.posted) = (false, self.posted + 1);
            }
            HoldEffect::Release => {
                assert!(self.is_held, "released without a hold");
                self.is_held = false;
            }
            HoldEffect::PostLate => self.posted += 1,
        }
        self.payment = decision.payment;
    }

    fn order(&mut self, takes: bool) {
        self.orders += 1;
        assert!(self.orders == 1, "it was sent twice");
        self.bank = if takes { AtBank::Has } else { AtBank::Refused };
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Waits(minutes) => self.now += i64::from(minutes) * 60,
            Act::Ends { settles } if self.bank == AtBank::Has => {
                self.bank = if settles { AtBank::Paid } else { AtBank::Refused };
            }
            Act::Ends { .. } => {}
            Act::Tells { old } => {
                let word =
                    if old && self.bank != AtBank::Nothing { Some(BankWord::Accepted) } else { self.word() };
                if let Some(word) = word {
                    self.happens(&said(word));
                }
            }
            Act::Crash { was_sent, takes } => {
                if let Some(begun) = self.payment.begin_submit(date(), at(self.now), at(self.now + 30)) {
                    self.payment = begun;
                    if was_sent {
                        self.order(takes);
                    }
                    self.happens(&OutboundEvent::Interrupted);
                }
            }
            Act::Due { takes, answers } => self.due(takes, answers),
        }
    }

    fn due(&mut self, takes: bool, answers: Answer) {
        let Some(begun) = self.payment.begin_submit(date(), at(self.now), at(self.now + 30)) else {
            let heard = match (answers, self.word()) {
                (Answer::Arrives, Some(word)) => said(word),
                (Answer::Arrives, None) => OutboundEvent::NotFound,
                _ => OutboundEvent::NoAnswer,
            };
            return self.happens(&heard);
        };
        self.payment = begun;
        match answers {
            Answer::NotSent => self.happens(&OutboundEvent::NotSent(ParkReason::Unreachable)),
            Answer::Arrives => {
                self.order(takes);
                let word = self.word().unwrap();
                self.happens(&said(word));
            }
            Answer::Lost | Answer::Duplicate => {
                self.order(takes);
                self.happens(&OutboundEvent::SubmitUnclear);
            }
        }
    }

    fn check(&self) {
        let state = self.payment.state;
        assert!(self.posted <= 1, "it was paid twice");
        if self.posted == 1 {
            assert_eq!(self.bank, AtBank::Paid, "money left here that did not leave the bank");
        }
        if !self.is_held && self.posted == 0 {
            assert_eq!(
                self.bank,
                AtBank::Refused,
                "a hold was released that the bank may still pay: {state:?}"
            );
        }
        assert_eq!(self.is_held, self.payment.released_at.is_none());
        assert!(state != OutboundState::Exception, "an honest bank needs no exception");
    }
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let answer = prop_oneof![
        Just(Answer::Arrives),
        Just(Answer::Lost),
        Just(Answer::NotSent),
        Just(Answer::Duplicate),
    ];
    let act = prop_oneof![
        4 => (any::<bool>(), answer).prop_map(|(takes, answers)| Act::Due { takes, answers }),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(was_sent, takes)| Act::Crash { was_sent, takes }),
        2 => any::<bool>().prop_map(|settles| Act::Ends { settles }),
        2 => any::<bool>().prop_map(|old| Act::Tells { old }),
        1 => (1u16..200).prop_map(Act::Waits),
    ];
    prop::collection::vec(act, 1..30)
}

proptest! {
    #[test]
    fn no_answer_of_an_honest_bank_pays_twice_or_frees_what_it_may_pay(acts in acts()) {
        let mut world = World::new();
        for act in acts {
            world.act(act);
            world.check();
        }
    }

    #[test]
    fn what_the_bank_did_is_known_once_it_answers(acts in acts()) {
        let mut world = World::new();
        for act in acts {
            world.act(act);
        }
        for _ in 0..3 {
            world.act(Act::Due { takes: true, answers: Answer::Arrives });
        }
        let state = world.payment.state;
        match world.bank {
            AtBank::Paid => prop_assert_eq!(state, OutboundState::Settled),
            AtBank::Refused => prop_assert_eq!(state, OutboundState::Voided),
            AtBank::Has => prop_assert_eq!(state, OutboundState::Accepted),
            AtBank::Nothing => prop_assert!(state.is_in_doubt(), "{:?}", state),
        }
    }
}
