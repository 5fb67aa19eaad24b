//! Decides the intent with a list of questions in a fixed order: the first one that applies gives the intent.
//! Codes come first, then a complete transfer, then what could be mistaken for an incomplete transfer.

mod asked;
mod entities;
pub(crate) mod evidence;
mod explained;
mod nearest;
mod own_words;
mod retracted;
mod scores;
mod transfers;
mod wishes;
mod yes_no;

use crate::{
    amounts,
    answers::{self as dialogue_answers},
    codes,
    commands::{commands, form_of, is_past, set_of, wanted, words_of},
    corrections, digits, guards,
    language::{self, has_dot_cue, rename_portuguese_no},
    lexicon::{CURRENCIES, LEXICON},
    names,
    numbers::{Reading, is_number_word},
    patterns::{Sections, is_in_class},
    payee_changes, payees, periods, relative,
    slots::{self, Amount},
    spelling,
    tokens::{Kind, Token, fold, tokenise, word_at},
    topics,
    verbs::form,
    vocabulary,
};
use domain::{
    locale::Locale,
    messaging::{
        clear_yes::is_clear_yes,
        intent::{
            AmountReading, AskedFor, DestinationKind, Dialogue, Entities, Intent, NamedDestination,
            PayeeChange, Topic, Understanding,
        },
    },
    money::{Currency, account_number::AccountNumber},
    phone::Region,
};
use entities::normalise;
use std::{cell::OnceCell, collections::HashSet};

/// Everything that the questions need to know about a text.
struct MessageFeatures<'a> {
    language: Locale,
    /// The text as the tokens' places count it.
    chars: &'a [char],
    /// All tokens, with amounts and destinations recognised.
    tokens: &'a [Token],
    words: Vec<&'a str>,
    /// The patterns that are found.
    sections: Sections,
    set: HashSet<&'a str>,
    wanted: Vec<usize>,
    has_negated: bool,
    /// The tokens without the parts that the person corrected.
    corrected: &'a [Token],
    corrected_wanted: Vec<usize>,
    amount: Amount,
    destination: Option<NamedDestination>,
    code: Option<String>,
    is_question: bool,
    dialogue: &'a Dialogue,
    /// Whether the text asks to send money with something missing, computed once.
    is_partial: OnceCell<bool>,
    /// What the model thinks of the text, computed once.
    opinions: OnceCell<Vec<(Intent, f32)>>,
}

/// Decides what a text means. `home` is the region of phone numbers without a calling code.
pub(crate) fn decide(text: &str, home: Region, dialogue: &Dialogue) -> Understanding {
    with_features(text, dialogue, |facts, shown| {
        let mut understood = facts.understood(text);
        understood.locale = shown.or(dialogue.locale);
        if understood.intent == Intent::Unknown {
            understood.nearest = facts.nearest();
        }
        understood.entities.destination = understood.entities.destination.map(|d| normalise(d, home));
        understood.confidence = if understood.intent == Intent::Unknown { 0.3 } else { 0.9 };
        understood
    })
}

/// Every reading of a text with its score, best first.
pub(crate) fn readings(text: &str, dialogue: &Dialogue) -> Vec<(Intent, f32)> {
    with_features(text, dialogue, |facts, _| facts.scores())
}

