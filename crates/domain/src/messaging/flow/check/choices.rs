//! Checks options: of a question, and of the closing.

use super::Checker;
use crate::messaging::flow::{
    BUTTON_LENGTH_MAX, BUTTONS_MAX, Choice, DraftOption, DraftTexts, Lined, Texts,
    words::{Folded, ordinal},
};
use crate::{locale::Locale, messaging::consent::compliance_word};

const OPTIONS_MAX: usize = 10;

impl Checker {
    /// The options of a question.
    pub(super) fn options(&mut self, line: usize, drafts: &[DraftOption]) -> Vec<Choice> {
        if !(2..=OPTIONS_MAX).contains(&drafts.len()) {
            self.fault(line, format!("a choice has 2 to {OPTIONS_MAX} options"));
        }
        for option in drafts {
            if let Some(action) = &option.action {
                self.fault(action.line, "action is for the options of the closing");
            }
            for (tag, title) in &option.title.by_language {
                self.refuse_taken(&Lined { line: tag.line, value: title.clone() }, "option");
                if ordinal(title).is_some() {
                    self.fault(tag.line, format!("option «{title}» reads as the number of an option"));
                }
            }
        }
        self.choices(drafts)
    }

    /// The options of the closing. So far the only action is an agent handoff.
    pub(super) fn closing_options(&mut self, drafts: &[DraftOption]) -> Vec<Choice> {
        if drafts.len() > BUTTONS_MAX {
            let line = drafts.last().map_or(1, |option| option.id.line);
            self.fault(line, format!("the closing has {BUTTONS_MAX} options at most"));
        }
        for option in drafts {
            match &option.action {
                Some(action) if action.value == "hand_off" => {}
                Some(action) => self.fault(action.line, "action must be hand_off"),
                None => self.fault(option.id.line, "an option of the closing needs an action"),
            }
            for (tag, title) in &option.title.by_language {
                if compliance_word(title).is_some() {
                    self.fault(tag.line, format!("option «{title}» is a compliance word"));
                }
            }
        }
        self.choices(drafts)
    }

    fn choices(&mut self, drafts: &[DraftOption]) -> Vec<Choice> {
        let has_buttons = drafts.len() <= BUTTONS_MAX;
        let mut choices: Vec<Choice> = Vec::new();
        for draft in drafts {
            let title = self.texts(&draft.title, "title");
            let button = self.button(draft, &title, has_buttons);
            let words = draft.words.iter().flat_map(|words| &words.by_language);
            let words: Vec<Lined<String>> = words.flat_map(|(_, words)| words.iter().cloned()).collect();
            for word in &words {
                self.refuse_taken(word, "option");
            }
            let Some(id) = self.slug(&draft.id, "option") else { continue };
            if choices.iter().any(|known| known.id == id) {
                self.fault(draft.id.line, format!("option {id} is there twice"));
            }
            let words = words.into_iter().map(|word| word.value).collect();
            let choice = Choice { id, title, button, words };
            self.refuse_ambiguous(&choices, &choice, &draft.title);
            choices.push(choice);
        }
        choices
    }

    fn refuse_ambiguous(&mut self, known: &[Choice], new: &Choice, draft: &DraftTexts) {
        for (locale, title) in &new.title.0 {
            let same = |other: &Choice| is_called(other, *locale, title);
            if known.iter().any(same) {
                self.fault(draft.line, format!("two options are called «{title}»"));
            }
        }
    }

    /// Checks that the title of a button fits on it.
    fn button(&mut self, draft: &DraftOption, title: &Texts, has_buttons: bool) -> Texts {
        let Some(button) = &draft.button else {
            for (_, title) in title.0.iter().filter(|(_, title)| has_buttons && is_long(title)) {
                let reason = format!(
                    "«{title}» is longer than {BUTTON_LENGTH_MAX} characters: set a shorter title with button"
                );
                self.fault(draft.title.line, reason);
            }
            return Texts::default();
        };
        let texts = self.texts(button, "button");
        for (_, text) in texts.0.iter().filter(|(_, text)| is_long(text)) {
            self.fault(button.line, format!("button «{text}» is longer than {BUTTON_LENGTH_MAX} characters"));
        }
        texts
    }
}

fn is_long(text: &str) -> bool {
    text.chars().count() > BUTTON_LENGTH_MAX
}

fn is_called(option: &Choice, locale: Locale, title: &str) -> bool {
    option.title.0.iter().any(|(of, own)| *of == locale && Folded::new(own) == Folded::new(title))
}
