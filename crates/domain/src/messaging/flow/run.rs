//! Running a flow: one question, one answer, one step forward or back.

use super::{
    Answer, BUTTON_LENGTH_MAX, BUTTONS_MAX, Choice, Condition, Flow, Kind, Slug, Step, Target, Test,
    input::{FlowContext, FlowInput},
    words::{is_back, is_called, is_named, is_refusal},
};
use crate::locale::Locale;
use serde::{Deserialize, Serialize};

/// The step name in button ids of the consent, which is no step.
const CONSENT: &str = "consent";
/// The step name in button ids of the closing.
const CLOSING: &str = "closing";

/// One person's progress in a flow. It holds no clock: a flow waits for its answer without a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowRun {
    flow: Slug,
    /// The version that it began with and ends with.
    version: u32,
    locale: Locale,
    stage: Stage,
    /// The answers in the order of the questions, which is also the order for going back.
    answers: Vec<(Slug, Answer)>,
    /// Whether the person completed this flow before.
    returning: bool,
    /// Whether an answer to the consent was no consent. The next one leaves the flow.
    #[serde(default)]
    is_consent_repeated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    /// The consent is open; nothing is asked or saved yet.
    Consent,
    /// This question waits for an answer.
    Asking(Slug),
    /// Completed; the options of the closing can still be used.
    Resting,
}

/// A text with its buttons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The text of the message.
    pub text: String,
    /// The id and the title of each button.
    pub buttons: Vec<(String, String)>,
}

/// The result of a completed flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedFlow {
    /// The flow's name.
    pub flow: Slug,
    /// The version that was answered.
    pub version: u32,
    /// The answers, in the order of the questions.
    pub answers: Vec<(Slug, Answer)>,
}

/// What an answer leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The next question, or the same one again.
    Asked(Prompt),
    /// The text is no answer to the question. The prompt repeats it, unless the text means something else.
    NotAnAnswer(Prompt),
    /// The flow is completed: the last message, and the answers to save.
    Completed(Prompt, CompletedFlow),
    /// The person gives no consent, so the flow is left.
    Left,
    /// The person wants an agent.
    HandOff,
    /// The flow starts again.
    StartOver,
    /// The flow does not use this input.
    NotMine,
}

impl FlowRun {
    /// The flow's name.
    #[must_use]
    pub const fn flow(&self) -> &Slug {
        &self.flow
    }

    /// The version that it began with.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The language of this run.
    #[must_use]
    pub const fn locale(&self) -> Locale {
        self.locale
    }

    /// Whether a question of the flow waits for an answer.
    #[must_use]
    pub const fn is_asking(&self) -> bool {
        matches!(self.stage, Stage::Consent | Stage::Asking(_))
    }

    /// The run after the person left it: `None`, unless they completed the flow before.
    #[must_use]
    pub fn left(self) -> Option<Self> {
        self.returning.then(|| Self { stage: Stage::Resting, answers: Vec::new(), ..self })
    }
}

impl Flow {
    /// Begins the flow with its consent.
    #[must_use]
    pub fn begin(&self, locale: Locale) -> (FlowRun, Prompt) {
        let run = FlowRun {
            flow: self.id.clone(),
            version: self.version,
            locale,
            stage: Stage::Consent,
            answers: Vec::new(),
            returning: false,
            is_consent_repeated: false,
        };
        let prompt = self.prompt(&run);
        (run, prompt)
    }

    /// Begins again for a person who completed this version or an older one. If they just agreed to this
    /// version's consent, the first question comes at once.
    #[must_use]
    pub fn begin_again(&self, before: &FlowRun) -> (FlowRun, Prompt) {
        let (mut run, _) = self.begin(before.locale);
        run.returning = before.returning;
        if before.version == self.version {
            run.stage = self.first_stage();
        }
        let prompt = self.prompt(&run);
        (run, prompt)
    }

    /// The run and the menu for a person who completed the flow before.
    #[must_use]
    pub fn welcome_back(&self, locale: Locale) -> (FlowRun, Prompt) {
        let (mut run, _) = self.begin(locale);
        (run.stage, run.returning) = (Stage::Resting, true);
        let prompt = self.prompt(&run);
        (run, prompt)
    }

