//! The decision: a cascade of questions, the first that holds answers. Codes come first, then a whole
//! transfer, then everything that could be mistaken for half of one.

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
    account_number::AccountNumber,
    intent::{AmountReading, DestinationKind, Entities, Intent, NamedDestination},
    locale::Locale,
    money::Currency,
    phone::Region,
};
use std::collections::HashSet;

/// What was decided.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) intent: Intent,
    pub(crate) locale: Option<Locale>,
    pub(crate) entities: Entities,
}

/// Everything that the questions look at.
struct Facts<'a> {
    language: Locale,
    /// Amounts and destinations recognised, nothing taken out.
    tokens: &'a [Token],
    words: Vec<&'a str>,
    set: HashSet<&'a str>,
    wanted: Vec<usize>,
    has_negated: bool,
    /// As it stands corrected.
    corrected: &'a [Token],
    corrected_wanted: Vec<usize>,
    amount: Amount,
    destination: Option<NamedDestination>,
    code: Option<String>,
    is_question: bool,
}

/// Understands a text.
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
    let facts = Facts {
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
    let intent = if facts.words.is_empty() || is_quoted(&chars) { Intent::Unknown } else { facts.intent() };
    let entities = facts.entities(intent, &chars, home);
    Decision { intent, locale: is_told.then_some(language), entities }
}

/// A command in quotation marks is somebody else's, or a mention.
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

