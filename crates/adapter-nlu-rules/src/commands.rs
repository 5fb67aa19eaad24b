//! Finds the verbs that command something now, and tells which of them are negated.

use crate::{
    lexicon::LEXICON,
    tokens::{Token, word_at},
    verbs::{Form, form},
};
use domain::locale::Locale;
use std::collections::HashSet;

/// A verb that commands something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// Index of the verb's token.
    pub(crate) at: usize,
    /// True: the person asks for it. False: the person asks not to do it.
    pub(crate) wanted: bool,
}

/// The verb form of a token. `None` for every other word.
pub(crate) fn form_of(token: &Token) -> Option<&'static Form> {
    if token.is_word() { form(&token.folded) } else { None }
}

/// True if the verb is in the past. Folding merges «mande» and «mandé», so the text as written decides.
pub(crate) fn is_past(tokens: &[Token], at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    let Some(form) = form_of(token) else { return false };
    let word = token.folded.as_str();
    if form.is("past") {
        // "put", "hit": the past looks like the command, and the subject tells.
        const SUBJECTS: [&str; 8] = ["i", "you", "he", "she", "we", "they", "it", "just"];
        let same = form.is("imp") && form.english;
        return !same || at.checked_sub(1).is_some_and(|before| SUBJECTS.contains(&word_at(tokens, before)));
    }
    if !form.is("pastacc") {
        return false;
    }
    if token.surface.to_lowercase().ends_with(['é', 'ó', 'í', 'ú', 'á']) {
        return true;
    }
    if !form.is("imp") && word.ends_with('o') && !form.is("pres1") {
        return !LEXICON.transfer_nouns.contains(word);
    }
    let before = at.checked_sub(1).map_or("", |before| word_at(tokens, before));
    let after_clitic =
        matches!(before, "le" | "les" | "ya" | "yo" | "me" | "te" | "lo" | "se" | "los" | "las");
    let near_que = tokens.get(at.saturating_sub(3)..at).unwrap_or_default().iter().any(|t| t.folded == "que");
    let is_noun_like =
        matches!(word, "pago" | "mando" | "deposito" | "envio") && matches!(before, "ya" | "me");
    after_clitic && !near_que && (word.ends_with('e') || is_noun_like)
}

/// Words before an infinitive that postpone the action, or only ask about it.
const NOT_NOW: [&str; 22] = [
    "voy", "vas", "iba", "vou", "vai", "ia", "antes", "para", "sin", "como", "how", "before", "tengo",
    "tenho", "teng", "tenia", "hay", "debo", "despues", "de", "cuando", "when",
];

/// Words that make the infinitive a request even after a word of [`NOT_NOW`].
const STILL: [&str; 9] =
    ["amable", "ayudas", "ayudame", "favor", "puedes", "podrias", "quiero", "haces", "vas"];

/// A verb and the words around it.
struct Around<'a> {
    tokens: &'a [Token],
    at: usize,
    word: &'a str,
    form: &'static Form,
    /// The words between the start of the clause and the verb.
    clause: Vec<&'a str>,
    /// The words among the six tokens before the verb, without punctuation.
    back: Vec<&'a str>,
    before: &'a str,
    language: Locale,
}

impl<'a> Around<'a> {
    fn new(tokens: &'a [Token], at: usize, form: &'static Form, language: Locale) -> Self {
        let clause_end =
            |token: &&Token| token.is_punct() && ",;.!?:¿¡\"()[]".contains(token.folded.as_str());
        let head = tokens.get(..at).unwrap_or_default();
        let start = head.iter().rposition(|token| clause_end(&token)).map_or(0, |end| end.saturating_add(1));
        let word_of = |token: &'a Token| token.folded.as_str();
        Self {
            tokens,
            at,
            word: word_at(tokens, at),
            form,
            clause: head.iter().skip(start).map(word_of).collect(),
            back: head
                .iter()
                .skip(at.saturating_sub(6))
                .filter(|token| !token.is_punct())
                .map(word_of)
                .collect(),
            before: at.checked_sub(1).map_or("", |before| word_at(tokens, before)),
            language,
        }
    }

