//! Messages that are held for a moment, because people write one sentence in several messages: «hola», «quiero
//! mandar», «50 pesos». What arrives meanwhile joins them only if all of it makes one request. A message that is
//! complete by itself is answered at once, and nothing is held while a question waits for its answer.

use super::{Effect, HeldMessages, Pending, Session, step::Step};
use crate::{
    messaging::intent::{Intent, Topic, Understanding},
    text::fold,
};
use chrono::Duration;

/// How long a message is held. Workers look for work every half second, so that the person waits two seconds at
/// most.
pub const HOLD: Duration = Duration::milliseconds(1500);

/// The most messages that are read as one.
const HELD_MAX: usize = 12;

impl Step<'_> {
    /// Holds the message, or has it read together with those that are held. False: it must be answered now; what
    /// was held is answered before it.
    pub(super) fn hold_or_join(&mut self, text: &str, understanding: &Understanding) -> bool {
        if self.is_complete(understanding) {
            self.answer_held();
            return false;
        }
        let Some(held) = &self.state.held else {
            self.hold(vec![text.to_owned()], understanding.clone());
            return true;
        };
        let is_new = held.texts.iter().all(|before| fold(before) != fold(text));
        if is_new && held.texts.len() < HELD_MAX {
            let (held, alone) = (held.texts.clone(), Box::new(understanding.clone()));
            self.effects.push(Effect::UnderstandTogether { held, text: text.to_owned(), alone });
        } else {
            self.answer_held();
            self.hold(vec![text.to_owned()], understanding.clone());
        }
        true
    }

    /// Decides whether the newest message joins those that are held.
    pub(super) fn on_understood_together(
        &mut self,
        text: &str,
        alone: &Understanding,
        together: Understanding,
    ) {
        let is_one_request = together.intent == Intent::Transfer && together.explained;
        let Some(held) = self.state.held.take_if(|_| is_one_request) else {
            self.answer_held();
            return if self.is_complete(alone) {
                self.answer(text, alone);
            } else {
                self.hold(vec![text.to_owned()], alone.clone());
            };
        };
        let texts: Vec<String> = held.texts.into_iter().chain([text.to_owned()]).collect();
        if is_whole_transfer(&together) {
            self.answer(&texts.join(" "), &together);
        } else {
            self.hold(texts, together);
        }
    }

    /// The time is over: what is held is answered. A hold that was replaced by a later one goes on.
    pub(super) fn on_hold_ended(&mut self) {
        if self.state.held.as_ref().is_some_and(|held| held.until <= self.facts.now) {
            self.answer_held();
        }
    }

    /// Answers what is held, as one message.
    pub(super) fn answer_held(&mut self) {
        if let Some(held) = self.state.held.take() {
            self.answer(&held.texts.join(" "), &held.understanding);
        }
    }

    fn hold(&mut self, texts: Vec<String>, understanding: Understanding) {
        let until = self.facts.now.checked_add_signed(HOLD).unwrap_or(self.facts.now);
        self.state.held = Some(HeldMessages { texts, understanding, until });
    }

    /// Whether a message is answered at once: it says everything by itself, or it answers a question.
    fn is_complete(&self, understanding: &Understanding) -> bool {
        if self.is_handed_off() || self.is_asked_by_flow() || self.waits_for_answer() {
            return true;
        }
        let entities = &understanding.entities;
        match understanding.intent {
            Intent::Greeting => false,
            Intent::Thanks => entities.topic == Some(Topic::Bot),
            Intent::Transfer => is_whole_transfer(understanding),
            // «50 pesos», a CLABE alone: a part of a request. What names nothing isn't understood, unless it
            // continues what is held.
            Intent::Unknown => {
                entities.amount.is_none() && entities.destination.is_none() && self.state.held.is_none()
            }
            // Digits alone read as a code: «1500».
            Intent::VerifyCode => self.state.held.is_none(),
            _ => true,
        }
    }

    fn waits_for_answer(&self) -> bool {
        let is_pending = match &self.state.pending {
            Some(Pending::ConfirmationPrompt(_)) => self.has_open_prompt(),
            Some(Pending::Suggestion(_)) | None => false,
            Some(_) => true,
        };
        is_pending || matches!(self.state.session, Session::AwaitingNumber { .. }) || self.awaits_code()
    }
}

/// Whether a transfer names both its amount and its payee.
fn is_whole_transfer(understanding: &Understanding) -> bool {
    let entities = &understanding.entities;
    let names_amount = entities.amount.is_some() || entities.relative.is_some();
    understanding.intent == Intent::Transfer && names_amount && entities.destination.is_some()
}
