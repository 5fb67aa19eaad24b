//! The words of one name, from its first to its last.

use super::*;

impl Finder<'_> {
    /// The name that starts at a token, and the index after it.
    pub(super) fn collect(&self, start: usize) -> Option<(String, usize)> {
        let first = self.behind_determiners(start)?;
        let mut at = first;
        let mut words: Vec<String> = Vec::new();
        let mut titles = 0_usize;
        let mut had_capital = false;
        while let Some(token) =
            self.token(at).filter(|token| words.len() < WORDS_MAX && self.is_of_name(at, token))
        {
            let word = token.folded.as_str();
            if words.is_empty() && matches!(word, "de" | "del" | "da" | "do") {
                return self.owner(at).filter(|_| at > start);
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
                titles = titles.saturating_add(1);
                continue;
            }
            if words.is_empty() && (LEXICON.never_names.contains(word) || self.is_verbal(at, word)) {
                return None;
            }
            let joined = if words.is_empty() { 0 } else { self.joined(at, word, &words) };
            if joined > 0 {
                let parts = self.tokens.iter().skip(at).take(joined);
                words.extend(parts.map(|part| part.surface.to_lowercase()));
                at = at.saturating_add(joined);
                continue;
            }
            let is_particle = PARTICLES.contains(&word);
            let is_lower_tail = had_capital && !self.is_capitalised(at) && !self.all_large && !is_particle;
            if is_lower_tail || self.ends_name(at, word, words.len() == titles) {
                break;
            }
            had_capital |= self.is_capitalised(at) && at > 0;
            let (written, end) = self.whole_word(at, token);
            words.push(written);
            at = end;
        }
        let only_title = words.len() == 1
            && words.first().is_some_and(|w| matches!(fold(w).as_str(), "mr" | "mrs" | "sr" | "dr"));
        if words.is_empty() || only_title || self.is_anybody(start, first, &words) {
            return None;
        }
        // "into Okafor's account"
        let name = words.join(" ");
        Some((name.strip_suffix("'s").map_or(name.clone(), str::to_owned), at))
    }

    /// How many tokens go on with a name that has begun, as one of its fixed parts: "sister in law", «Garza y Cía»,
    /// «Tacos 3 Hermanos», «la ferretería el tornillo».
    fn joined(&self, at: usize, word: &str, words: &[String]) -> usize {
        let next = at.saturating_add(1);
        let head = words.first().map(|head| fold(head)).unwrap_or_default();
        let names_shop = words.len() == 1
            && matches!(word, "el" | "la" | "los" | "las")
            && LEXICON.shops.contains(head.as_str())
            && self.token(next).is_some_and(|token| {
                token.is_word()
                    && !LEXICON.name_stops.contains(token.folded.as_str())
                    && form_of(token).is_none()
            });
        let is_in_law = word == "in" && word_at(self.tokens, next) == "law";
        let is_joint = self.token(at).is_some_and(|token| self.is_joint(at, token));
        if is_in_law || names_shop || is_joint || self.is_firm(at, word) { 2 } else { 0 }
    }

    /// Whether a small word looks like an infinitive or a gerund: «a deber», «devendo».
    fn is_verbal(&self, at: usize, word: &str) -> bool {
        let led = at.checked_sub(1).map_or("", |before| word_at(self.tokens, before));
        let is_led = matches!(led, "a" | "de" | "para" | "estoy" | "to" | "estou" | "voy");
        let ends = |end: &[&str]| end.iter().any(|end| word.ends_with(end));
        word.len() >= 5
            && !self.is_capitalised(at)
            && !LEXICON.relations.contains(word)
            && !LEXICON.role_nouns.contains(word)
            && is_led
            && (ends(&["ando", "endo", "iendo", "indo"])
                || matches!(led, "a" | "voy")
                    && matches!(word, "deber" | "dever" | "gastar" | "comer" | "comprar" | "cobrar"))
    }

    /// The place of the first word behind articles and possessives.
    pub(super) fn behind_determiners(&self, start: usize) -> Option<usize> {
        let mut at = start;
        while self.token(at).is_some_and(|t| t.is_word() && LEXICON.determiners.contains(t.folded.as_str())) {
            at = at.saturating_add(1);
            self.token(at).filter(|token| token.is_word())?;
        }
        Some(at)
    }

    /// Whether a token may stand in a name: a word, «&», and a number between large words («Tacos 3 Hermanos»).
    fn is_of_name(&self, at: usize, token: &Token) -> bool {
        token.is_word() || self.is_joint(at, token)
    }

    fn is_joint(&self, at: usize, token: &Token) -> bool {
        let is_large = |at: usize| self.is_capitalised(at);
        (token.kind == Kind::Number || token.folded == "&")
            && at.checked_sub(1).is_some_and(is_large)
            && is_large(at.saturating_add(1))
    }

    /// «Garza y Cía», "Bright and Sons".
    fn is_firm(&self, at: usize, word: &str) -> bool {
        const FIRMS: [&str; 16] = [
            "cia",
            "hijos",
            "hijas",
            "hermanos",
            "hnos",
            "asociados",
            "sons",
            "co",
            "filhos",
            "irmaos",
            "daughters",
            "company",
            "partners",
            "hijo",
            "sucesores",
            "associados",
        ];
        matches!(word, "y" | "e" | "and") && FIRMS.contains(&word_at(self.tokens, at.saturating_add(1)))
    }

    /// The name behind an «of» without a head: «a los del taller», «a la de los tamales».
    fn owner(&self, of: usize) -> Option<(String, usize)> {
        let next = of.saturating_add(1);
        let is_name = self
            .token(next)
            .is_some_and(|next| next.is_word() && !LEXICON.never_names.contains(next.folded.as_str()));
        if is_name { self.collect(next) } else { None }
    }

    /// «un amigo», "a friend": somebody, but nobody in particular.
    pub(super) fn is_anybody(&self, start: usize, first: usize, words: &[String]) -> bool {
        const ANYBODY: [&str; 7] = ["friend", "amigo", "amiga", "person", "persona", "pessoa", "conocido"];
        let article =
            first.checked_sub(1).filter(|before| *before >= start).map(|at| word_at(self.tokens, at));
        matches!(article, Some("a" | "an" | "un" | "una" | "um" | "uma"))
            && matches!(words, [only] if ANYBODY.contains(&only.as_str()))
    }

    /// A word of a name with all that is written to it: «Mary-Jane», «Ma.», «J.R.».
    pub(super) fn whole_word(&self, start: usize, token: &Token) -> (String, usize) {
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

    pub(super) fn ends_name(&self, at: usize, word: &str, is_first: bool) -> bool {
        let capitalised = self.is_capitalised(at);
        let owned = at
            .checked_sub(1)
            .is_some_and(|before| LEXICON.determiners.contains(word_at(self.tokens, before)));
        let nickname = is_first
            && (matches!(word, "bro" | "guy" | "man" | "wey")
                || LEXICON.relations.contains(word)
                || owned && !LEXICON.never_names.contains(word) && !is_neutral(word));
        if !is_first && self.is_surname(at, word) {
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
            || self
                .token(at)
                .and_then(form_of)
                .is_some_and(|f| f.is_any(&["imp", "inf", "ger", "make", "makeinf", "subj2"]))
                && !capitalised
            || matches!(word, "transfer" | "payment" | "reais")
            || !is_first && LEXICON.never_names.contains(word) && !capitalised
    }

    /// Whether a large word goes on with a name of large words: «Incorporadora Vale», «Refaccionaria El Tornillo».
    fn is_surname(&self, at: usize, word: &str) -> bool {
        const CLOSE: [&str; 24] = [
            "hoy", "ahora", "now", "today", "hoje", "ok", "por", "y", "and", "e", "para", "to", "a", "si",
            "no", "ya", "pra", "pro", "thanks", "for", "favor", "saludos", "bye", "gracias",
        ];
        let follows_large = at.checked_sub(1).is_some_and(|before| self.is_capitalised(before));
        let closes = is_courtesy(word)
            || LEXICON.future_words.contains(word)
            || CLOSE.contains(&word)
            || is_laugh(word);
        let commands = self.token(at).and_then(form_of).is_some_and(|form| form.is_any(&["imp", "make"]));
        let is_joint = PARTICLES.contains(&word) && self.is_capitalised(at.saturating_add(1));
        self.is_capitalised(at) && (is_joint || follows_large && !closes && !commands)
    }

    /// Where a name goes on after «de»: «la muchacha del aseo», «María de la Luz».
    pub(super) fn joined_by_of(&self, first: usize, at: usize, of: &str, words: &[String]) -> Option<usize> {
        let mut next = at.saturating_add(1);
        if of == "de" && matches!(word_at(self.tokens, next), "la" | "las" | "los" | "el") {
            next = next.saturating_add(1);
        }
        let token = self.token(next).filter(|token| token.is_word())?;
        let head = words.first().map(|word| fold(word)).unwrap_or_default();
        let is_relation = LEXICON.relations.contains(head.as_str()) && self.is_capitalised(next);
        let is_role = is_relation
            || LEXICON.role_nouns.contains(head.as_str())
            || LEXICON.shops.contains(head.as_str())
            || LEXICON.titles.contains(head.trim_end_matches('.'))
            || LEXICON.role_nouns.contains(word_at(self.tokens, first));
        let by_role = is_role && of != "from" && !LEXICON.name_stops.contains(token.folded.as_str());
        let is_large =
            self.is_capitalised(first) || at.checked_sub(1).is_some_and(|before| self.is_capitalised(before));
        let by_case = is_large && self.is_capitalised(next) && of != "of" && of != "from";
        (by_role || by_case).then_some(next)
    }
}
