//! The only way to make a [`Flow`]: finds every fault and gives its line.

mod choices;
mod graph;
mod results;
mod steps;

use super::{
    Closing, Consent, DraftTexts, DraftWords, Flow, FlowDraft, FlowFault, FlowFile, Lined, Slug,
    TEXT_LENGTH_MAX, Texts, Trigger,
    words::{Folded, is_taken},
};
use crate::{locale::Locale, messaging::consent::compliance_word};

/// The faults found so far.
struct Checker {
    languages: Vec<Locale>,
    faults: Vec<FlowFault>,
}

impl Flow {
    /// A flow without a fault, or all its faults in the order of their lines.
    pub fn check(draft: &FlowDraft) -> Result<Self, Vec<FlowFault>> {
        let mut checker = Checker { languages: Vec::new(), faults: Vec::new() };
        checker.languages = checker.languages(&draft.languages);
        let flow = checker.flow(draft);
        checker.faults.sort_unstable();
        checker.faults.dedup();
        match flow {
            Some(flow) if checker.faults.is_empty() => Ok(flow),
            _ => Err(checker.faults),
        }
    }
}

impl Checker {
    fn fault(&mut self, line: usize, reason: impl Into<String>) {
        self.faults.push(FlowFault { file: FlowFile::Flow, line, reason: reason.into() });
    }

    fn catalogue_fault(&mut self, line: usize, reason: impl Into<String>) {
        self.faults.push(FlowFault { file: FlowFile::Catalogue, line, reason: reason.into() });
    }

    fn flow(&mut self, draft: &FlowDraft) -> Option<Flow> {
        let id = self.slug(&draft.id, "id");
        let version = u32::try_from(draft.version.value).ok().filter(|version| *version > 0);
        if version.is_none() {
            self.fault(draft.version.line, "version must be 1 or more");
        }
        let title = self.texts(&draft.title, "title");
        let triggers = self.triggers(&draft.triggers);
        let consent = self.consent(&draft.consent.text, &draft.consent.accept);
        let menu = self.texts(&draft.menu, "menu.text");
        let steps = self.steps(&draft.steps);
        let results = draft.results.as_ref().map(|results| self.results(results, &steps));
        let closing = Closing {
            text: self.texts(&draft.closing.text, "closing.text"),
            options: self.closing_options(&draft.closing.options),
        };
        self.graph(draft, &steps);
        Some(Flow {
            id: id?,
            version: version?,
            languages: self.languages.clone(),
            title,
            triggers,
            consent,
            menu,
            steps,
            results,
            closing,
        })
    }

    fn languages(&mut self, tags: &Lined<Vec<Lined<String>>>) -> Vec<Locale> {
        let mut languages = Vec::new();
        for tag in &tags.value {
            match Locale::ALL.into_iter().find(|locale| locale.tag() == tag.value) {
                Some(locale) if languages.contains(&locale) => {
                    self.fault(tag.line, format!("language {} is named twice", tag.value));
                }
                Some(locale) => languages.push(locale),
                None => self.fault(tag.line, format!("language {} must be es, en or pt", tag.value)),
            }
        }
        if tags.value.is_empty() {
            self.fault(tags.line, "languages must name at least one");
        }
        languages
    }

    fn slug(&mut self, text: &Lined<String>, what: &str) -> Option<Slug> {
        match Slug::parse(&text.value) {
            Ok(slug) => Some(slug),
            Err(fault) => {
                self.fault(text.line, format!("{what} «{}» {fault}", text.value));
                None
            }
        }
    }

    /// A language tag that must be one of the flow's languages.
    fn language(&mut self, tag: &Lined<String>, what: &str) -> Option<Locale> {
        let known = self.languages.iter().copied().find(|locale| locale.tag() == tag.value);
        if known.is_none() {
            self.fault(tag.line, format!("{what} has a language that the flow has not: {}", tag.value));
        }
        known
    }

    /// A text in each of the flow's languages.
    fn texts(&mut self, draft: &DraftTexts, what: &str) -> Texts {
        let mut texts = Texts::default();
        for (tag, text) in &draft.by_language {
            let Some(locale) = self.language(tag, what) else { continue };
            let text = text.trim();
            if text.is_empty() {
                self.fault(tag.line, format!("{what} is empty in {}", tag.value));
            }
            if text.chars().count() > TEXT_LENGTH_MAX {
                self.fault(tag.line, format!("{what} is longer than {TEXT_LENGTH_MAX} characters"));
            }
            texts.0.push((locale, text.to_owned()));
        }
        for locale in self.languages.clone() {
            if !texts.0.iter().any(|(of, _)| *of == locale) {
                self.fault(draft.line, format!("{what} is missing in {}", locale.tag()));
            }
        }
        texts
    }

    /// Words in each of the flow's languages. Each is a whole message.
    fn words(&mut self, draft: &DraftWords, what: &str) -> Vec<(Locale, Lined<String>)> {
        let mut words = Vec::new();
        for (tag, of_language) in &draft.by_language {
            let Some(locale) = self.language(tag, what) else { continue };
            for word in of_language {
                if Folded::new(&word.value).as_str().is_empty() {
                    self.fault(word.line, format!("{what} has a word without letters"));
                }
                words.push((locale, word.clone()));
            }
        }
        for locale in self.languages.clone() {
            if !words.iter().any(|(of, _)| *of == locale) {
                self.fault(draft.line, format!("{what} has no word in {}", locale.tag()));
            }
        }
        words
    }

    /// Refuses words that mean something else as a whole message, because they never reach a flow.
    fn refuse_taken(&mut self, word: &Lined<String>, what: &str) {
        if compliance_word(&word.value).is_some() {
            self.fault(word.line, format!("{what} «{}» is a compliance word", word.value));
        } else if is_taken(&word.value) {
            self.fault(word.line, format!("{what} «{}» means something else in every state", word.value));
        }
    }

    fn triggers(&mut self, draft: &DraftWords) -> Vec<Trigger> {
        let mut triggers: Vec<Trigger> = Vec::new();
        for (locale, word) in self.words(draft, "triggers") {
            self.refuse_taken(&word, "trigger");
            let folded = Folded::new(&word.value);
            if triggers.iter().any(|known| known.word == folded && known.locale == locale) {
                self.fault(word.line, format!("trigger «{}» is there twice", word.value));
            }
            triggers.push(Trigger { word: folded, written: word.value, locale, line: word.line });
        }
        triggers
    }

    fn consent(&mut self, text: &DraftTexts, accept: &DraftWords) -> Consent {
        let text_of = self.texts(text, "consent.text");
        let accept = self.words(accept, "consent.accept");
        for (_, word) in &accept {
            self.refuse_taken(word, "consent word");
        }
        for (locale, text_in) in &text_of.0 {
            let content = Folded::new(text_in);
            let mut own = accept.iter().filter(|(of, _)| of == locale);
            if !own.any(|(_, word)| content.contains(&Folded::new(&word.value))) {
                let reason = format!("consent.text does not say in {} how to agree", locale.tag());
                self.fault(text.line, reason);
            }
        }
        let accept = accept.into_iter().map(|(locale, word)| (locale, word.value)).collect();
        Consent { text: text_of, accept }
    }
}