    /// The open question as a message.
    #[must_use]
    pub fn prompt(&self, run: &FlowRun) -> Prompt {
        let locale = run.locale;
        match &run.stage {
            Stage::Consent => Prompt {
                text: self.consent.text.get(locale).to_owned(),
                buttons: vec![(self.button_id(CONSENT, "yes"), self.consent.word(locale).to_owned())],
            },
            Stage::Asking(step) => match self.step(step) {
                Some(step) => self.ask(step, step.question.get(locale), locale),
                None => Prompt { text: self.menu.get(locale).to_owned(), buttons: Vec::new() },
            },
            Stage::Resting => self.offer(vec![self.menu.get(locale).to_owned()], locale),
        }
    }

    /// Handles an answer. It accepts any text. A text that names an option of the closing leads to an agent
    /// at any time.
    #[must_use]
    pub fn answer(&self, run: &mut FlowRun, input: FlowInput<'_>, facts: FlowContext) -> Progress {
        if let FlowInput::Text(text) = input
            && self.closing.options.iter().any(|option| is_called(option, text))
        {
            return Progress::HandOff;
        }
        match run.stage.clone() {
            Stage::Consent => self.answer_consent(run, input),
            Stage::Asking(step) => match self.step(&step) {
                Some(step) => self.answer_step(run, step, input, facts),
                None => Progress::StartOver,
            },
            Stage::Resting => self.answer_at_rest(input),
        }
    }

    /// The consent is given, refused, or asked for once more.
    fn answer_consent(&self, run: &mut FlowRun, input: FlowInput<'_>) -> Progress {
        if self.is_consent(input) {
            run.stage = self.first_stage();
            return Progress::Asked(self.prompt(run));
        }
        let is_refused = matches!(input, FlowInput::Text(text) if is_refusal(text));
        if is_refused || std::mem::replace(&mut run.is_consent_repeated, true) {
            return Progress::Left;
        }
        Progress::Asked(self.prompt(run))
    }

    /// Whether a text can be nothing else than an answer: the consent or its refusal, a step back, an option, a
    /// number, a date. What people write freely may also be a wish.
    #[must_use]
    pub fn takes_at_once(&self, run: &FlowRun, text: &str, facts: FlowContext) -> bool {
        if self.closing.options.iter().any(|option| is_called(option, text)) {
            return true;
        }
        match &run.stage {
            Stage::Consent => self.consent.is_given_by(text) || is_refusal(text),
            Stage::Asking(step) => match self.step(step) {
                Some(step) => {
                    let is_free = matches!(step.kind, Kind::Text { .. } | Kind::Place { .. });
                    is_back(text) || !is_free && step.read(FlowInput::Text(text), facts).is_some()
                }
                None => true,
            },
            Stage::Resting => true,
        }
    }

    fn is_consent(&self, input: FlowInput<'_>) -> bool {
        match input {
            FlowInput::Text(text) => self.consent.is_given_by(text),
            FlowInput::Button { step, .. } => step == CONSENT,
        }
    }

    fn first_stage(&self) -> Stage {
        self.steps.first().map_or(Stage::Resting, |step| Stage::Asking(step.id.clone()))
    }

    fn answer_step(
        &self,
        run: &mut FlowRun,
        step: &Step,
        input: FlowInput<'_>,
        facts: FlowContext,
    ) -> Progress {
        match input {
            FlowInput::Text(text) if is_back(text) => {
                if let Some((before, _)) = run.answers.pop() {
                    run.stage = Stage::Asking(before);
                }
                return Progress::Asked(self.prompt(run));
            }
            // A button of another question, tapped late.
            FlowInput::Button { step: pressed, .. } if pressed != step.id.as_str() => {
                return Progress::Asked(self.prompt(run));
            }
            FlowInput::Text(_) | FlowInput::Button { .. } => {}
        }
        let Some(answer) = step.read(input, facts) else {
            return Progress::NotAnAnswer(self.ask(step, step.retry.get(run.locale), run.locale));
        };
        run.answers.push((step.id.clone(), answer));
        match step.target(&run.answers) {
            Target::Step(next) => match self.steps.get(next) {
                Some(next) => {
                    // If a question is asked again, the answers after it are dropped.
                    if let Some(asked) = run.answers.iter().position(|(id, _)| *id == next.id) {
                        run.answers.truncate(asked);
                    }
                    run.stage = Stage::Asking(next.id.clone());
                    Progress::Asked(self.prompt(run))
                }
                None => self.complete(run, facts),
            },
            Target::End => self.complete(run, facts),
        }
    }