impl Facts<'_> {
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

    /// «no hay pedo», "no worries": a negation that is none.
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

    /// What keeps this from being a transfer now.
    fn is_blocked(&self) -> bool {
        guards::blocks(&self.words, self.tokens, &self.wanted)
            || guards::is_reported(self.corrected, &self.corrected_wanted)
            || !self.corrected_wanted.is_empty() && self.holds("abandon")
    }

    /// «manda besos», «mándame el link»: something else than money is to be sent.
    fn sends_no_money(&self) -> bool {
        if !self.holds("nomoney") {
            return false;
        }
        if self.has_amount() && self.destination.is_some() {
            let thing =
                self.corrected.iter().position(|t| LEXICON.no_money_objects.contains(t.folded.as_str()));
            let amount = self.corrected.iter().position(Token::is_amount).unwrap_or(0);
            return thing.is_none_or(|thing| thing <= amount.saturating_add(1));
        }
        !self.tokens.iter().any(|t| t.is_amount() && t.marks.has_currency)
    }

    fn is_incoming(&self) -> bool {
        let to_me = || {
            let me = |at: &usize| LEXICON.to_me_verbs.contains(word_at(self.corrected, *at));
            self.corrected_wanted.iter().any(me)
        };
        self.destination.is_none() && (self.holds("incoming") || to_me())
    }

    fn whole_transfer(&self) -> Option<Intent> {
        let asks_balance = self.any(&["saldo", "balance"]) && self.holds("balance");
        let is_transfer = self.commands_frame()
            && !self.is_blocked()
            && !self.sends_no_money()
            && !asks_balance
            && !self.holds("help_howto");
        is_transfer.then_some(Intent::Transfer)
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

    fn yes_or_no(&self) -> Option<Intent> {
        let cancels = self.holds("cancel");
        let harmless = self.is_harmless_no();
        let changes = self.says_yes_first()
            && (self.has_amount() || self.holds("change") && self.words.len() > 2)
            && !cancels;
        let plainly_cancels =
            cancels && LEXICON.negations.contains(self.head()) && !self.any(&["sure", "se", "sei", "seguro"]);
        if self.holds("unsure") && !plainly_cancels && self.corrected_wanted.is_empty() {
            return Some(Intent::Unknown);
        }
        if self.has_negated && !harmless && self.corrected_wanted.is_empty() && !self.holds("reminder") {
            return Some(Intent::Deny);
        }
        if self.says_yes_first() && self.words.len() <= 3 && self.any(&["stop", "para", "pare", "alto"]) {
            return Some(Intent::Deny);
        }
        if cancels && !harmless && !self.commands_frame() {
            return Some(Intent::Deny);
        }
        if changes && !self.commands_frame() {
            return Some(Intent::Unknown);
        }
        if self.confirms() {
            return Some(Intent::Confirm);
        }
        if self.denies() {
            return Some(Intent::Deny);
        }
        self.short_yes().then_some(Intent::Confirm)
    }

    fn is_all_greeting(&self) -> bool {
        let has_core = self.words.iter().any(|word| LEXICON.greeting_core.contains(word));
        self.all_words(|word| LEXICON.greeting.contains(word))
            && LEXICON.greeting_heads.contains(self.head())
            && has_core
            && !(self.words.len() == 1 && LEXICON.yes.contains(self.head()))
    }

    /// Every word is a yes or goes with one, and one of them says it plainly.
    fn confirms(&self) -> bool {
        let heads =
            ["hola", "hi", "hello", "hey", "oi", "ola", "buenas", "buenos", "bom", "boa", "good", "e", "eae"];
        let greets = self.is_all_greeting() && heads.contains(&self.head());
        let covered = self.words.iter().any(|word| LEXICON.yes.contains(word))
            && self.all_words(|word| LEXICON.yes.contains(word) || LEXICON.yes_fillers.contains(word));
        let agrees = !self.has_negation()
            || self.is_harmless_no()
            || self.any(&["como", "why"])
            || self.set.contains("por") && self.set.contains("que");
        let plainly = self.words.iter().any(|word| LEXICON.yes_core.contains(word));
        let is_how_are_you = self.all_words(|word| matches!(word, "hola" | "bien" | "que" | "tal"));
        !greets && covered && agrees && plainly && !is_how_are_you
    }

    fn denies(&self) -> bool {
        let covered = self.all_words(|word| {
            LEXICON.negations.contains(word)
                || is_deny_word(word)
                || LEXICON.yes_fillers.contains(word)
                || matches!(word, "<no>" | "quiero" | "gracias")
        });
        let says_no = self.has_negation() || self.words.iter().any(|word| is_deny_word(word));
        if covered && says_no {
            return true;
        }
        let knows = self.any(&[
            "se",
            "sei",
            "know",
            "entiendo",
            "understand",
            "hay",
            "tengo",
            "tenho",
            "soy",
            "sou",
            "estoy",
        ]);
        LEXICON.negations.contains(self.head())
            && self.words.len() <= 5
            && !self.has_amount()
            && !self.is_harmless_no()
            && self.corrected_wanted.is_empty()
            && !self.has_past_verb()
            && !knows
    }

    /// «sí, adelante con lo de ayer»: short, with a yes before it and nothing against it.
    fn short_yes(&self) -> bool {
        let heads =
            ["si", "sim", "yes", "yeah", "ok", "okay", "sip", "simon", "yep", "yup", "claro", "dale", "va"];
        let against = self.any(&[
            "stop", "para", "pare", "parar", "alto", "espera", "wait", "hold", "basta", "already", "maybe",
            "quiza", "nunca", "never", "menos", "cuanto", "how", "what", "quien", "who", "donde",
        ]);
        heads.contains(&self.head())
            && self.words.len() <= 6
            && !self.has_amount()
            && !self.has_negation()
            && !self.is_question
            && !self.holds("change")
            && !(self.set.contains("si") && guards::is_conditional(self.tokens))
            && !self.holds("help_any")
            && !self.has_past_verb()
            && !against
    }

    fn partial_transfer(&self) -> Option<Intent> {
        if self.is_blocked() || self.sends_no_money() || self.is_incoming() {
            return None;
        }
        if !self.corrected_wanted.is_empty()
            && let Some(intent) = self.commanded_partly()
        {
            return Some(intent);
        }
        if self.is_noun_transfer() || self.is_verbless_transfer() {
            return Some(Intent::Transfer);
        }
        None
    }

    fn commanded_partly(&self) -> Option<Intent> {
        if self.holds("help_any") && !self.has_amount() && self.destination.is_none() {
            return Some(Intent::Help);
        }
        let is_strong = |at: &&usize| {
            let word = word_at(self.corrected, **at);
            let stem = LEXICON.strong_verb_stems.iter().any(|stem| word.starts_with(stem));
            stem || form(word).is_some_and(|form| form.is_any(&["make", "makeinf"]))
        };
        let strong = self.corrected_wanted.iter().any(|at| is_strong(&at));
        let weak = self.corrected_wanted.iter().any(|at| !is_strong(&at));
        let names_transfer = self.words.iter().any(|word| LEXICON.transfer_nouns.contains(word));
        let names_money = names_transfer || self.words.iter().any(|word| LEXICON.money_nouns.contains(word));
        let object = self.has_unknown_object();
        let amount = self.amount.is_named();
        let someone = self.any(&["alguien", "someone", "alguem"]);
        let of_strong = strong
            && (amount
                || self.has_explicit_destination()
                || !object && (self.destination.is_some() || names_money || someone));
        let asks = self.words.iter().any(|word| LEXICON.request_words.contains(word));
        let money = |word: &str| {
            LEXICON.money_nouns.contains(word) && !matches!(word, "luz" | "renta" | "rent" | "recibo")
        };
        let of_weak = weak
            && (self.amount.value.is_some() && (self.destination.is_some() || names_transfer)
                || names_money && self.destination.is_some() && !object
                || names_money && asks && self.words.iter().any(|word| money(word)));
        (of_strong || of_weak).then_some(Intent::Transfer)
    }

    /// The first content word behind the verb is neither money nor a person: something else is sent.
    fn has_unknown_object(&self) -> bool {
        let Some(verb) = self.corrected_wanted.last().copied() else { return false };
        let skipped = [
            "algo",
            "some",
            "poco",
            "de",
            "of",
            "something",
            "alguna",
            "otra",
            "bit",
            "urgente",
            "nueva",
            "nuevo",
        ];
        let is_skipped = |token: &Token| {
            let word = token.folded.as_str();
            token.is_punct()
                || LEXICON.fillers.contains(word)
                || LEXICON.determiners.contains(word)
                || skipped.contains(&word)
        };
        let behind = self.corrected.iter().skip(verb.saturating_add(1));
        let Some(object) = behind.into_iter().find(|token| !is_skipped(token)) else { return false };
        let word = object.folded.as_str();
        let takes_person = self.language == Locale::En
            && matches!(word_at(self.corrected, verb), "pay" | "repay" | "tip" | "reimburse");
        let is_known = object.is_amount()
            || object.is_destination()
            || object.kind == Kind::Symbol
            || LEXICON.prepositions.contains(word)
            || LEXICON.money_nouns.contains(word)
            || LEXICON.transfer_nouns.contains(word)
            || matches!(word, "alguien" | "someone" | "alguem" | "all");
        !is_known && !takes_person
    }

    /// «transferencia de 500 a Ana», «nuevo pago».
    fn is_noun_transfer(&self) -> bool {
        let is_noun = |token: &Token| LEXICON.transfer_nouns.contains(token.folded.as_str());
        let Some(at) = self.corrected.iter().position(is_noun) else { return false };
        let owned = self.any(&["ya", "mis", "my", "meus", "minhas", "recibi", "llego", "received", "me"]);
        if self.has_past_verb() || self.is_question || owned {
            return false;
        }
        let asks = |word: &str| LEXICON.request_words.contains(word);
        let leads = [
            "new", "nueva", "nuevo", "nova", "novo", "otra", "otro", "another", "urgent", "urgente",
            "mandar", "hacer", "make", "do", "fazer", "quick", "quiero", "necesito", "pago",
        ];
        let led_by = self.corrected.iter().take(at).filter(|token| token.is_word()).all(|token| {
            let word = token.folded.as_str();
            LEXICON.fillers.contains(word)
                || LEXICON.determiners.contains(word)
                || leads.contains(&word)
                || asks(word)
        });
        let is_new = self.any(&["new", "nueva", "nuevo", "nova", "novo"]) && self.words.len() <= 4;
        let is_asked = self.words.iter().any(|word| asks(word)) && self.words.len() <= 6;
        led_by && (self.amount.value.is_some() || self.destination.is_some() || is_new || is_asked)
    }

    /// «1300 a mi comadre».
    fn is_verbless_transfer(&self) -> bool {
        let states = self.any(&[
            "debo", "debe", "owe", "owes", "cuesta", "costo", "vale", "es", "son", "is", "are", "was",
            "costs",
        ]);
        self.amount.value.is_some()
            && self.destination.is_some()
            && !self.is_question
            && !self.has_past_verb()
            && self.corrected.first().is_some_and(Token::is_amount)
            && self.words.len() <= 8
            && !states
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

    fn entities(&self, intent: Intent, chars: &[char], home: Region) -> Entities {
        let amount = self.amount_reading(chars);
        let currency = self.amount.currency.and_then(|code| Currency::parse(code).ok());
        // A name counts only where somebody is to be paid; digits count anywhere, as an answer.
        let destination = self
            .destination
            .clone()
            .filter(|d| intent == Intent::Transfer || d.kind != DestinationKind::Name)
            .map(|d| normalise(d, home));
        let code = self.code.clone().filter(|_| intent == Intent::VerifyCode);
        Entities { amount, currency, destination, code, concept: self.concept(intent, chars) }
    }

    /// The amount; «1.500» in Spanish with both its readings.
    fn amount_reading(&self, chars: &[char]) -> Option<AmountReading> {
        if let Some(value) = self.amount.value {
            // As it was written («150.50»), unless arithmetic left more decimals than money has.
            let value = if value.scale() > 2 { value.normalize() } else { value };
            return Some(AmountReading::Exact(value.to_string()));
        }
        if !self.amount.ambiguous {
            return None;
        }
        let mut money = self.corrected.iter().filter(|token| token.is_money());
        let (Some(only), None) = (money.next(), money.next()) else { return None };
        let text: String = chars.get(only.start..only.end)?.iter().collect();
        let number: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
        let (whole, fraction) = number.split_once(['.', ','])?;
        let is_plain = !fraction.contains(['.', ',']) && fraction.len() == 3 && !whole.is_empty();
        is_plain.then(|| AmountReading::Ambiguous {
            thousands: format!("{whole}{fraction}"),
            decimal: format!("{whole}.{}", fraction.trim_end_matches('0')).trim_end_matches('.').to_owned(),
        })
    }

    /// What for: behind «por», «concepto», "for".
    fn concept(&self, intent: Intent, chars: &[char]) -> Option<String> {
        if intent != Intent::Transfer {
            return None;
        }
        let at = self.corrected.iter().position(|token| {
            let word = token.folded.as_str();
            matches!(word, "concepto" | "motivo" | "concept") || word == "por" && self.language == Locale::Es
        })?;
        let behind = self.corrected.get(at.saturating_add(1)..)?;
        let first = behind
            .iter()
            .find(|token| token.is_word() && !matches!(token.folded.as_str(), "de" | "el" | "la"))?;
        let is_other = form_of(first).is_some()
            || LEXICON.name_stops.contains(first.folded.as_str())
            || matches!(first.folded.as_str(), "favor" | "spei" | "pix" | "transferencia" | "whatsapp");
        if is_other {
            return None;
        }
        let last = behind.iter().take_while(|token| token.is_word()).last()?;
        let words: String = chars.get(first.start..last.end)?.iter().collect();
        Some(words).filter(|words| words.chars().count() <= 60)
    }
}

/// Phones in canonical form; everything else is clean already.
fn normalise(destination: NamedDestination, home: Region) -> NamedDestination {
    if destination.kind == DestinationKind::Phone
        && let Ok(account @ AccountNumber::Phone(_)) = AccountNumber::parse(&destination.value, home)
    {
        return NamedDestination { kind: DestinationKind::Phone, value: account.canonical().to_owned() };
    }
    destination
}
