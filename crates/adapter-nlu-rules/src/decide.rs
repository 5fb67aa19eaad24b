//! Decides the intent with a list of questions in a fixed order: the first one that applies gives the intent.
//! Codes come first, then a complete transfer, then what could be mistaken for an incomplete transfer.

mod answers;
mod entities;
mod transfers;

use crate::{
    amounts, codes,
    commands::{commands, form_of, is_past, set_of, wanted, words_of},
    corrections, digits, guards,
    language::{has_dot_cue, rename_portuguese_no, vote},
    lexicon::{CURRENCIES, LEXICON},
    numbers::{Reading, is_number_word},
    patterns::{found, is_in_class},
    slots::{self, Amount},
    tokens::{Kind, Token, fold, tokenise, word_at},
    typos,
    verbs::form,
};
use domain::{
    locale::Locale,
    messaging::{
        clear_yes::is_clear_yes,
        intent::{AmountReading, DestinationKind, Entities, Intent, NamedDestination},
    },
    money::{Currency, account_number::AccountNumber},
    phone::Region,
};
use std::collections::HashSet;

/// The intent of a text, its language and its slots.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) intent: Intent,
    pub(crate) locale: Option<Locale>,
    pub(crate) entities: Entities,
}

/// Everything that the questions need to know about a text.
struct MessageFeatures<'a> {
    language: Locale,
    /// All tokens, with amounts and destinations recognised.
    tokens: &'a [Token],
    words: Vec<&'a str>,
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
}

/// Decides what a text means. `home` is the region of phone numbers without a calling code.
pub(crate) fn decide(text: &str, home: Region) -> Decision {
    let (chars, mut tokens) = tokenise(text);
    let (language, is_told) = vote(&tokens);
    if language == Locale::Pt {
        rename_portuguese_no(&mut tokens);
    }
    typos::repair_all(&mut tokens);
    let reading = Reading { language, dot_cue: has_dot_cue(&tokens) };
    let code = codes::find(&tokens);
    let recognised = amounts::recognise(&digits::group(tokens, language), reading);
    let corrected = corrections::apply(&recognised, language);
    let found_commands = commands(&recognised, language);
    let corrected_wanted = wanted(&commands(&corrected, language));
    let words = words_of(&recognised);
    let facts = MessageFeatures {
        language,
        tokens: &recognised,
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
    };
    // Only the domain's allow-list decides what is a yes.
    let intent = if is_clear_yes(text) {
        Intent::Confirm
    } else if facts.words.is_empty() || is_quoted(&chars) {
        Intent::Unknown
    } else {
        facts.intent()
    };
    let entities = facts.entities(intent, &chars, home);
    Decision { intent, locale: is_told.then_some(language), entities }
}