/// Finds the features of a text and gives them, with the language that the text shows, to `then`.
fn with_features<T>(
    text: &str,
    dialogue: &Dialogue,
    then: impl FnOnce(&MessageFeatures<'_>, Option<Locale>) -> T,
) -> T {
    let (chars, mut tokens) = tokenise(text);
    let found_language = language::find(text, &tokens, dialogue.locale);
    let language = found_language.reading;
    if language == Locale::Pt {
        rename_portuguese_no(&mut tokens);
    }
    spelling::repair_all(&mut tokens);
    language::rename_too(&mut tokens);
    if language == Locale::En {
        language::rename_english_figures(&mut tokens);
    }
    let reading = Reading { language, dot_cue: has_dot_cue(&tokens) };
    let code = codes::find(&tokens);
    let recognised = amounts::recognise(&digits::group(tokens, language), reading);
    let corrected = corrections::apply(&recognised, language);
    let found_commands = commands(&recognised, language);
    let corrected_wanted = wanted(&commands(&corrected, language));
    let words = words_of(&recognised);
    let facts = MessageFeatures {
        language,
        chars: &chars,
        tokens: &recognised,
        sections: Sections::of(&words),
        set: set_of(&words),
        words,
        wanted: wanted(&found_commands),
        has_negated: found_commands.iter().any(|command| !command.wanted),
        amount: slots::amount(&corrected, &corrected_wanted),
        destination: slots::destination(&corrected, language, &corrected_wanted),
        corrected: &corrected,
        corrected_wanted,
        code,
        is_question: text.contains('?'),
        dialogue,
        is_partial: OnceCell::new(),
        opinions: OnceCell::new(),
    };
    then(&facts, found_language.shown)
}

/// A change to a payee. In the API it is a question for help.
fn of_payees(change: PayeeChange) -> Understanding {
    let entities = Entities { topic: Some(Topic::Payees), payee_change: Some(change), ..Entities::default() };
    Understanding { intent: Intent::Help, entities, explained: true, ..Understanding::unknown() }
}

/// True if a command is in quotation marks: the person quotes or mentions it and doesn't give it.
fn is_quoted(chars: &[char]) -> bool {
    if !chars.iter().any(|c| matches!(c, '"' | '\'')) {
        return false;
    }
    let text: String = chars.iter().collect();
    let inside = text.split('"').nth(1).filter(|_| text.matches('"').count() >= 2).map(str::to_owned);
    let inside = inside.or_else(|| single_quoted(chars));
    let Some(inside) = inside else { return false };
    let outside = text.replacen(&inside, " ", 1);
    let words = |text: &str| -> Vec<String> {
        fold(text)
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let commands = words(&inside).iter().any(|word| {
        let word = word.as_str();
        form(word).is_some()
            || LEXICON.transfer_nouns.contains(word)
            || LEXICON.yes.contains(word)
            || is_deny_word(word)
    });
    commands && words(&outside).len() >= 2
}

fn single_quoted(chars: &[char]) -> Option<String> {
    let is_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    let open = chars
        .iter()
        .enumerate()
        .position(|(at, c)| *c == '\'' && !is_word(at.checked_sub(1).and_then(|before| chars.get(before))))?;
    let rest = chars.get(open.saturating_add(1)..)?;
    let close =
        rest.iter().enumerate().position(|(at, c)| *c == '\'' && !is_word(rest.get(at.saturating_add(1))))?;
    rest.get(..close).filter(|inside| !inside.is_empty()).map(|inside| inside.iter().collect())
}

fn is_deny_word(word: &str) -> bool {
    LEXICON
        .deny_words
        .iter()
        .any(|known| known.strip_suffix('*').map_or(*known == word, |prefix| word.starts_with(prefix)))
}

impl MessageFeatures<'_> {
    fn holds(&self, name: &str) -> bool {
        self.sections.holds(name)
    }

    fn any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.set.contains(word))
    }

    fn head(&self) -> &str {
        self.words.first().copied().unwrap_or_default()
    }

    fn all_words(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.words.iter().all(|word| fits(word))
    }

    fn has_negation(&self) -> bool {
        self.words.iter().any(|word| LEXICON.negations.contains(word))
    }

    fn has_amount(&self) -> bool {
        self.tokens.iter().any(Token::is_money)
    }

    fn has_explicit_destination(&self) -> bool {
        self.tokens.iter().any(Token::is_destination)
    }

    fn has_past_verb(&self) -> bool {
        (0..self.tokens.len()).any(|at| is_past(self.tokens, at))
    }

    fn is_frame(&self) -> bool {
        self.amount.is_named() && self.destination.is_some()
    }

    fn commands_frame(&self) -> bool {
        !self.corrected_wanted.is_empty() && self.is_frame()
    }

    fn says_yes_first(&self) -> bool {
        LEXICON.yes.contains(self.head())
    }

    /// Whether the text begins with a plain yes, as an answer to a prompt does.
    fn answers_yes(&self) -> bool {
        const PLAIN: [&str; 20] = [
            "si", "sim", "sip", "yes", "yep", "yeah", "ok", "okay", "va", "vale", "claro", "dale", "sale",
            "sure", "pode", "ta", "beleza", "isso", "<yes>", "simon",
        ];
        const PHRASES: [[&str; 2]; 12] = [
            ["esta", "bien"],
            ["ta", "bom"],
            ["de", "acuerdo"],
            ["com", "certeza"],
            ["sounds", "good"],
            ["go", "ahead"],
            ["do", "it"],
            ["all", "right"],
            ["por", "supuesto"],
            ["of", "course"],
            ["esta", "bem"],
            ["muy", "bien"],
        ];
        PLAIN.contains(&self.head()) || PHRASES.iter().any(|phrase| self.words.starts_with(phrase))
    }

    /// True for phrases in which a negation word negates nothing: «no hay pedo», "no worries".
    fn is_harmless_no(&self) -> bool {
        self.any(&[
            "worries",
            "problem",
            "problema",
            "problems",
            "pedo",
            "bronca",
            "pasa",
            "tos",
            "preocupes",
            "fijon",
        ])
    }

    fn understood(&self, text: &str) -> Understanding {
        // Only the domain's allow-list decides what is a yes.
        if is_clear_yes(text) {
            return Understanding { intent: Intent::Confirm, explained: true, ..Understanding::unknown() };
        }
        if self.words.is_empty() {
            return Understanding::unknown();
        }
        if let Some(change) = payee_changes::find(text, &self.dialogue.payees) {
            return of_payees(change);
        }
        if let Some(answer) = self.answer() {
            return answer;
        }
        let quoted = is_quoted(self.chars);
        let (intent, also) =
            if quoted { (Intent::Unknown, Vec::new()) } else { self.with_wishes(self.intent()) };
        let entities = self.entities(intent);
        let explained = !quoted && self.explains(intent, &also, &entities);
        Understanding { intent, also, entities, explained, ..Understanding::unknown() }
    }

    fn intent(&self) -> Intent {
        if let Some(intent) = self.whole_transfer() {
            return intent;
        }
        if self.gives_code() {
            return Intent::VerifyCode;
        }
        match self.best() {
            // «a la cuenta» leads to a payee and says nothing alone, whatever it often stands beside.
            _ if self.only_leads_in() => Intent::Unknown,
            // The phone opens the chat, so the person is asked whether to freeze.
            Intent::ReportProblem if self.holds("phone_gone") => Intent::FreezeAccount,
            best => best,
        }
    }

    /// True for the words before a payee without the payee: «a la cuenta», "pra conta", "to".
    fn only_leads_in(&self) -> bool {
        self.all_words(|word| {
            [&LEXICON.prepositions, &LEXICON.determiners, &LEXICON.account_cues, &LEXICON.phone_cues]
                .iter()
                .any(|list| list.contains(word))
        }) && self.words.iter().any(|word| LEXICON.prepositions.contains(word))
    }

    fn gives_code(&self) -> bool {
        let Some(code) = &self.code else { return false };
        let says_code = (self.words.iter().any(|word| is_in_class("CODE", word)) || self.holds("codenum"))
            && !self.any(&["clabe", "interbancaria"])
            && !self.holds("notcode");
        let is_money = self.tokens.iter().any(|t| t.is_amount() && (t.marks.has_currency || t.marks.time));
        if self.has_explicit_destination() || is_money || self.holds("notcode") {
            return false;
        }
        let only_code = self.all_words(|word| {
            LEXICON.code_fillers.contains(word)
                || word == "<amt>"
                || word == "oh"
                || is_in_class("CODE", word)
                || is_number_word(word)
        });
        let sends_money = self.wanted.iter().any(|at| {
            !matches!(word_at(self.tokens, *at), "pon" | "ponle" | "put" | "da" | "manda" | "mande" | "send")
        });
        let is_about_else = !says_code
            && (self.any(&[
                "cel", "llamame", "call", "junta", "meeting", "cuenta", "account", "conta", "tarjeta",
            ]) || self
                .words
                .iter()
                .any(|w| LEXICON.phone_cues.contains(w) || LEXICON.reference_words.contains(w)));
        let names_somebody = self.any(&["para", "pra", "pro", "to"]);
        let is_told = self.all_words(|word| {
            LEXICON.code_fillers.contains(word)
                || word == "<amt>"
                || is_number_word(word)
                || vocabulary::is_neutral(word)
                || vocabulary::explains(Intent::VerifyCode, word)
                || vocabulary::explains(Intent::ResendCode, word)
        });
        let arrived = code.len() >= 5 || says_code || self.holds("codearr");
        !is_about_else
            && (only_code
                || says_code && !sends_money
                || !sends_money
                    && is_told
                    && self.holds("codectx")
                    && !names_somebody
                    && self.words.len() <= 8
                    && arrived)
    }
}
