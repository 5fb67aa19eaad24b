//! Answers to the question that waits: a code, a yes, a tap on a button.

use super::{
    CheckedDraft, ConfirmationPrompt, Draft, Effect, PROMPT_TTL, Pending, Question, Reply, RequestedAction,
    Session, drafts::redraft, step::Step,
};
use crate::text::fold;

/// Words that may come with a code and don't change its meaning.
const CODE_WORDS: [&str; 22] = [
    "confirmar",
    "confirmo",
    "confirm",
    "confirma",
    "codigo",
    "code",
    "clave",
    "mi",
    "my",
    "meu",
    "el",
    "the",
    "o",
    "es",
    "is",
    "e",
    "token",
    "otp",
    "pin",
    "verificar",
    "verify",
    "aqui",
];

impl Step<'_> {
    /// Takes a text as a code when one is expected: «CONFIRMAR 123456» or the digits alone.
    pub(super) fn answer_with_code(&mut self, text: &str) -> bool {
        let Some(code) = bare_code(text) else { return false };
        if self.is_rather_for_the_flow(text, &code) {
            return false;
        }
        if self.give_code(code) {
            return true;
        }
        // «CONFIRMAR 123456» can be nothing else; digits alone may answer another question.
        let says_code =
            text.chars().any(char::is_alphabetic) && !matches!(self.state.pending, Some(Pending::Draft(_)));
        if says_code {
            self.say(Reply::NoCodePending);
        }
        says_code
    }

    /// Submits a code: to a payment that waits for one, otherwise to the session.
    pub(super) fn give_code(&mut self, code: String) -> bool {
        if let Some(Pending::StepUp(step)) = &self.state.pending {
            let (transfer, payee) = (step.transfer, step.payee.clone());
            self.effects.push(Effect::ConfirmPayment { transfer, code: code.into(), payee });
            return true;
        }
        if let Session::AwaitingCode { verification, .. } = &self.state.session {
            self.effects.push(Effect::CheckCode { verification: *verification, code: code.into() });
            return true;
        }
        false
    }

    pub(super) fn on_button(&mut self, id: &str, title: String) {
        match id.split_once(':') {
            Some(("yes", key)) if Question::has_key(key) => self.press_yes_or_no(key, true),
            Some(("no", key)) if Question::has_key(key) => self.press_yes_or_no(key, false),
            Some(("yes", prompt)) => self.answer_prompt(Some(prompt), true),
            Some(("no", prompt)) => self.answer_prompt(Some(prompt), false),
            Some(("amount" | "payee", pressed)) => self.on_choice_pressed(pressed),
            Some(("wish", pressed)) => self.press_suggestion(pressed),
            Some(("flow", _)) => self.press_in_flow(id),
            _ => self.effects.push(Effect::Understand(title)),
        }
    }

    /// Handles a yes or a no. From a button it counts only for that button's prompt. A no counts whenever it
    /// was written.
    pub(super) fn answer_prompt(&mut self, pressed: Option<&str>, yes: bool) {
        match self.state.pending.clone() {
            Some(Pending::ConfirmationPrompt(prompt))
                if pressed.is_none_or(|id| id == prompt.id.to_string()) =>
            {
                if self.facts.now >= prompt.expires_at {
                    self.state.pending = None;
                    return self.say(Reply::PromptExpired);
                }
                if !yes {
                    return self.cancel();
                }
                let repeated_at = self.state.prompt_repeated_at;
                if !self.facts.message.can_answer(&prompt) || self.facts.message.came_before(repeated_at) {
                    return self.say(Reply::ConfirmationPrompt(prompt));
                }
                match self.state.user(self.facts) {
                    // The prompt stays pending until the result of the payment is known. A turn that is run
                    // again after a crash must find it, and pays it under the same key.
                    Some(user) => self.effects.push(Effect::Pay { user, prompt }),
                    None => self.want(RequestedAction::Transfer(redraft(&prompt))),
                }
            }
            Some(Pending::StepUp(_) | Pending::Draft(_)) if pressed.is_none() && !yes => self.cancel(),
            // A button of an older prompt: it does nothing, and the newer prompt is not to be forgotten.
            Some(Pending::ConfirmationPrompt(prompt)) => self.repeat_prompt(prompt),
            _ => self.say(Reply::NothingPending),
        }
    }

    /// Cancels what is pending.
    pub(super) fn cancel(&mut self) {
        match self.state.pending.take() {
            Some(Pending::StepUp(step)) => {
                self.effects.push(Effect::CancelPayment(step.transfer));
                self.say(Reply::TransferCanceled);
            }
            Some(Pending::Draft(_) | Pending::ConfirmationPrompt(_)) => self.say(Reply::TransferCanceled),
            Some(Pending::YesOrNo(_) | Pending::WhichPayee(_)) => self.say(Reply::AsItWas),
            Some(Pending::Suggestion(_)) | None => match &mut self.state.session {
                Session::AwaitingCode { request, .. } if request.is_some() => {
                    let dropped = request.take().map(|request| request.what);
                    self.say(match dropped {
                        Some(RequestedAction::Transfer(_)) => Reply::TransferCanceled,
                        _ => Reply::RequestDropped,
                    });
                }
                _ => self.say(Reply::NothingPending),
            },
        }
    }

    /// Whether a code is expected for a request that is not too old.
    pub(super) fn awaits_code(&self) -> bool {
        matches!(&self.state.session, Session::AwaitingCode { request: Some(request), .. }
            if request.is_waiting(self.facts.now))
    }

    /// Whether the sender was asked to share their number for a request that is not too old.
    pub(super) fn awaits_number(&self) -> bool {
        matches!(&self.state.session, Session::AwaitingNumber { request: Some(request) }
            if request.is_waiting(self.facts.now))
    }

    pub(super) fn show_prompt(&mut self, draft: Draft, checked: CheckedDraft) {
        let prompt = ConfirmationPrompt {
            id: self.facts.new_prompt,
            amount: checked.amount,
            account: checked.account,
            payee: checked.payee.or(draft.payee),
            concept: draft.concept,
            bank: checked.bank.map(str::to_owned),
            known_account: checked.known_account,
            repeats_after_minutes: checked.repeats_after_minutes,
            contested_from: self.state.contested_from(draft.changes.is_some(), self.facts.now),
            expires_at: self.facts.now.checked_add_signed(PROMPT_TTL).unwrap_or(self.facts.now),
        };
        self.state.pending = Some(Pending::ConfirmationPrompt(prompt.clone()));
        self.state.prompt_repeated_at = None;
        self.say(Reply::ConfirmationPrompt(prompt));
    }
}

/// The digits of a message that is a code and nothing else.
fn bare_code(text: &str) -> Option<String> {
    let folded = fold(text);
    let mut digits = String::new();
    for word in folded.split(' ') {
        if word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() {
            digits.push_str(word);
        } else if !CODE_WORDS.contains(&word) {
            return None;
        }
    }
    (4..=8).contains(&digits.len()).then_some(digits)
}