/// True if a command is in quotation marks: the person quotes or mentions it and doesn't give it.
fn is_quoted(chars: &[char]) -> bool {
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
        found(name, &self.words)
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

    fn intent(&self) -> Intent {
        self.about_codes()
            .or_else(|| self.whole_transfer())
            .or_else(|| self.people_and_messages())
            .or_else(|| self.questions())
            .or_else(|| self.yes_or_no())
            .or_else(|| self.partial_transfer())
            .unwrap_or_else(|| self.rest())
    }

    fn about_codes(&self) -> Option<Intent> {
        let says_code =
            self.words.iter().any(|word| is_in_class("CODE", word)) && !self.any(&["clabe", "interbancaria"]);
        let has_currency = self.words.iter().any(|word| CURRENCIES.is_word(word));
        let explicit = self.has_explicit_destination();
        if says_code && !explicit && !has_currency {
            let asks = self.code.is_none() && self.holds("resend_req") && !self.holds("stop_msg");
            if self.holds("resend_neg") || asks {
                return Some(Intent::ResendCode);
            }
        }
        let refuses = self.any(&[
            "no", "not", "nao", "otro", "otra", "nuevo", "nueva", "another", "new", "outro", "novo", "never",
            "expiro", "vencio", "expired",
        ]);
        let wants_another = self.any(&[
            "otro", "otra", "nuevo", "nueva", "another", "new", "outro", "novo", "reenvia", "resend",
            "mandame", "enviame", "uno", "jalo", "sirve", "funciona", "works", "working",
        ]);
        if self.code.is_some()
            && !explicit
            && self.holds("resend_neg")
            && refuses
            && wants_another
            && !has_currency
        {
            return Some(Intent::ResendCode);
        }
        let resends = self.head().starts_with("resend") || self.head().starts_with("reenvi");
        if !says_code && self.words.len() <= 4 && resends && !self.has_amount() {
            return Some(Intent::ResendCode);
        }
        self.gives_code(says_code).then_some(Intent::VerifyCode)
    }

    fn gives_code(&self, says_code: bool) -> bool {
        let Some(code) = &self.code else { return false };
        let is_money = self.tokens.iter().any(|t| t.is_amount() && (t.marks.has_currency || t.marks.time));
        if self.has_explicit_destination() || is_money {
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
        let arrived = code.len() >= 5 || says_code || self.holds("codearr");
        !is_about_else
            && (only_code
                || says_code && !sends_money
                || !sends_money
                    && self.holds("codectx")
                    && !names_somebody
                    && self.words.len() <= 8
                    && arrived)
    }

    fn people_and_messages(&self) -> Option<Intent> {
        if self.commands_frame() {
            return None;
        }
        if self.holds("human") && !self.has_amount() {
            return Some(Intent::TalkToHuman);
        }
        if self.has_amount() || self.has_explicit_destination() || self.set.contains("motion") {
            return None;
        }
        let arrives =
            self.any(&["llega", "llego", "llegado", "recibi", "chegou", "chega", "received", "arrived"]);
        if self.holds("stop_any") || self.holds("stop_msg") && !arrives {
            return Some(Intent::Stop);
        }
        let about_messages = self.any(&["mensaje", "sms", "mensagem", "message", "text"]);
        if arrives && self.holds("notarrived") && about_messages {
            return Some(Intent::ResendCode);
        }
        self.holds("start_any").then_some(Intent::Start)
    }

    fn questions(&self) -> Option<Intent> {
        if self.holds("mention") {
            return Some(Intent::Unknown);
        }
        let reports = self.holds("report_strong")
            || self.holds("notarrived") && (self.holds("moneytopic") || self.has_past_verb());
        if reports && !self.commands_frame() {
            return Some(Intent::ReportProblem);
        }
        if self.holds("topup") {
            return Some(Intent::Unknown);
        }
        let asks_when = self.any(&["long", "tarda", "tardan", "when", "cuando", "demora", "time"]);
        if self.holds("arrived_q") && self.corrected_wanted.is_empty() && !asks_when {
            return Some(Intent::ListTransactions);
        }
        let asks_balance = self.holds("balance");
        if self.holds("help_howto") && !asks_balance {
            return Some(Intent::Help);
        }
        let reminds = self.holds("reminder");
        let commands_amount = !self.corrected_wanted.is_empty() && self.has_amount();
        if self.holds("list") && !reminds && !commands_amount {
            return Some(Intent::ListTransactions);
        }
        if asks_balance && !reminds {
            return Some(Intent::CheckBalance);
        }
        (self.holds("help_meta") && self.corrected_wanted.is_empty()).then_some(Intent::Help)
    }

    fn rest(&self) -> Intent {
        if self.holds("help_any") {
            let commands_amount = !self.corrected_wanted.is_empty() && self.has_amount();
            return if commands_amount { Intent::Unknown } else { Intent::Help };
        }
        let has_core = self.words.iter().any(|word| LEXICON.greeting_core.contains(word));
        let greets = LEXICON.greeting_heads.contains(self.head())
            && has_core
            && self.words.iter().skip(1).all(|word| LEXICON.greeting.contains(word));
        if greets { Intent::Greeting } else { Intent::Unknown }
    }
}
