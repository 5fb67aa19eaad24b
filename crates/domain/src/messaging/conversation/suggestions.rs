//! «¿Quisiste decir…?»: the wishes that a text was nearest to, when it was not understood. None of them moves money,
//! so a tap on a button, its number or a plain yes is enough.

use super::{Pending, Reply, Suggestion, step::Step};
use crate::{
    messaging::intent::{Intent, Understanding},
    text::fold,
};

/// The most wishes that one reply suggests. The channels show three buttons, and the last one is for something else.
pub const SUGGESTED_MAX: usize = 2;

/// What the button for something else says in its id.
pub(super) const SOMETHING_ELSE: &str = "other";

/// A wish as the catalogues name it.
pub(super) const fn name_of(wish: Intent) -> &'static str {
    match wish {
        Intent::TalkToHuman => "agent",
        other => other.label(),
    }
}

/// The title of that button, as people copy it where no button can be shown.
const SOMETHING_ELSE_TITLES: [&str; 3] = ["otra cosa", "something else", "outra coisa"];

impl Step<'_> {
    /// Suggests what the text was nearest to. False: it was near to nothing, or another question waits.
    pub(super) fn suggest(&mut self, understanding: &Understanding) -> bool {
        let near = understanding.nearest.iter().copied().filter(|wish| wish.can_be_suggested());
        let wishes: Vec<Intent> = near.take(SUGGESTED_MAX).collect();
        if wishes.is_empty() || self.has_payment_waiting() || self.is_asked_by_flow() {
            return false;
        }
        let suggestion = Suggestion { wishes: wishes.clone(), asked_at: self.facts.now };
        self.state.pending = Some(Pending::Suggestion(suggestion));
        self.say(Reply::DidYouMean(wishes));
        true
    }

    /// Takes a text as the number of a suggestion. False: it is none.
    pub(super) fn pick_suggestion(&mut self, text: &str) -> bool {
        let Some(Pending::Suggestion(asked)) = &self.state.pending else { return false };
        let words = fold(text);
        let number = words.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let picked = number.and_then(|at| asked.wishes.get(at).copied());
        let is_else = number == Some(asked.wishes.len()) || SOMETHING_ELSE_TITLES.contains(&words.as_str());
        match picked {
            Some(wish) => self.grant(wish),
            None if is_else => self.show_menu(),
            None => return false,
        }
        true
    }

    /// Handles the button of a suggestion. It asks for the same thing however old it is.
    pub(super) fn press_suggestion(&mut self, pressed: &str) {
        let wish = Intent::ALL.iter().find(|intent| intent.can_be_suggested() && intent.label() == pressed);
        match wish {
            Some(wish) => self.grant(*wish),
            None if pressed == SOMETHING_ELSE => self.show_menu(),
            None => self.say(Reply::NothingPending),
        }
    }

    /// Handles a message after a suggestion: a yes to the only one, or a no. Any other message ends the suggestion
    /// and returns false.
    pub(super) fn answer_suggestion(&mut self, understanding: &Understanding) -> bool {
        let Some(Pending::Suggestion(asked)) = self.state.pending.clone() else { return false };
        self.state.pending = None;
        match (understanding.intent, asked.wishes.as_slice()) {
            (Intent::Confirm, [only]) => self.grant(*only),
            (Intent::Confirm, several) => {
                let wishes = several.to_vec();
                self.state.pending = Some(Pending::Suggestion(asked));
                self.say(Reply::DidYouMean(wishes));
            }
            (Intent::Deny, _) => self.show_menu(),
            _ => return false,
        }
        true
    }

    /// Does what was suggested, as if the person had written it.
    fn grant(&mut self, wish: Intent) {
        self.drop_suggestion();
        let written = Understanding { intent: wish, explained: true, ..Understanding::unknown() };
        self.answer("", &written);
    }

    fn show_menu(&mut self) {
        self.drop_suggestion();
        self.state.misunderstood = 0;
        if !self.is_handed_off() {
            self.say(Reply::Help);
        }
    }

    fn drop_suggestion(&mut self) {
        if matches!(self.state.pending, Some(Pending::Suggestion(_))) {
            self.state.pending = None;
        }
    }
}
