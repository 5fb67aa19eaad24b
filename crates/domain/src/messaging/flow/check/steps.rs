//! Checks the questions, one by one.

use super::Checker;
use crate::messaging::flow::{
    ANSWER_LENGTH_MAX, Condition, DateRules, DraftCondition, DraftNext, DraftStep, Kind, Length, Lined, Next,
    RuleValue, Slug, Step, TEXT_LENGTH_MAX, Target, Test,
};
use rust_decimal::prelude::ToPrimitive;

const STEPS_MAX: usize = 50;
const AGE_MAX: u32 = 130;
/// Names that steps can't have, because they mean something else in the same place.
const TAKEN: [&str; 3] = ["end", "consent", "closing"];

impl Checker {
    pub(super) fn steps(&mut self, drafts: &[DraftStep]) -> Vec<Step> {
        if drafts.is_empty() {
            self.fault(1, "a flow has at least one step");
        }
        if let Some(draft) = drafts.get(STEPS_MAX) {
            self.fault(draft.line, format!("a flow has {STEPS_MAX} steps at most"));
        }
        let mut steps: Vec<Step> = Vec::new();
        for (at, draft) in drafts.iter().enumerate() {
            if drafts.get(..at).unwrap_or_default().iter().any(|other| other.id.value == draft.id.value) {
                self.fault(draft.id.line, format!("step {} is there twice", draft.id.value));
            }
            let kind = self.kind(draft);
            let question = self.texts(&draft.question, "question");
            let retry = self.texts(&draft.retry, "retry");
            let next = self.next(draft, at, drafts);
            if TAKEN.contains(&draft.id.value.as_str()) {
                self.fault(draft.id.line, format!("a step can't be called {}", draft.id.value));
            }
            let Some(id) = self.slug(&draft.id, "step") else { continue };
            let step = Step { id, kind, question, retry, next };
            self.length_with_options(draft, &step);
            steps.push(step);
        }
        steps
    }

    /// A question and its options go out as one message.
    fn length_with_options(&mut self, draft: &DraftStep, step: &Step) {
        let Kind::Choice(options) = &step.kind else { return };
        for locale in self.languages.clone() {
            // «10. » and the line break.
            let lines = options.iter().map(|o| o.title.get(locale).chars().count().saturating_add(5));
            let words = step.question.get(locale).chars().count().max(step.retry.get(locale).chars().count());
            if lines.fold(words, usize::saturating_add) > TEXT_LENGTH_MAX {
                let reason =
                    format!("with its options the question is longer than {TEXT_LENGTH_MAX} characters");
                self.fault(draft.question.line, reason);
            }
        }
    }

    fn kind(&mut self, draft: &DraftStep) -> Kind {
        let kind = draft.kind.value.as_str();
        if kind != "choice" && !draft.options.is_empty() {
            self.fault(draft.kind.line, "options are for a choice");
        }
        let allowed: &[&str] = match kind {
            "text" => &["min_length", "max_length", "letters"],
            "place" => &["min_length", "max_length"],
            "number" => &["min", "max", "whole"],
            "date" => &["earliest", "latest", "not_future", "not_past", "min_age"],
            "choice" | "phone" => &[],
            other => {
                let reason = format!("kind «{other}» must be text, choice, number, place, date or phone");
                self.fault(draft.kind.line, reason);
                return Kind::Phone;
            }
        };
        for (name, _) in &draft.valid {
            if !allowed.contains(&name.value.as_str()) {
                self.fault(name.line, format!("a {kind} can't be checked by {}", name.value));
            }
        }
        match kind {
            "text" => Kind::Text { length: self.length(draft), letters: self.flag(draft, "letters") },
            "place" => Kind::Place { length: self.length(draft) },
            "number" => self.number(draft),
            "date" => self.date(draft),
            "choice" => Kind::Choice(self.options(draft.line, &draft.options)),
            _ => Kind::Phone,
        }
    }

    fn length(&mut self, draft: &DraftStep) -> Length {
        let any = Length::any();
        let mut read = |name: &str, default: usize| match valid(draft, name) {
            None => default,
            Some((_, RuleValue::Number(n))) if n.is_integer() => n.to_usize().unwrap_or(usize::MAX),
            Some((line, _)) => {
                self.fault(line, format!("{name} must be a whole number"));
                default
            }
        };
        let length = Length { min: read("min_length", any.min), max: read("max_length", any.max) };
        if length.min == 0 || length.min > length.max || length.max > ANSWER_LENGTH_MAX {
            let reason = format!("min_length and max_length must be 1 to {ANSWER_LENGTH_MAX}, in that order");
            self.fault(draft.valid.first().map_or(draft.line, |(name, _)| name.line), reason);
        }
        length
    }

    fn flag(&mut self, draft: &DraftStep, name: &str) -> bool {
        match valid(draft, name) {
            None => false,
            Some((_, RuleValue::Flag(on))) => *on,
            Some((line, _)) => {
                self.fault(line, format!("{name} must be true or false"));
                false
            }
        }
    }

