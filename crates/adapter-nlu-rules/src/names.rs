//! Finds the name of a person as a destination: «a mi comadre Lupe», "pay Katy Parrow $40".

use crate::{
    commands::form_of,
    lexicon::{CURRENCIES, LEXICON},
    spelling::is_courtesy,
    tokens::{Token, fold, word_at},
    vocabulary::{is_laugh, is_neutral, ordinary},
};
use domain::locale::Locale;
use unicode_normalization::UnicodeNormalization;

/// Words in lower case inside a name: «María de la Luz», "Vincent van der Berg".
const PARTICLES: [&str; 19] = [
    "de", "del", "la", "los", "las", "da", "do", "dos", "das", "van", "der", "den", "von", "di", "du", "san",
    "al", "el", "le",
];

/// Longest name, in words.
const WORDS_MAX: usize = 5;

struct Finder<'a> {
    tokens: &'a [Token],
    all_large: bool,
}

/// A name that may be the destination. A higher rank is more likely.
struct Candidate {
    rank: i32,
    behind_command: bool,
    at: usize,
    name: String,
}

/// The name of the destination. `command` is the index of the verb that asks for the transfer.
pub(crate) fn find(tokens: &[Token], language: Locale, command: Option<usize>) -> Option<String> {
    let finder = Finder { tokens, all_large: is_all_large(tokens) };
    let candidates = finder.behind_prepositions(language, command);
    let has_strong = candidates.iter().any(|c| c.rank == 3);
    if let Some(command) = command.filter(|_| !has_strong)
        && let Some(name) = finder.direct_object(command, language)
    {
        return Some(name);
    }
    let best = |ranked: &dyn Fn(&&Candidate) -> bool| {
        candidates
            .iter()
            .filter(ranked)
            .max_by_key(|c| (c.rank, c.behind_command, std::cmp::Reverse(c.at)))
            .map(|c| c.name.clone())
    };
    if candidates.iter().any(|c| c.rank > 1 && finder.names_another(c.at)) {
        return None;
    }
    if let Some(name) = best(&|c| c.rank > 0) {
        return Some(name);
    }
    let looks_like_one = |c: &Candidate| {
        let next = c.at.saturating_add(1);
        finder.is_capitalised(next) || LEXICON.determiners.contains(word_at(tokens, next))
    };
    let any = candidates.iter().filter(|c| c.rank == 0).any(looks_like_one);
    if let Some(receiver) = finder.receiver() {
        return Some(receiver);
    }
    if let Some(subject) = command.and_then(|command| finder.subject(command)) {
        return Some(subject);
    }
    if command.is_some()
        && let Some(owed) = finder.owed()
    {
        return Some(owed);
    }
    if command.is_some() && any {
        candidates.iter().find(|c| c.rank == 0).map(|c| c.name.clone())
    } else {
        None
    }
}

/// The name that starts at a token, and the index behind it.
pub(crate) fn at(tokens: &[Token], start: usize) -> Option<(String, usize)> {
    Finder { tokens, all_large: is_all_large(tokens) }.collect(start)
}

/// The name behind a preposition, also as the owner of an account: «a mi mamá», «a la cuenta de Ana».
pub(crate) fn behind_preposition(tokens: &[Token], preposition: usize) -> Option<(String, usize)> {
    let finder = Finder { tokens, all_large: is_all_large(tokens) };
    let next = preposition.saturating_add(1);
    finder.collect(finder.behind_account(next).unwrap_or(next))
}

fn is_all_large(tokens: &[Token]) -> bool {
    let mut words = tokens.iter().filter(|t| t.is_word() && t.surface.chars().count() > 1).peekable();
    words.peek().is_some() && words.all(|t| t.surface.chars().all(|c| c.is_uppercase() || !c.is_alphabetic()))
}

