//! The buttons under replies.

use super::{Button, Reply, Text};
use crate::{
    messaging::{
        conversation::{
            ConfirmationPrompt, DraftChoice,
            suggestions::{SOMETHING_ELSE, name_of},
        },
        flow::{BUTTON_LENGTH_MAX, BUTTONS_MAX},
    },
    text::truncate,
};

impl Reply {
    /// The title of the button that shares the person's number, if the reply asks for it.
    #[must_use]
    pub fn number_button(&self) -> Option<Text> {
        matches!(self, Self::NumberNeeded).then(|| Text::plain("button-share-number"))
    }

    /// The buttons under the reply, if it asks for one of a few answers.
    #[must_use]
    pub fn buttons(&self) -> Vec<Button> {
        match self {
            Self::ConfirmationPrompt(prompt)
            | Self::PromptWaits(prompt)
            | Self::AboutPrompt { prompt, .. } => yes_and_no(&prompt_key(prompt)),
            Self::YesOrNo(question) => yes_and_no(&question.key()),
            Self::WhichAmount { thousands, decimal } => [thousands, decimal]
                .map(|amount| Button {
                    id: format!("amount:{}", DraftChoice::Amount(*amount).key()),
                    title: Text::plain("button-amount").with("amount", amount.to_string()),
                })
                .into(),
            Self::DidYouMean(wishes) => wishes
                .iter()
                .map(|wish| (wish.label(), name_of(*wish)))
                .chain([(SOMETHING_ELSE, SOMETHING_ELSE)])
                .map(|(id, name)| Button {
                    id: format!("wish:{id}"),
                    title: Text::plain("button-wish").with("wish", name),
                })
                .collect(),
            // More than any channel can show: their numbers are answered.
            Self::WhichPayee(options) | Self::UnknownPayee { nearest: options, .. }
                if options.len() > BUTTONS_MAX =>
            {
                Vec::new()
            }
            Self::WhichPayee(options) | Self::UnknownPayee { nearest: options, .. } => options
                .iter()
                .map(|option| Button {
                    id: format!("payee:{}", DraftChoice::Payee(option.clone()).key()),
                    title: Text::plain("button-payee")
                        .with("payee", truncate(&option.name, BUTTON_LENGTH_MAX)),
                })
                .collect(),
            Self::Flow(prompt) => prompt
                .buttons
                .iter()
                .map(|(id, shown)| Button {
                    id: id.clone(),
                    title: Text::plain("button-flow").with("title", shown.clone()),
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

fn prompt_key(prompt: &ConfirmationPrompt) -> String {
    prompt.id.to_string()
}

fn yes_and_no(key: &str) -> Vec<Button> {
    [("yes", "button-yes"), ("no", "button-no")]
        .map(|(answer, title)| Button { id: format!("{answer}:{key}"), title: Text::plain(title) })
        .into()
}