    fn number(&mut self, draft: &DraftStep) -> Kind {
        let mut read = |name: &str| match valid(draft, name) {
            None => None,
            Some((_, RuleValue::Number(number))) => Some(*number),
            Some((line, _)) => {
                self.fault(line, format!("{name} must be a number"));
                None
            }
        };
        let (min, max) = (read("min"), read("max"));
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            self.fault(draft.line, "min is greater than max");
        }
        Kind::Number { min, max, whole: self.flag(draft, "whole") }
    }

    fn date(&mut self, draft: &DraftStep) -> Kind {
        let mut read = |name: &str| match valid(draft, name) {
            None => None,
            Some((_, RuleValue::Date(date))) => Some(*date),
            Some((line, _)) => {
                self.fault(line, format!("{name} must be a date such as 2026-01-31"));
                None
            }
        };
        let (earliest, latest) = (read("earliest"), read("latest"));
        if earliest.zip(latest).is_some_and(|(earliest, latest)| earliest > latest) {
            self.fault(draft.line, "earliest is after latest");
        }
        let age_min = match valid(draft, "min_age") {
            None => None,
            Some((line, value)) => {
                let years = match value {
                    RuleValue::Number(years) if years.is_integer() => years.to_u32(),
                    _ => None,
                };
                if years.is_none_or(|years| years > AGE_MAX) {
                    self.fault(line, format!("min_age must be 0 to {AGE_MAX} years"));
                }
                years
            }
        };
        let (not_future, not_past) = (self.flag(draft, "not_future"), self.flag(draft, "not_past"));
        if not_past && age_min.is_some() {
            self.fault(draft.line, "no day fits both not_past and min_age");
        }
        Kind::Date(DateRules { earliest, latest, not_future, not_past, age_min })
    }

    /// The steps that can follow: those that the author named, otherwise the next one in the file.
    fn next(&mut self, draft: &DraftStep, at: usize, all: &[DraftStep]) -> Vec<Next> {
        if draft.next.is_empty() {
            let following = at.saturating_add(1);
            let go = if following < all.len() { Target::Step(following) } else { Target::End };
            return vec![Next { when: None, go }];
        }
        let last = draft.next.len().saturating_sub(1);
        let mut branches = Vec::new();
        for (number, branch) in draft.next.iter().enumerate() {
            match (&branch.when, number == last) {
                (Some(_), true) => self.fault(branch.go.line, "the last next must have no condition"),
                (None, false) => {
                    self.fault(branch.go.line, "what follows a next without a condition is never taken");
                }
                _ => {}
            }
            branches.extend(self.branch(branch, all));
        }
        branches
    }

    fn branch(&mut self, branch: &DraftNext, all: &[DraftStep]) -> Option<Next> {
        let go = match all.iter().position(|step| step.id.value == branch.go.value) {
            Some(step) => Target::Step(step),
            None if branch.go.value == "end" => Target::End,
            None => {
                self.fault(branch.go.line, format!("next leads to {}, which there is not", branch.go.value));
                return None;
            }
        };
        match &branch.when {
            None => Some(Next { when: None, go }),
            Some(when) => self.condition(when, all).map(|when| Next { when: Some(when), go }),
        }
    }

    fn condition(&mut self, when: &DraftCondition, all: &[DraftStep]) -> Option<Condition> {
        let line = when.step.line;
        let Some(step) = all.iter().find(|step| step.id.value == when.step.value) else {
            self.fault(line, format!("a condition looks at {}, which there is not", when.step.value));
            return None;
        };
        let test = match step.kind.value.as_str() {
            "choice" if when.min.is_none() && when.max.is_none() && !when.is.is_empty() => {
                Test::IsOneOf(self.known_options(&when.is, step))
            }
            "number" if when.is.is_empty() && (when.min.is_some() || when.max.is_some()) => {
                Test::Between(when.min.as_ref().map(|min| min.value), when.max.as_ref().map(|max| max.value))
            }
            _ => {
                self.fault(line, "a condition is «is» on a choice, or min and max on a number");
                return None;
            }
        };
        Slug::parse(&step.id.value).ok().map(|step| Condition { step, test })
    }

    fn known_options(&mut self, named: &[Lined<String>], step: &DraftStep) -> Vec<Slug> {
        let mut options = Vec::new();
        for option in named {
            if !step.options.iter().any(|known| known.id.value == option.value) {
                self.fault(option.line, format!("{} has no option {}", step.id.value, option.value));
            }
            options.extend(Slug::parse(&option.value).ok());
        }
        options
    }
}

fn valid<'a>(draft: &'a DraftStep, name: &str) -> Option<(usize, &'a RuleValue)> {
    let found = draft.valid.iter().find(|(known, _)| known.value == name);
    found.map(|(name, value)| (name.line, value))
}
