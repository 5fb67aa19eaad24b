//! Reads a text in the light of the question that waits.

use super::*;

impl MessageFeatures<'_> {
    /// The text as an answer to what was asked, or as a question about it. `None` if it is neither.
    pub(super) fn answer(&self) -> Option<Understanding> {
        let asked = self.dialogue.asked?;
        if let Some(topic) = self.question_about(asked) {
            let entities = Entities { topic: Some(topic), ..Entities::default() };
            let intent = Intent::Help;
            return Some(Understanding { intent, entities, explained: true, ..Understanding::unknown() });
        }
        if !dialogue_answers::takes_slots(asked) || self.is_question || is_quoted(self.chars) {
            return None;
        }
        let answer = dialogue_answers::read(self.corrected, asked, &self.dialogue.payees)?;
        let amount = self.amount_reading().filter(|_| answer.has_amount);
        if answer.has_amount && amount.is_none() {
            // An amount that isn't explained to its end is asked again.
            return None;
        }
        let named = self.amount.currency.filter(|_| answer.has_amount).or(answer.currency);
        let concept = answer.concept.and_then(|(start, end)| self.chars.get(start..end));
        let entities = Entities {
            amount,
            currency: named.and_then(|code| Currency::parse(code).ok()),
            destination: answer.destination,
            payee: answer.payee,
            concept: concept.map(|words| words.iter().collect()).filter(|c: &String| c.chars().count() <= 60),
            relative: answer.relative,
            choice: answer.choice,
            ..Entities::default()
        };
        Some(Understanding {
            intent: Intent::Transfer,
            entities,
            explained: true,
            ..Understanding::unknown()
        })
    }

    /// The topic of a question about what waits.
    fn question_about(&self, asked: AskedFor) -> Option<Topic> {
        let topic = topics::of_prompt(&self.words, self.sections)?;
        let commands = !self.corrected_wanted.is_empty() && self.set.contains("<amt>");
        let is_about_payment = dialogue_answers::takes_slots(asked);
        (!commands && (is_about_payment || matches!(topic, Topic::Reason | Topic::Codes))).then_some(topic)
    }
}
