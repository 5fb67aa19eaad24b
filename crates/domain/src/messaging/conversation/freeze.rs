//! Questions that a clear yes answers and that move no money: freezing the person's money, sending no more messages,
//! and forgetting a payee. The words FREEZE and STOP act at once; other words are asked about first.

use super::{Effect, FreezeOutcome, PROMPT_TTL, Pending, Question, Reply, Session, YesOrNo, step::Step};
use crate::{
    messaging::{
        clear_yes::is_clear_yes,
        consent::ConsentStatus,
        intent::{Intent, Understanding},
    },
    text::fold,
};

impl Step<'_> {
    /// Asks for one yes. An open prompt is dropped: from now on a yes means this question.
    pub(super) fn ask_yes_or_no(&mut self, question: Question) {
        self.drop_pending();
        let asked = YesOrNo { question: question.clone(), asked_at: self.facts.now };
        self.state.pending = Some(Pending::YesOrNo(asked));
        self.say(Reply::YesOrNo(question));
    }

    /// Takes a text as a yes or no to such a question. False: it is neither.
    pub(super) fn answer_yes_or_no(&mut self, text: &str) -> bool {
        let Some(Pending::YesOrNo(asked)) = self.state.pending.clone() else { return false };
        if self.facts.now.signed_duration_since(asked.asked_at) >= PROMPT_TTL {
            self.state.pending = None;
            return false;
        }
        if !is_clear_yes(text) {
            return false;
        }
        if self.facts.message.came_before(Some(asked.asked_at)) {
            self.say(Reply::YesOrNo(asked.question));
        } else {
            self.obey(asked.question);
        }
        true
    }

    /// Handles a button of the question with that key.
    pub(super) fn press_yes_or_no(&mut self, key: &str, yes: bool) {
        match self.state.pending.clone() {
            Some(Pending::YesOrNo(asked)) if asked.question.key() == key => {
                if self.facts.now.signed_duration_since(asked.asked_at) >= PROMPT_TTL {
                    self.state.pending = None;
                    self.say(Reply::NothingPending);
                } else if yes {
                    self.obey(asked.question);
                } else {
                    self.state.pending = None;
                    self.say(Reply::AsItWas);
                }
            }
            _ => self.say(Reply::NothingPending),
        }
    }

    /// Handles a message that is no yes while such a question waits. False: it asks for something of its own.
    pub(super) fn answer_beside_yes_or_no(&mut self, text: &str, understanding: &Understanding) -> bool {
        let Some(Pending::YesOrNo(asked)) = self.state.pending.clone() else { return false };
        let says_no = understanding.intent == Intent::Deny
            || matches!(fold(text).split(' ').next(), Some("no" | "nao" | "nope" | "cancelar" | "cancel"));
        match understanding.intent {
            _ if says_no => {
                self.state.pending = None;
                self.say(Reply::AsItWas);
                true
            }
            Intent::Confirm | Intent::Unknown | Intent::Thanks => {
                self.say(Reply::YesOrNo(asked.question));
                true
            }
            _ => {
                self.state.pending = None;
                false
            }
        }
    }

    fn obey(&mut self, question: Question) {
        self.state.pending = None;
        self.state.misunderstood = 0;
        match question {
            Question::Freeze => self.freeze(),
            Question::OptOut => self.opt_out(),
            Question::ForgetPayee(payee) => self.forget_payee(payee),
            Question::EraseAccount => self.erase(),
        }
    }

    /// Freezes the money of the person behind this number or chat, at once.
    pub(super) fn freeze(&mut self) {
        self.effects.push(Effect::Freeze);
    }

    /// All that waits is over once the money is frozen. The freeze itself canceled the payments that waited.
    pub(super) fn on_frozen(&mut self, outcome: FreezeOutcome) {
        if outcome == FreezeOutcome::Nobody {
            return self.say(Reply::NothingToFreeze);
        }
        self.state.pending = None;
        self.state.held = None;
        self.state.refused = None;
        self.state.session = Session::Anonymous;
        self.state.misunderstood = 0;
        self.say(Reply::Frozen { is_opted_out: self.facts.consent == ConsentStatus::OptedOut });
    }
}
