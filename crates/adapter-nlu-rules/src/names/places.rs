//! Names behind prepositions and labels: «a mi mamá», «Destinatario: Julieta», "into Okafor's account".

use super::*;

impl Finder<'_> {
    /// Every name behind a preposition or a label.
    pub(super) fn behind_prepositions(&self, language: Locale, command: Option<usize>) -> Vec<Candidate> {
        (0..self.tokens.len())
            .filter_map(|at| {
                let labelled = self.behind_label(at).and_then(|start| self.collect(start));
                if let Some((name, _)) = labelled {
                    return Some(Candidate { rank: 3, behind_command: true, at, name });
                }
                self.behind_preposition_at(at, language, command)
            })
            .collect()
    }

    fn behind_preposition_at(
        &self,
        at: usize,
        language: Locale,
        command: Option<usize>,
    ) -> Option<Candidate> {
        let word = word_at(self.tokens, at);
        let is_place = matches!(word, "en" | "na" | "no" | "em_o" | "in" | "into" | "on");
        let leads = LEXICON.name_prepositions.contains(word)
            || is_place
            || word == "for"
            || matches!(word, "con" | "with" | "com") && command.is_some_and(|at| self.settles(at));
        if !leads || !self.token(at).is_some_and(Token::is_word) {
            return None;
        }
        let behind_command = command.is_none_or(|command| at > command);
        let next = at.saturating_add(1);
        if let Some((name, _)) = self.behind_account(next).and_then(|start| self.collect(start)) {
            return Some(Candidate { rank: 3, behind_command, at, name });
        }
        let (name, end) = self.collect(next)?;
        // "into Mr Okafor's account"
        let is_account = is_place && LEXICON.account_cues.contains(word_at(self.tokens, end));
        if language == Locale::En && is_account {
            return Some(Candidate { rank: 3, behind_command: true, at, name });
        }
        if is_place || self.leads_to_no_name(at, language, command) {
            return None;
        }
        let first = self.behind_determiners(next).map_or("", |first| word_at(self.tokens, first));
        Some(Candidate { rank: Self::rank(word, first), behind_command, at, name })
    }

    /// How likely a preposition leads to the payee. «para la renta» and "for rent" hardly do.
    fn rank(preposition: &str, next: &str) -> i32 {
        let rank = match preposition {
            "a" | "al" | "to" | "pro" | "pra" | "ao" => 3,
            "para" => 2,
            "for" => 0,
            _ => 1,
        };
        let is_purpose =
            matches!(preposition, "para" | "for" | "pra" | "to") && LEXICON.concepts.contains(next);
        if is_purpose { rank - 3 } else { rank }
    }

    /// Whether a verb or an article stands where a name could: "to send", «voy a», "a friend", "to land".
    fn leads_to_no_name(&self, at: usize, language: Locale, command: Option<usize>) -> bool {
        const MOTIONS: [&str; 10] =
            ["go", "land", "get", "reach", "be", "arrive", "show", "come", "end", "have"];
        let next_at = at.saturating_add(1);
        let (word, next) = (word_at(self.tokens, at), word_at(self.tokens, next_at));
        let form = self.token(next_at).and_then(form_of);
        let is_small = !self.is_capitalised(next_at);
        let before = at.checked_sub(1).map_or("", |before| word_at(self.tokens, before));
        let is_verb = form.is_some_and(|form| form.is("inf")) && is_small
            || word == "to" && MOTIONS.contains(&next) && is_small
            || word == "to" && form.is_some_and(|form| form.is_any(&["imp", "make"]))
            || word == "a" && matches!(before, "voy" | "vas" | "va" | "ayudas" | "ayudame" | "volver");
        let commands_in_romance =
            || command.and_then(|at| self.token(at)).and_then(form_of).is_some_and(|form| !form.english);
        let is_english_article = word == "a"
            && language == Locale::En
            && !matches!(next, "mi" | "la" | "el" | "los" | "las" | "tu")
            && !commands_in_romance();
        is_verb || is_english_article
    }

    /// Whether a verb names the person with «con»: «liquida con el taller», "settle up with Harriet".
    pub(super) fn settles(&self, command: usize) -> bool {
        const STEMS: [&str; 10] =
            ["compart", "liquid", "sald", "arregl", "acert", "quit", "settl", "squar", "even", "rach"];
        let verb = word_at(self.tokens, command);
        STEMS.iter().any(|stem| verb.starts_with(stem))
    }

    /// Where the name starts behind a label, «Destinatario: Julieta», or behind an amount that is somebody's: «manda
    /// los 60 de Carol».
    pub(super) fn behind_label(&self, at: usize) -> Option<usize> {
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
                | "quien"
                | "quem"
                | "who"
                | "favorecido"
                | "recebedor"
        );
        if is_label && word_at(self.tokens, next) == ":" {
            return Some(next.saturating_add(1));
        }
        // "name's Mr Okafor"
        let is_told = word == "name" && self.token(at).is_some_and(|token| token.surface.ends_with("'s"));
        if is_told && self.is_capitalised(next) {
            return Some(next);
        }
        // «el pago del jardinero», «o pagamento do eletricista Nildo»
        let of_payment = matches!(word, "de" | "del" | "do" | "da")
            && at.checked_sub(1).is_some_and(|before| {
                matches!(
                    word_at(self.tokens, before),
                    "pago" | "pagamento" | "sueldo" | "raya" | "quincena" | "diaria"
                )
            })
            && (self.is_capitalised(next)
                || LEXICON.relations.contains(word_at(self.tokens, next))
                || LEXICON.role_nouns.contains(word_at(self.tokens, next))
                || self.is_capitalised(next.saturating_add(1)));
        if of_payment {
            return Some(next);
        }
        let amount =
            at.checked_sub(1).and_then(|before| self.token(before)).filter(|token| token.is_money())?;
        let owned = at.checked_sub(2).map_or("", |before| word_at(self.tokens, before));
        let is_owned = matches!(word, "de" | "del" | "da" | "do")
            && matches!(owned, "los" | "las" | "os" | "as" | "esos" | "the")
            && !amount.marks.excluded();
        // «los 1200 de la renta» says what for.
        let first =
            next.saturating_add(usize::from(LEXICON.determiners.contains(word_at(self.tokens, next))));
        let is_person = self.is_capitalised(first)
            || [&LEXICON.relations, &LEXICON.role_nouns, &LEXICON.titles]
                .iter()
                .any(|list| list.contains(word_at(self.tokens, first)));
        (is_owned && is_person).then_some(next)
    }

    /// Where the name starts behind «la cuenta de», «nombre de», «conta da», "the account of".
    pub(super) fn behind_account(&self, start: usize) -> Option<usize> {
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
    pub(super) fn names_another(&self, preposition: usize) -> bool {
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
}
