//! Decides whether the person asks to send money now, in a complete or an incomplete request.

use super::*;

/// Words between a verb and its object: «manda algo de …», «manda lo de siempre».
const SKIPPED: [&str; 21] = [
    "algo",
    "lo",
    "siempre",
    "sempre",
    "usual",
    "same",
    "mismo",
    "mesmo",
    "some",
    "poco",
    "de",
    "of",
    "something",
    "alguna",
    "otra",
    "bit",
    "menos",
    "minus",
    "urgente",
    "nueva",
    "nuevo",
];

impl MessageFeatures<'_> {
    /// True if a guard forbids a transfer now.
    pub(super) fn is_blocked(&self) -> bool {
        guards::blocks(self.sections, self.tokens, &self.wanted)
            || self.takes_back()
            || self.calls_another()
            || self.asks_whether()
            || guards::is_reported(self.corrected, &self.corrected_wanted)
            || !self.corrected_wanted.is_empty() && self.holds("abandon")
    }

    /// True if the thing to send is not money: «manda besos», «mándame el link».
    pub(super) fn sends_no_money(&self) -> bool {
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

    pub(super) fn is_incoming(&self) -> bool {
        if self.asks_to_be_paid() {
            return true;
        }
        let to_me = || {
            let me = |at: &usize| LEXICON.to_me_verbs.contains(word_at(self.corrected, *at));
            self.corrected_wanted.iter().any(me)
        };
        self.destination.is_none() && (self.holds("incoming") || to_me())
    }

    pub(super) fn whole_transfer(&self) -> Option<Intent> {
        let asks_balance = self.any(&["saldo", "balance"]) && self.holds("balance");
        let is_transfer = self.commands_frame()
            && !self.amount.counts
            && !self.is_blocked()
            && !self.sends_no_money()
            && !self.asks_to_be_paid()
            && !asks_balance
            && !self.holds("help_howto");
        is_transfer.then_some(Intent::Transfer)
    }

    pub(super) fn partial_transfer(&self) -> Option<Intent> {
        let calls_person = self.holds("human") && !self.has_amount();
        if self.amount.counts
            || self.is_blocked()
            || self.sends_no_money()
            || self.is_incoming()
            || calls_person
        {
            return None;
        }
        let is_missing = self.holds("notarrived") && self.corrected_wanted.is_empty();
        if is_missing {
            return None;
        }
        if self.is_form() {
            return Some(Intent::Transfer);
        }
        if !self.corrected_wanted.is_empty()
            && let Some(intent) = self.commanded_partly()
        {
            return Some(intent);
        }
        if self.is_noun_transfer() || self.is_verbless_transfer() || self.is_asked_in_own_words() {
            return Some(Intent::Transfer);
        }
        None
    }

    pub(super) fn commanded_partly(&self) -> Option<Intent> {
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

    /// True if the first content word after the verb is neither money nor a person.
    pub(super) fn has_unknown_object(&self) -> bool {
        let Some(verb) = self.corrected_wanted.last().copied() else { return false };
        let is_skipped = |token: &Token| {
            let word = token.folded.as_str();
            let is_preposition = LEXICON.prepositions.contains(word) && self.language != Locale::En;
            token.is_punct()
                || LEXICON.fillers.contains(word)
                || LEXICON.determiners.contains(word) && !is_preposition
                || SKIPPED.contains(&word)
        };
        let behind = self.corrected.iter().skip(verb.saturating_add(1));
        let Some(object) = behind.into_iter().find(|token| !is_skipped(token)) else { return false };
        let word = object.folded.as_str();
        let takes_person = self.language == Locale::En
            && matches!(word_at(self.corrected, verb), "pay" | "repay" | "tip" | "reimburse");
        let is_known = object.is_amount()
            || matches!(
                word,
                "<odd>"
                    | "<minus>"
                    | "todo"
                    | "tudo"
                    | "everything"
                    | "mitad"
                    | "metade"
                    | "half"
                    | "doble"
                    | "dobro"
                    | "double"
            )
            || object.is_destination()
            || object.kind == Kind::Symbol
            || LEXICON.prepositions.contains(word)
            || LEXICON.money_nouns.contains(word)
            || LEXICON.transfer_nouns.contains(word)
            || matches!(word, "alguien" | "someone" | "alguem" | "all");
        let names_payee = self.destination.as_ref().is_some_and(|to| {
            to.kind == DestinationKind::Name && to.value.starts_with(&object.surface.to_lowercase())
        });
        !is_known && !takes_person && !names_payee
    }

    /// True for a wish to send that names nothing yet: «transferir», «quiero mandar dinero», "payment".
    pub(super) fn is_bare_wish(&self) -> bool {
        let sends = |token: &Token| {
            let word = token.folded.as_str();
            let stem = LEXICON.strong_verb_stems.iter().any(|stem| word.starts_with(stem));
            let verb = stem && form_of(token).is_some_and(|form| form.is_any(&["imp", "inf"]));
            verb || LEXICON.transfer_nouns.contains(word) && !word.ends_with('s')
        };
        let is_filler = |token: &Token| {
            let word = token.folded.as_str();
            token.is_punct()
                || vocabulary::is_neutral(word)
                || LEXICON.request_words.contains(word)
                || LEXICON.request_gaps.contains(word)
                || LEXICON.money_nouns.contains(word)
                || matches!(
                    word,
                    "make"
                        | "do"
                        | "hacer"
                        | "fazer"
                        | "realizar"
                        | "new"
                        | "nueva"
                        | "nuevo"
                        | "nova"
                        | "novo"
                        | "otra"
                        | "otro"
                        | "another"
                )
        };
        let accented = |token: &Token| token.surface.ends_with(['é', 'ó']);
        self.tokens.iter().any(sends)
            && self.words.len() <= 6
            && !self.is_question
            && !self.tokens.iter().any(accented)
            && self.tokens.iter().all(|token| sends(token) || is_filler(token))
            && !self.any(&["me", "i_am", "ya", "you", "te"])
    }

    /// True for a form that is filled in: «Destinatario: Julieta. Monto: 480».
    fn is_form(&self) -> bool {
        let labelled = |labels: &[&str]| {
            self.corrected.windows(2).any(|pair| match pair {
                [label, sign] => {
                    (sign.folded == ":" || sign.is_amount()) && labels.contains(&label.folded.as_str())
                }
                _ => false,
            })
        };
        self.is_frame()
            && labelled(&[
                "monto",
                "cuanto",
                "quanto",
                "much",
                "cantidad",
                "importe",
                "valor",
                "amount",
                "suma",
                "total",
                "transferir",
                "enviar",
            ])
            && labelled(&[
                "destinatario",
                "quien",
                "quem",
                "who",
                "beneficiario",
                "favorecido",
                "recebedor",
                "para",
                "to",
                "recipient",
                "cuenta",
                "clabe",
                "account",
                "conta",
                "payee",
                "destino",
            ])
    }

    /// True for a request made of nouns: «transferencia de 500 a Ana», «nuevo pago».
    pub(super) fn is_noun_transfer(&self) -> bool {
        let is_noun = |token: &Token| LEXICON.transfer_nouns.contains(token.folded.as_str());
        let Some(at) = self.corrected.iter().position(is_noun) else { return false };
        let owned = self.any(&["ya", "mis", "my", "meus", "minhas", "recibi", "llego", "received", "me"]);
        let helps = self.any(&["ayudas", "ayudame", "ajuda", "help", "apoyas", "echas"]);
        let owned = owned && !helps;
        if self.has_past_verb() || self.is_question && !helps || owned || self.holds("cancel_word") {
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
                || vocabulary::is_neutral(word)
                || leads.contains(&word)
                || asks(word)
        });
        let is_new = self.any(&["new", "nueva", "nuevo", "nova", "novo"]) && self.words.len() <= 4;
        let is_asked = self.words.iter().any(|word| asks(word)) && self.words.len() <= 6;
        led_by && (self.amount.value.is_some() || self.destination.is_some() || is_new || is_asked)
    }

    /// Whether the text is a number, an amount and courtesies: «@don.tacos 60».
    fn is_only_slots(&self) -> bool {
        self.has_explicit_destination()
            && self.corrected.iter().all(|token| {
                let word = token.folded.as_str();
                token.is_punct()
                    || token.is_amount()
                    || token.is_destination()
                    || vocabulary::is_neutral(word)
                    || LEXICON.account_cues.contains(word)
                    || LEXICON.banks.contains(word)
                    || word == "clabe"
            })
    }

    /// Whether the text is a payee, an amount and courtesies: «al profe Lencho 450, gracias».
    fn begins_with_payee(&self) -> bool {
        let is_preposition = |token: &Token| LEXICON.name_prepositions.contains(token.folded.as_str());
        let Some(start) = self.corrected.iter().position(|token| !token.is_punct()) else { return false };
        if !self.corrected.get(start).is_some_and(is_preposition) {
            return false;
        }
        let Some((_, end)) = names::behind_preposition(self.corrected, start) else { return false };
        let behind = self.corrected.iter().skip(end.saturating_add(1));
        self.corrected.get(end).is_some_and(Token::is_money)
            && behind.into_iter().all(|token| token.is_punct() || vocabulary::is_neutral(&token.folded))
    }

    /// Whether the first word that isn't a courtesy or «otra vez» is an amount.
    fn begins_with_amount(&self) -> bool {
        let is_opening = |token: &&Token| {
            let word = token.folded.as_str();
            token.is_punct()
                || vocabulary::is_neutral(word)
                || matches!(
                    word,
                    "otra" | "vez" | "again" | "nuevo" | "novo" | "outra" | "nuevamente" | "now" | "porfa"
                )
        };
        self.corrected.iter().find(|token| !is_opening(token)).is_some_and(Token::is_amount)
    }

    /// True for a request without a verb: «1300 a mi comadre».
    pub(super) fn is_verbless_transfer(&self) -> bool {
        let states = self.states_debt() || self.any(&["vale", "es", "son", "is", "are", "was"]);
        self.amount.value.is_some()
            && self.destination.is_some()
            && !self.is_question
            && !self.has_past_verb()
            && (self.begins_with_amount() || self.is_only_slots() || self.begins_with_payee())
            && self.words.len() <= 8
            && !states
    }
}
