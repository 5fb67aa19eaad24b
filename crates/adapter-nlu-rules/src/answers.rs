//! Reads a text as an answer to a question of ours: it gives slots of a payment, with connectives, and nothing else.
//!
//! The reader walks over the tokens and explains each by a slot or a connective. One token that it can't explain,
//! or a question mark, and the text is no such answer.

use crate::{
    commands::form_of,
    lexicon::{CURRENCIES, LEXICON},
    names, payees,
    relative::{self, choice_at},
    tokens::{Kind, Token, word_at},
    vocabulary::{self, is_neutral},
};
use domain::messaging::intent::{AskedFor, Choice, DestinationKind, NamedDestination, RelativeAmount};

/// The slots of an answer. Amounts are read from the tokens by the caller.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) has_amount: bool,
    pub(crate) currency: Option<&'static str>,
    pub(crate) destination: Option<NamedDestination>,
    pub(crate) payee: Option<String>,
    pub(crate) concept: Option<(usize, usize)>,
    pub(crate) relative: Option<RelativeAmount>,
    pub(crate) choice: Option<Choice>,
}

impl Answer {
    fn has_slot(&self) -> bool {
        self.has_amount
            || self.currency.is_some()
            || self.destination.is_some()
            || self.payee.is_some()
            || self.concept.is_some()
            || self.relative.is_some()
            || self.choice.is_some()
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
    asked: AskedFor,
    payees: &'a [String],
    answer: Answer,
    /// «es», "it's": what follows says something, so a name behind it is no answer.
    after_copula: bool,
    after_no: bool,
}

/// The answer that a text is; `None` if a word of it is no part of an answer.
pub(crate) fn read(tokens: &[Token], asked: AskedFor, payees: &[String]) -> Option<Answer> {
    let mut reader =
        Reader { tokens, asked, payees, answer: Answer::default(), after_copula: false, after_no: false };
    let mut at = 0;
    while at < tokens.len() {
        at = reader.step(at)?;
    }
    Some(reader.answer).filter(Answer::has_slot)
}

/// Whether the question is one that the slots of a payment answer.
pub(crate) const fn takes_slots(asked: AskedFor) -> bool {
    matches!(
        asked,
        AskedFor::Amount
            | AskedFor::Destination
            | AskedFor::Choice
            | AskedFor::Confirmation
            | AskedFor::AfterRefusal
    )
}

impl Reader<'_> {
    /// Explains what starts at a token and returns the index behind it.
    fn step(&mut self, at: usize) -> Option<usize> {
        let token = self.tokens.get(at)?;
        let next = at.saturating_add(1);
        match token.kind {
            Kind::Punct => return (!matches!(token.folded.as_str(), "?" | "¿" | "/")).then_some(next),
            Kind::Destination(kind) => return self.destination(kind, &token.surface, next),
            Kind::Symbol => return None,
            _ => {}
        }
        if let Some(end) = self.concept(at) {
            return Some(end);
        }
        if let Some((relative, end)) = relative::at(self.tokens, at)
            && self.answer.relative.is_none()
            && !self.answer.has_amount
        {
            self.answer.relative = Some(relative);
            return Some(end);
        }
        if let Some((choice, end)) = self.choice(at) {
            self.answer.choice = Some(choice);
            return Some(end);
        }
        if token.is_amount() {
            return self.amount(token, next);
        }
        if !token.is_word() {
            return None;
        }
        self.word(at, token)
    }

    fn word(&mut self, at: usize, token: &Token) -> Option<usize> {
        let next = at.saturating_add(1);
        let word = token.folded.as_str();
        if let Some(end) = self.payee_place(at) {
            return Some(end);
        }
        if let Some(code) = CURRENCIES.words.get(word) {
            self.answer.currency = self.answer.currency.or(*code);
            return Some(next);
        }
        if matches!(word, "<no>" | "<doubt>") {
            return None;
        }
        let is_copula =
            matches!(word, "es" | "e" | "is" | "son" | "era" | "eran" | "sao" | "was" | "he" | "she" | "it");
        let is_command =
            form_of(token).is_some_and(|form| form.is_any(&["imp", "inf", "subj2", "make", "makeinf"]));
        let is_cue = LEXICON.account_cues.contains(word)
            || LEXICON.phone_cues.contains(word)
            || LEXICON.banks.contains(word)
            || LEXICON.transfer_nouns.contains(word)
            || matches!(word, "clabe" | "alias" | "chave" | "pix" | "nombre" | "nome" | "iban");
        if LEXICON.answer_words.contains(word) || is_copula || is_command || is_cue || is_neutral(word) {
            self.after_copula |= is_copula;
            self.after_no |= LEXICON.negations.contains(word);
            return Some(next);
        }
        self.bare_name(at)
    }

    fn amount(&mut self, token: &Token, next: usize) -> Option<usize> {
        // Asked for an account, bare digits are part of one.
        let digits = token.value.map(|value| value.to_string()).unwrap_or_default();
        let is_plain = token.surface.bytes().all(|byte| byte.is_ascii_digit());
        if self.asked == AskedFor::Destination && !token.marks.has_currency && is_plain && digits.len() >= 5 {
            return self.destination(DestinationKind::Account, &token.surface.clone(), next);
        }
        if self.answer.relative.is_some() || token.marks.time || token.marks.quantity || token.marks.reference
        {
            return None;
        }
        self.answer.has_amount = true;
        Some(next)
    }