/// Whether a capitalised word is no command: «Manda», «Paga» begin a sentence.
fn form_of_large(token: Option<&Token>) -> bool {
    token.and_then(form_of).is_none_or(|form| !form.is_any(&["imp", "make"]))
}

impl Finder<'_> {
    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    fn is_capitalised(&self, at: usize) -> bool {
        !self.all_large && self.token(at).is_some_and(Token::is_capitalised)
    }

    fn behind_prepositions(&self, language: Locale, command: Option<usize>) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            let word = token.folded.as_str();
            if let Some(start) = self.behind_label(at)
                && let Some((name, _)) = self.collect(start)
            {
                candidates.push(Candidate { rank: 3, behind_command: true, at, name });
                continue;
            }
            let leads = LEXICON.name_prepositions.contains(word)
                || matches!(word, "for" | "en" | "na" | "no" | "em_o" | "in" | "on")
                || matches!(word, "con" | "with" | "com") && command.is_some_and(|at| self.settles(at));
            if !token.is_word() || !leads {
                continue;
            }
            let of_account = self.behind_account(at.saturating_add(1));
            if let Some((name, _)) = of_account.and_then(|start| self.collect(start)) {
                let behind_command = command.is_none_or(|command| at > command);
                candidates.push(Candidate { rank: 3, behind_command, at, name });
                continue;
            }
            // "into Mr Okafor's account"
            if language == Locale::En
                && matches!(word, "in" | "into" | "on")
                && let Some((name, end)) = self.collect(at.saturating_add(1))
                && LEXICON.account_cues.contains(word_at(self.tokens, end))
            {
                candidates.push(Candidate { rank: 3, behind_command: true, at, name });
                continue;
            }
            if matches!(word, "en" | "na" | "no" | "em_o" | "in" | "on") {
                continue;
            }
            let next_at = at.saturating_add(1);
            let Some(next) = self.token(next_at).filter(|next| next.is_word()) else { continue };
            let form = form_of(next);
            let before = at.checked_sub(1).map_or("", |before| word_at(self.tokens, before));
            let is_motion = word == "to"
                && matches!(
                    next.folded.as_str(),
                    "go" | "land" | "get" | "reach" | "be" | "arrive" | "show" | "come" | "end" | "have"
                );
            let is_verb = form.is_some_and(|f| f.is("inf")) && !self.is_capitalised(next_at)
                || is_motion && !self.is_capitalised(next_at)
                || word == "to" && form.is_some_and(|f| f.is_any(&["imp", "make"]))
                || word == "a" && matches!(before, "voy" | "vas" | "va" | "ayudas" | "ayudame" | "volver");
            let is_english_article = word == "a"
                && language == Locale::En
                && !command.and_then(|at| self.token(at)).and_then(form_of).is_some_and(|form| !form.english)
                && !matches!(next.folded.as_str(), "mi" | "la" | "el" | "los" | "las" | "tu");
            if is_verb || is_english_article {
                continue;
            }
            let Some((name, _)) = self.collect(next_at) else { continue };
            let mut rank = match word {
                "a" | "al" | "to" | "pro" | "pra" | "ao" => 3,
                "para" => 2,
                "for" => 0,
                _ => 1,
            };
            if matches!(word, "para" | "for" | "pra" | "to")
                && LEXICON.concepts.contains(next.folded.as_str())
            {
                rank -= 3;
            }
            let behind_command = command.is_none_or(|command| at > command);
            candidates.push(Candidate { rank, behind_command, at, name });
        }
        candidates
    }

    /// Whether a verb names the person with «con»: «liquida con el taller», "settle up with Harriet".
    fn settles(&self, command: usize) -> bool {
        const STEMS: [&str; 10] = [
            "compart", "liquid", "sald", "arregl", "acert", "quit", "settl", "squar", "even", "rach",
        ];
        let verb = word_at(self.tokens, command);
        STEMS.iter().any(|stem| verb.starts_with(stem))
    }

    /// Who shall receive: «que Benito reciba 95», «que o Fabrício receba 130», "make sure Ann gets 20".
    fn receiver(&self) -> Option<String> {
        const RECEIVES: [&str; 10] = [
            "reciba", "receba", "tenga", "tenha", "cobre", "gets", "receives", "has", "reciban", "recibe",
        ];
        let verb = self.tokens.iter().position(|token| RECEIVES.contains(&token.folded.as_str()))?;
        let from = self.tokens.iter().take(verb).rposition(|token| {
            matches!(token.folded.as_str(), "que" | "sure" | "that")
        })?;
        let (name, end) = self.collect(from.saturating_add(1))?;
        (end == verb).then_some(name)
    }

    /// Where the name starts behind a label, «Destinatario: Julieta», or behind an amount that is somebody's: «manda
    /// los 60 de Carol».
    fn behind_label(&self, at: usize) -> Option<usize> {
        let word = word_at(self.tokens, at);
        let next = at.saturating_add(1);
        let is_label = matches!(
            word,
            "destinatario"
                | "beneficiario"
                | "recipient"
                | "beneficiary"
                | "payee"
                | "para"
                | "to"
                | "destino"
                | "name"
                | "nombre"
                | "nome"
                | "titular"
                | "favorecido"
                | "recebedor"
        );
        if is_label && word_at(self.tokens, next) == ":" {
            return Some(next.saturating_add(1));
        }
        let amount =
            at.checked_sub(1).and_then(|before| self.token(before)).filter(|token| token.is_money())?;
        let owned = at.checked_sub(2).map_or("", |before| word_at(self.tokens, before));
        let is_owned = matches!(word, "de" | "del" | "da" | "do")
            && matches!(owned, "los" | "las" | "os" | "as" | "esos" | "the")
            && !amount.marks.excluded();
        is_owned.then_some(next)
    }

    /// Where the name starts behind «la cuenta de», «nombre de», «conta da», "the account of".
    fn behind_account(&self, start: usize) -> Option<usize> {
        const OWNED: [&str; 14] = [
            "cuenta", "conta", "account", "tarjeta", "card", "cartao", "clabe", "nombre", "nome", "name",
            "chave", "pix", "numero", "celular",
        ];
        let mut at = start;
        let mut owned = false;
        while let Some(token) = self.token(at).filter(|token| token.is_word()) {
            let word = token.folded.as_str();
            if OWNED.contains(&word) {
                owned = true;
            } else if owned && matches!(word, "de" | "del" | "da" | "do" | "of") {
                let next = word_at(self.tokens, at.saturating_add(1));
                let again = OWNED.contains(&next) || LEXICON.account_cues.contains(next);
                return (!again).then_some(at.saturating_add(1));
            } else if !(LEXICON.determiners.contains(word) || owned && word == "a") {
                return None;
            }
            at = at.saturating_add(1);
        }
        None
    }

    /// Whether another name follows the one behind this preposition: «a Ana o a Eva», "to Bob or Alice".
    fn names_another(&self, preposition: usize) -> bool {
        let Some((_, end)) = behind_preposition(self.tokens, preposition) else { return false };
        let next = end.saturating_add(1);
        let joins = matches!(
            word_at(self.tokens, end),
            "o" | "u" | "or" | "ou" | "y" | "e" | "and" | "ni" | "no" | "not"
        );
        let begins_name = self.token(next).is_some_and(|token| {
            token.is_word()
                && (LEXICON.name_prepositions.contains(token.folded.as_str())
                    || self.is_capitalised(next) && form_of(token).is_none())
        });
        let begins_payment = self.token(next).is_some_and(Token::is_money);
        joins && (begins_name || begins_payment)
    }

    /// The person that an earlier clause is about: «el jardinero ya terminó, págale 650».
    fn subject(&self, command: usize) -> Option<String> {
        let verb = word_at(self.tokens, command);
        let object = word_at(self.tokens, command.saturating_add(1));
        let points_back =
            ["le", "les", "selo", "sela", "selos", "selas"].iter().any(|end| verb.ends_with(end))
                || matches!(object, "it" | "him" | "her" | "them");
        let has_clause = self.tokens.iter().take(command).any(|token| token.folded == ",");
        if !points_back || !has_clause {
            return None;
        }
        // «Doña Tere la de las gorditas: 115, mándaselos ya», "Hope Young: 180, send it over"
        if self.is_capitalised(0)
            && let Some((name, end)) = self.collect(0)
            && self.token(end).is_some_and(Token::is_punct)
            && self.token(end.saturating_add(1)).is_some_and(Token::is_money)
        {
            return Some(name);
        }
        let start = usize::from(LEXICON.determiners.contains(word_at(self.tokens, 0)));
        let token = self.token(start).filter(|token| token.is_word())?;
        let word = token.folded.as_str();
        let is_relation = start == 1 && LEXICON.relations.contains(word);
        // «jorje necesita 65, mándaselos»
        let needs = matches!(
            word_at(self.tokens, start.saturating_add(1)),
            "necesita" | "ocupa" | "needs" | "precisa" | "quiere" | "wants" | "pide"
        );
        let is_name = start == 0 && (token.is_capitalised() || needs) && !ordinary().contains(word);
        let is_relation = is_relation || needs && LEXICON.relations.contains(word);
        (is_relation || is_name).then(|| token.surface.to_lowercase())
    }

    /// The person that is owed: "I owe Kim 25, send it to her".
    fn owed(&self) -> Option<String> {
        let owes = self.tokens.iter().position(|token| token.folded == "owe")?;
        self.collect(owes.saturating_add(1)).map(|(name, _)| name)
    }

    /// The name right after a verb: "pay Katy Parrow $40", «paga o Seu Raimundo».
    fn direct_object(&self, command: usize, language: Locale) -> Option<String> {
        const NO_NAMES: [&str; 17] = [
            "some", "a", "an", "this", "about", "like", "money", "cash", "over", "just", "another", "only",
            "bill", "exactly", "around", "all", "it",
        ];
        let verb = self.token(command).and_then(form_of)?;
        let at = command.saturating_add(1);
        let next = self.token(at).filter(|next| next.is_word())?;
        let word = next.folded.as_str();
        let behind = word_at(self.tokens, at.saturating_add(1));
        let is_thing = LEXICON.determiners.contains(word)
            && (LEXICON.transfer_nouns.contains(behind)
                || LEXICON.concepts.contains(behind)
                || LEXICON.money_nouns.contains(behind));
        let no_name = LEXICON.transfer_nouns.contains(word)
            || LEXICON.money_nouns.contains(word)
            || NO_NAMES.contains(&word);
        let no_name = no_name && !(word == "bill" && self.is_capitalised(at));
        // «paga o Seu Raimundo», «paga a diarista»: Portuguese pays somebody without a preposition.
        let pays_somebody = language == Locale::Pt
            && word_at(self.tokens, command).starts_with("pag")
            && matches!(word, "o" | "a")
            && (self.is_capitalised(at.saturating_add(1))
                || LEXICON.relations.contains(behind)
                || LEXICON.role_nouns.contains(behind)
                || LEXICON.titles.contains(behind));
        if !(verb.english || verb.is("let") || pays_somebody) || is_thing || no_name {
            return None;
        }
        let (name, end) = self.collect(at)?;
        let ends_well = self.token(end).is_none_or(|token| {
            !token.is_word()
                || LEXICON.name_stops.contains(token.folded.as_str())
                || matches!(token.folded.as_str(), "a" | "some" | "back" | "the" | "his" | "her" | "half" | "all" | "my" | "another")
        });
        ends_well.then_some(name)
    }

    /// The name that starts at a token, and the index after it.
    fn collect(&self, start: usize) -> Option<(String, usize)> {
        let mut at = start;
        while self.token(at).is_some_and(|t| t.is_word() && LEXICON.determiners.contains(t.folded.as_str())) {
            at = at.saturating_add(1);
            self.token(at).filter(|token| token.is_word())?;
        }
        let first = at;
        let mut words: Vec<String> = Vec::new();
        let mut had_capital = false;
        while let Some(token) = self.token(at).filter(|token| token.is_word() && words.len() < WORDS_MAX) {
            let word = token.folded.as_str();
            if words.is_empty() && matches!(word, "de" | "del" | "da" | "do") {
                // «a los del taller», «a la de los tamales»
                let is_owner = at > start
                    && self.token(at.saturating_add(1)).is_some_and(|next| {
                        next.is_word() && !LEXICON.never_names.contains(next.folded.as_str())
                    });
                if is_owner {
                    return self.collect(at.saturating_add(1));
                }
                return None;
            }
            let is_of = matches!(word, "de" | "del" | "da" | "do" | "dos" | "das" | "of" | "from");
            if !words.is_empty() && is_of {
                let Some(end) = self.joined_by_of(first, at, word, &words) else { break };
                let joined = self.tokens.get(at..=end).into_iter().flatten();
                words.extend(joined.map(|token| token.surface.to_lowercase()));
                at = end.saturating_add(1);
                continue;
            }
            if LEXICON.titles.contains(word) && words.is_empty() {
                let dotted = word_at(self.tokens, at.saturating_add(1)) == ".";
                words.push(format!("{}{}", token.surface.to_lowercase(), if dotted { "." } else { "" }));
                at = at.saturating_add(1).saturating_add(usize::from(dotted));
                continue;
            }
            if words.is_empty() && LEXICON.never_names.contains(word) {
                return None;
            }
            let is_particle = PARTICLES.contains(&word);
            let is_lower_tail = had_capital && !self.is_capitalised(at) && !self.all_large && !is_particle;
            if is_lower_tail || self.ends_name(at, word, words.is_empty()) {
                break;
            }
            had_capital |= self.is_capitalised(at) && at > 0;
            let (written, end) = self.whole_word(at, token);
            words.push(written);
            at = end;
        }
        if self.is_anybody(start, first, &words) {
            return None;
        }
        if let Some(owner) = words.last_mut() {
            // "into Okafor's account"
            if let Some(name) = owner.strip_suffix("'s") {
                *owner = name.to_owned();
            }
        }
        let only_title = words.len() == 1
            && words.first().is_some_and(|w| matches!(fold(w).as_str(), "mr" | "mrs" | "sr" | "dr"));
        (!words.is_empty() && !only_title).then(|| (words.join(" "), at))
    }

    /// «un amigo», "a friend": somebody, but nobody in particular.
    fn is_anybody(&self, start: usize, first: usize, words: &[String]) -> bool {
        const ANYBODY: [&str; 7] = ["friend", "amigo", "amiga", "person", "persona", "pessoa", "conocido"];
        let article =
            first.checked_sub(1).filter(|before| *before >= start).map(|at| word_at(self.tokens, at));
        matches!(article, Some("a" | "an" | "un" | "una" | "um" | "uma"))
            && matches!(words, [only] if ANYBODY.contains(&only.as_str()))
    }

    /// A word of a name with all that is written to it: «Mary-Jane», «Ma.», «J.R.».
    fn whole_word(&self, start: usize, token: &Token) -> (String, usize) {
        let mut written: String = token.surface.to_lowercase().nfc().collect();
        let mut end = token.end;
        let mut at = start.saturating_add(1);
        while let Some(sign) = self.token(at).filter(|sign| sign.is_punct() && sign.start == end) {
            let next =
                self.token(at.saturating_add(1)).filter(|next| next.is_word() && next.start == sign.end);
            match (sign.folded.as_str(), next) {
                ("-", Some(next)) => {
                    written.push('-');
                    written.extend(next.surface.to_lowercase().nfc());
                    end = next.end;
                    at = at.saturating_add(2);
                }
                (".", _) if token.surface.chars().count() <= 2 && token.is_capitalised() => {
                    let goes_on = self.token(at.saturating_add(1)).is_some_and(|next| {
                        next.is_word()
                            && (next.is_capitalised() || matches!(next.folded.as_str(), "de" | "del" | "la"))
                    });
                    if !goes_on {
                        break;
                    }
                    written.push('.');
                    end = sign.end;
                    at = at.saturating_add(1);
                }
                _ => break,
            }
        }
        (written, at)
    }

    fn ends_name(&self, at: usize, word: &str, is_first: bool) -> bool {
        let capitalised = self.is_capitalised(at);
        let owned = at
            .checked_sub(1)
            .is_some_and(|before| LEXICON.determiners.contains(word_at(self.tokens, before)));
        let nickname = is_first
            && (matches!(word, "bro" | "guy" | "man" | "wey")
                || LEXICON.relations.contains(word)
                || owned && !LEXICON.never_names.contains(word));
        // «Incorporadora Vale», «Refaccionaria El Tornillo»
        let follows_large = at.checked_sub(1).is_some_and(|before| self.is_capitalised(before));
        let closes = |word: &str| {
            is_courtesy(word)
                || LEXICON.future_words.contains(word)
                || matches!(
                    word,
                    "hoy" | "ahora" | "now" | "today" | "hoje" | "ok" | "por" | "y" | "and" | "e" | "para" | "to" | "a"
                        | "si" | "no" | "ya" | "pra" | "pro" | "thanks" | "for" | "favor" | "saludos" | "vale" | "bye"
                )
        };
        let is_surname = !is_first && capitalised && follows_large && !closes(word) && form_of_large(self.token(at));
        if is_surname {
            return false;
        }
        // «Refaccionaria El Tornillo»
        let goes_on = !is_first && capitalised && PARTICLES.contains(&word) && self.is_capitalised(at.saturating_add(1));
        if goes_on {
            return false;
        }
        is_laugh(word)
            || is_courtesy(word)
            || word.starts_with('<')
            || is_neutral(word) && !nickname && !(is_first && capitalised && word.len() > 2)
            || LEXICON.name_stops.contains(word) && !nickname
            || LEXICON.future_words.contains(word)
            || !is_first && word == "y"
            || CURRENCIES.is_word(word) && !capitalised
            || self.token(at).and_then(form_of).is_some_and(|f| f.is_any(&["imp", "inf", "ger", "make", "makeinf", "subj2"]))
                && !capitalised
            || matches!(word, "transfer" | "payment" | "reais")
            || !is_first && LEXICON.never_names.contains(word) && !capitalised
    }

    /// Where a name goes on after «de»: «la muchacha del aseo», «María de la Luz».
    fn joined_by_of(&self, first: usize, at: usize, of: &str, words: &[String]) -> Option<usize> {
        let mut next = at.saturating_add(1);
        if of == "de" && matches!(word_at(self.tokens, next), "la" | "las" | "los" | "el") {
            next = next.saturating_add(1);
        }
        let token = self.token(next).filter(|token| token.is_word())?;
        let head = words.first().map(|word| fold(word)).unwrap_or_default();
        let is_relation = LEXICON.relations.contains(head.as_str()) && self.is_capitalised(next);
        let is_role = is_relation
            || LEXICON.role_nouns.contains(head.as_str())
            || LEXICON.role_nouns.contains(word_at(self.tokens, first));
        let by_role = is_role && of != "from" && !LEXICON.name_stops.contains(token.folded.as_str());
        let by_case = self.is_capitalised(first) && self.is_capitalised(next) && of != "of" && of != "from";
        (by_role || by_case).then_some(next)
    }
}