    fn complete(&self, run: &mut FlowRun, facts: FlowContext) -> Progress {
        let answers = std::mem::take(&mut run.answers);
        let mut lines = Vec::new();
        if let Some(results) = &self.results {
            lines.push(results.intro.get(run.locale).to_owned());
            let recommended = results.recommend(&answers, facts.region);
            let numbered = (1_usize..).zip(&recommended).map(|(number, line)| format!("{number}. {line}"));
            lines.extend(numbered);
            lines.push(String::new());
        }
        lines.push(self.closing.text.get(run.locale).to_owned());
        (run.stage, run.returning) = (Stage::Resting, true);
        let completed = CompletedFlow { flow: self.id.clone(), version: self.version, answers };
        Progress::Completed(self.offer(lines, run.locale), completed)
    }

    fn answer_at_rest(&self, input: FlowInput<'_>) -> Progress {
        let options = &self.closing.options;
        match input {
            FlowInput::Text(text) if self.consent.is_given_by(text) => Progress::StartOver,
            FlowInput::Text(text) if options.iter().any(|option| is_named(option, text)) => Progress::HandOff,
            FlowInput::Text(_) => Progress::NotMine,
            FlowInput::Button { step: CONSENT, .. } => Progress::StartOver,
            FlowInput::Button { step: CLOSING, option } => {
                let is_known = options.iter().any(|known| known.id.as_str() == option);
                if is_known { Progress::HandOff } else { Progress::NotMine }
            }
            FlowInput::Button { .. } => Progress::NotMine,
        }
    }

    /// A question, or the text for a wrong answer, with its options.
    fn ask(&self, step: &Step, words: &str, locale: Locale) -> Prompt {
        let Kind::Choice(options) = &step.kind else {
            return Prompt { text: words.to_owned(), buttons: Vec::new() };
        };
        let numbered = (1_usize..).zip(options).map(|(n, o)| format!("{n}. {}", o.title.get(locale)));
        let lines: Vec<String> = std::iter::once(words.to_owned()).chain(numbered).collect();
        Prompt { text: lines.join("\n"), buttons: self.buttons(step.id.as_str(), options, locale) }
    }

    /// Some lines, with the options of the closing.
    fn offer(&self, mut lines: Vec<String>, locale: Locale) -> Prompt {
        let options = &self.closing.options;
        lines.extend(options.iter().map(|option| format!("• {}", option.title.get(locale))));
        Prompt { text: lines.join("\n"), buttons: self.buttons(CLOSING, options, locale) }
    }

    fn buttons(&self, step: &str, options: &[Choice], locale: Locale) -> Vec<(String, String)> {
        if options.len() > BUTTONS_MAX {
            return Vec::new();
        }
        let button = |option: &Choice| {
            (self.button_id(step, option.id.as_str()), option.button_title(locale).to_owned())
        };
        options.iter().map(button).collect()
    }

    fn button_id(&self, step: &str, option: &str) -> String {
        format!("flow:{}:{step}:{option}", self.id)
    }
}

impl Step {
    /// The step that follows after these answers.
    fn target(&self, answers: &[(Slug, Answer)]) -> Target {
        let holds = |when: &Condition| {
            answers.iter().find(|(id, _)| *id == when.step).is_some_and(|(_, answer)| when.test.holds(answer))
        };
        let taken = self.next.iter().find(|next| next.when.as_ref().is_none_or(holds));
        taken.map_or(Target::End, |next| next.go)
    }
}

impl Test {
    fn holds(&self, answer: &Answer) -> bool {
        match (self, answer) {
            (Self::IsOneOf(options), Answer::Choice(chosen)) => options.contains(chosen),
            (Self::Between(min, max), Answer::Number(number)) => {
                min.is_none_or(|min| *number >= min) && max.is_none_or(|max| *number <= max)
            }
            _ => false,
        }
    }
}

impl Choice {
    /// The title on its button: the normal title if it is short enough.
    pub(super) fn button_title(&self, locale: Locale) -> &str {
        let title = self.title.get(locale);
        if title.chars().count() <= BUTTON_LENGTH_MAX { title } else { self.button.get(locale) }
    }
}