    fn last_of<'b>(words: &'b [&'a str], n: usize) -> &'b [&'a str] {
        words.get(words.len().saturating_sub(n)..).unwrap_or_default()
    }

    fn near(&self, n: usize, wanted: &[&str]) -> bool {
        Self::last_of(&self.back, n).iter().any(|word| wanted.contains(word))
    }

    fn back_asks(&self) -> bool {
        self.back.iter().any(|word| LEXICON.request_words.contains(word))
    }

    fn transfer_noun_follows(&self) -> bool {
        let from = self.at.saturating_add(1);
        let next = self.tokens.get(from..self.tokens.len().min(from.saturating_add(4))).unwrap_or_default();
        next.iter()
            .any(|t| LEXICON.transfer_nouns.contains(t.folded.as_str()) || t.folded.starts_with("deposit"))
    }

    fn is_negated(&self) -> bool {
        let near = Self::last_of(&self.clause, 4);
        let negated = near.iter().any(|word| LEXICON.negations.contains(word))
            || near.windows(2).any(|pair| matches!(pair, ["nada" | "deja" | "dejen" | "para", "de"]));
        let last = self.clause.last().copied().unwrap_or_default();
        let idiom = ["worries", "problem", "pedo", "hay", "problema"];
        let is_idiom = self.clause.contains(&"no") && self.clause.iter().any(|word| idiom.contains(word));
        // «no preguntes y manda 200»: a command behind «y» isn't negated; Spanish negates with another form.
        let joined = near.iter().rposition(|word| matches!(*word, "y" | "e"));
        let is_new = self.form.romance
            && self.form.is("imp")
            && !self.form.is("subj2")
            && !self.form.english
            && joined.is_some_and(|at| !near.iter().skip(at).any(|word| LEXICON.negations.contains(word)));
        if is_new {
            return false;
        }
        // «300 no, manda 200»: the negation belongs to the amount.
        let belongs_to_amount = self.clause.contains(&"<amt>") && matches!(last, "no" | "nao");
        negated && !matches!(last, "mejor" | "better") && !is_idiom && !belongs_to_amount
    }

    /// Returns whether the verb commands, and whether it is negated.
    fn judge(&self) -> (bool, bool) {
        let mut negated = self.is_negated();
        let form = self.form;
        let commands = if form.is_any(&["imp", "make"]) {
            let amount_follows = self.tokens.get(self.at.saturating_add(1)).is_some_and(Token::is_money);
            if form.is("make") && !self.transfer_noun_follows() && !amount_follows {
                return (false, negated);
            }
            let english = form.english && (!form.romance || self.language == Locale::En);
            let romance = form.romance && !(form.english && self.language == Locale::En);
            let mut commands = true;
            if english {
                commands = self.english_imperative(&mut negated);
            }
            if romance {
                commands = commands && self.romance_imperative();
            }
            commands
        } else if form.is_any(&["inf", "makeinf"]) {
            if form.is("makeinf") && !self.transfer_noun_follows() {
                return (false, negated);
            }
            self.infinitive()
        } else if form.is("ger") {
            // «me colabora girándole 45 a Yeimi», «ayúdame pasándole 50»
            const HELPS: [&str; 12] = [
                "colabora",
                "colaboras",
                "colaborame",
                "colabore",
                "ayuda",
                "ayudas",
                "ayudame",
                "apoya",
                "apoyas",
                "apoyame",
                "ayudeme",
                "regala",
            ];
            self.near(2, &HELPS)
        } else if form.is("pres2") {
            self.polite_question(&mut negated)
        } else if form.is("arrive") {
            // «que le lleguen 40 a mi tía»
            matches!(self.before, "le" | "les") && self.back.first() == Some(&"que")
        } else if form.is("let") {
            let rest = self.tokens.get(self.at..).unwrap_or_default();
            self.clause.iter().all(|word| LEXICON.fillers.contains(word))
                && rest.iter().any(|t| t.folded == "have")
        } else if form.is("subj2") {
            negated || self.back.contains(&"que") && self.back_asks()
        } else {
            false
        };
        (commands || self.negated_wish(negated), negated)
    }

    fn english_imperative(&self, negated: &mut bool) -> bool {
        let mut commands = true;
        let before = self.before;
        if LEXICON.english_no_command_before.contains(before)
            || matches!(before, "ll" | "wont" | "id" | "going")
        {
            let asked = Self::last_of(&self.back, 5);
            let asked = asked.get(..asked.len().saturating_sub(1)).unwrap_or_default();
            let clause_has = |wanted: &[&str]| self.clause.iter().any(|word| wanted.contains(word));
            commands = match before {
                "to" => {
                    asked.iter().any(|word| LEXICON.request_words.contains(word))
                        && !asked.iter().any(|word| matches!(*word, "do" | "what" | "how" | "steps"))
                }
                "you" => clause_has(&["can", "could", "would", "will"]),
                "not" | "never" => {
                    *negated = true;
                    true
                }
                _ => false,
            };
        }
        let is_noun = matches!(self.word, "transfer" | "wire" | "deposit" | "payment")
            && matches!(before, "new" | "a" | "the" | "my" | "urgent" | "this");
        commands && !is_noun
    }

    fn romance_imperative(&self) -> bool {
        let (word, before, form) = (self.word, self.before, self.form);
        // «o moço da pamonha»
        let is_contraction = word == "da"
            && self.language == Locale::Pt
            && self.tokens.get(self.at).is_some_and(|token| !token.surface.to_lowercase().ends_with('á'))
            && self.at > 0;
        if is_contraction {
            return false;
        }
        let ends = ["le", "lo", "la", "es", "as"].iter().any(|ending| word.ends_with(ending));
        let clitics = ["me", "te", "se", "nos", "quien", "lo", "la"];
        if clitics.contains(&before) && self.language != Locale::Pt && !ends && !self.back_asks() {
            return false;
        }
        let earlier = self.back.get(..self.back.len().saturating_sub(1)).unwrap_or_default();
        let asks_earlier = earlier.iter().any(|word| LEXICON.request_words.contains(word));
        let begins_with_que = self.back.first() == Some(&"que");
        if matches!(before, "le" | "les")
            && !form.is_any(&["subj2", "pres2"])
            && !asks_earlier
            && !begins_with_que
        {
            return false;
        }
        let subjects =
            ["quem", "que", "como", "cuando", "quien", "donde", "cuanto", "eu", "ele", "ela", "yo", "nadie"];
        if subjects.contains(&before) && !(before == "que" && self.back_asks()) {
            return false;
        }
        let is_noun = matches!(word, "paga" | "envia" | "manda" | "pasa" | "tira")
            && matches!(before, "la" | "mi" | "una" | "de");
        let is_future = matches!(before, "voy" | "va" | "vou" | "vai" | "van");
        let needs_amount = matches!(word, "pon" | "mete" | "da" | "dale" | "dele" | "put" | "pasa");
        !is_noun && !is_future && (!needs_amount || self.tokens.iter().any(Token::is_amount))
    }

    fn infinitive(&self) -> bool {
        if self.back == ["hay", "que"] {
            return true;
        }
        let core = self
            .clause
            .iter()
            .any(|word| !LEXICON.fillers.contains(word) && !LEXICON.request_gaps.contains(word));
        let head = self.clause.iter().rev().find(|word| !LEXICON.request_gaps.contains(*word));
        let asked = head.is_some_and(|word| LEXICON.request_words.contains(word))
            || Self::last_of(&self.back, 4).iter().any(|word| LEXICON.request_words.contains(word));
        let polite = head.is_some_and(|word| matches!(*word, "seria" | "amable"));
        if !(asked || polite || !core) {
            return false;
        }
        if self.near(3, &NOT_NOW) && !self.near(4, &STILL) {
            return false;
        }
        let behind = matches!(self.before, "para" | "pra" | "de" | "sin" | "por" | "antes");
        if behind && !self.near(4, &["amable", "favor", "paro", "favorcito"]) {
            return false;
        }
        let penultimate = self.back.len().checked_sub(2).and_then(|at| self.back.get(at));
        let asks_whether = self.near(3, &["puedo", "posso", "podemos"])
            || penultimate == Some(&"se")
            || self.before == "puede" && penultimate == Some(&"se");
        !asks_whether
    }

    /// A request in the form of a question: «¿Le mandas 340 a Lupe?»
    fn polite_question(&self, negated: &mut bool) -> bool {
        let penultimate = self.back.len().checked_sub(2).and_then(|at| self.back.get(at)).copied();
        let open =
            penultimate.is_none_or(|word| LEXICON.fillers.contains(word) || matches!(word, "porfa" | "no"));
        let commands = (matches!(self.before, "le" | "les" | "me") && open || self.clause.is_empty())
            && !self.back.contains(&"quien");
        if commands && self.near(2, &["no"]) {
            *negated = self.before != "me";
        }
        commands
    }

    /// A request not to act, in a form that is no command: «no le mandes nada», "I don't want to send".
    fn negated_wish(&self, negated: bool) -> bool {
        const OTHERS: [&str; 16] = [
            "puedo", "can", "voy", "vou", "deja", "deixa", "could", "consigo", "pude", "i", "ha", "he",
            "would", "quien", "podido", "has",
        ];
        negated
            && self.form.is_any(&["imp", "inf", "subj2", "make", "makeinf", "pres2"])
            && !self.back.iter().any(|word| OTHERS.contains(word))
    }
}

/// All commands of a text, wanted and negated, in order.
pub(crate) fn commands(tokens: &[Token], language: Locale) -> Vec<Command> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(form) = form_of(token) else { continue };
        if is_past(tokens, at) {
            continue;
        }
        let (commands, negated) = Around::new(tokens, at, form, language).judge();
        if commands {
            found.push(Command { at, wanted: !negated });
        }
    }
    found
}

/// The token indexes of the commands that are wanted.
pub(crate) fn wanted(commands: &[Command]) -> Vec<usize> {
    commands.iter().filter(|command| command.wanted).map(|command| command.at).collect()
}

/// The folded words of a text, without punctuation.
pub(crate) fn words_of(tokens: &[Token]) -> Vec<&str> {
    tokens.iter().filter(|token| !token.is_punct()).map(|token| token.folded.as_str()).collect()
}

pub(crate) fn set_of<'a>(words: &[&'a str]) -> HashSet<&'a str> {
    words.iter().copied().collect()
}