    fn destination(&mut self, kind: DestinationKind, value: &str, next: usize) -> Option<usize> {
        let given = NamedDestination { kind, value: value.to_owned() };
        match self.answer.destination.take() {
            Some(before) if before.kind == DestinationKind::Name => self.answer.payee = Some(before.value),
            Some(before) if before != given => return None,
            _ => {}
        }
        self.answer.destination = Some(given);
        Some(next)
    }

    fn name(&mut self, name: String) -> Option<()> {
        let name = payees::closest(&name, self.payees).map_or(name, str::to_owned);
        match &self.answer.destination {
            Some(before) if before.kind == DestinationKind::Name => {
                if before.value != name {
                    return None;
                }
            }
            Some(_) => self.answer.payee = Some(name),
            None => {
                self.answer.destination = Some(NamedDestination { kind: DestinationKind::Name, value: name });
            }
        }
        Some(())
    }

    /// «a mi mamá», "to Bob", «a la cuenta de Ana», «a la cuenta».
    fn payee_place(&mut self, at: usize) -> Option<usize> {
        let word = word_at(self.tokens, at);
        if !LEXICON.name_prepositions.contains(word) && word != "for" {
            return None;
        }
        let (name, end) = names::behind_preposition(self.tokens, at)?;
        let is_money =
            LEXICON.money_nouns.contains(name.as_str()) || LEXICON.concepts.contains(name.as_str());
        if word == "for" && !payees::any_fits(&name, self.payees) || is_money {
            return None;
        }
        self.name(name)?;
        Some(end)
    }

    /// A name without a preposition: where we asked for one, or where it is a known payee's.
    fn bare_name(&mut self, at: usize) -> Option<usize> {
        if self.after_copula || self.after_no {
            return None;
        }
        let (name, end) = names::at(self.tokens, at)?;
        let is_asked = matches!(self.asked, AskedFor::Destination | AskedFor::Choice);
        let is_shaped = self.tokens.get(at..end)?.iter().all(may_be_in_name);
        let ends_well = self.tokens.get(end).is_none_or(|next| {
            next.is_punct()
                || next.is_amount()
                || next.is_destination()
                || is_neutral(&next.folded)
                    && !LEXICON.determiners.contains(next.folded.as_str())
                    && !matches!(
                        next.folded.as_str(),
                        "on" | "in" | "at" | "up" | "me" | "te" | "el" | "ella" | "i" | "you" | "yo"
                    )
        });
        (payees::any_fits(&name, self.payees) || is_asked && is_shaped && ends_well).then_some(())?;
        self.name(name)?;
        Some(end)
    }

    fn choice(&self, at: usize) -> relative::Found<Choice> {
        if self.answer.choice.is_some() {
            return None;
        }
        let found = choice_at(self.tokens, at);
        let token = self.tokens.get(at)?;
        let is_only = self.tokens.iter().filter(|token| !token.is_punct()).count() == 1;
        let is_small = token.is_amount() && !token.marks.has_currency && is_only;
        match found {
            Some((_, end)) if self.asked != AskedFor::Choice && self.has_amount_in(at, end) => None,
            Some(_) => found,
            None if self.asked == AskedFor::Choice && is_small => {
                Some((Choice::At(relative::small(&token.value?.to_string())?), at.saturating_add(1)))
            }
            None => None,
        }
    }

    fn has_amount_in(&self, from: usize, to: usize) -> bool {
        self.tokens.get(from..to).into_iter().flatten().any(Token::is_amount)
    }

    /// «con concepto renta», "for the rent": the words to the end of the clause.
    fn concept(&mut self, at: usize) -> Option<usize> {
        let mut from = at;
        while matches!(
            word_at(self.tokens, from),
            "con" | "el" | "de" | "with" | "com" | "o" | "por" | "y" | "que" | "diga" | "the" | "as"
        ) {
            from = from.saturating_add(1);
        }
        if !matches!(
            word_at(self.tokens, from),
            "concepto"
                | "concept"
                | "conceito"
                | "motivo"
                | "referencia"
                | "descripcion"
                | "descricao"
                | "memo"
                | "note"
                | "asunto"
                | "reference"
        ) {
            return None;
        }
        from = from.saturating_add(1);
        while self.tokens.get(from).is_some_and(Token::is_punct)
            || matches!(word_at(self.tokens, from), "de" | "es" | "is" | "diga" | "sea" | "e" | "que")
        {
            from = from.saturating_add(1);
        }
        let rest = self.tokens.get(from..)?;
        let count = rest.iter().take_while(|token| !token.is_punct() || token.folded == "-").count();
        let first = rest.first().filter(|_| count > 0)?;
        let end = from.saturating_add(count);
        let last = self.tokens.get(end.checked_sub(1)?)?;
        self.answer.concept = Some((first.start, last.end));
        Some(end)
    }
}

/// Whether a word can be part of a name: it is no word that people use otherwise.
pub(crate) fn may_be_in_name(token: &Token) -> bool {
    let word = token.folded.as_str();
    token.is_punct()
        || LEXICON.role_nouns.contains(word)
        || LEXICON.relations.contains(word)
        || LEXICON.titles.contains(word)
        || LEXICON.determiners.contains(word)
        || LEXICON.word_names.contains(word)
        || matches!(word, "de" | "del" | "la" | "los" | "da" | "do" | "dos" | "van" | "der" | "y" | "of")
        || !vocabulary::ordinary().contains(word) && form_of(token).is_none()
}
