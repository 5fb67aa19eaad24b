//! Requests in words that the grammar doesn't know, and what tells them from sentences that only speak of money.

use super::*;

/// How sure the model must be of a request in words that the grammar doesn't know: to a name, and to a number,
/// which people hardly write for another reason.
const OWN_WORDS: f32 = 0.6;
const OWN_WORDS_TO_NUMBER: f32 = 0.15;
/// The same where the first word looks like a command with its pronoun: «retáchale 130 a Susy».
const OWN_COMMAND: f32 = 0.3;

impl MessageFeatures<'_> {
    /// True for a question about one's own possibilities: "can I still send Anthony 4,000 today?"
    pub(super) fn asks_whether(&self) -> bool {
        let amount = self.tokens.iter().position(Token::is_money).unwrap_or(0);
        let asks =
            self.tokens.iter().rposition(|token| token.folded == "?").is_some_and(|sign| sign > amount);
        self.holds("asks_whether_first")
            || self.holds("asks_whether") && (asks || !self.is_question && self.holds("limits"))
    }

    /// True if the money shall come to the person: «deposítame los 350, mi clabe es …», "zelle me the 30".
    pub(super) fn asks_to_be_paid(&self) -> bool {
        let to_me = |at: &usize| {
            let verb = word_at(self.corrected, *at);
            let before = at.checked_sub(1).map_or("", |before| word_at(self.corrected, before));
            LEXICON.to_me_verbs.contains(verb)
                || word_at(self.corrected, at.saturating_add(1)) == "me"
                || before == "me" && self.language == Locale::Pt
        };
        self.names_own_account() && self.corrected_wanted.iter().any(to_me)
    }

    /// Whether the text names the person's own account: «mi clabe», "to my number", «na minha conta».
    pub(super) fn names_own_account(&self) -> bool {
        const ACCOUNTS: [&str; 14] = [
            "clabe", "cuenta", "number", "numero", "pix", "account", "chave", "zelle", "venmo", "alias",
            "tarjeta", "cashapp", "conta", "celular",
        ];
        let words = || std::iter::once(&"").chain(&self.words);
        words().zip(&self.words).zip(self.words.iter().skip(1)).any(|((before, own), account)| {
            let is_source = matches!(*before, "de" | "from" | "da" | "desde");
            matches!(*own, "mi" | "my" | "meu" | "minha") && ACCOUNTS.contains(account) && !is_source
        })
    }

    /// True for a request in words of its own: amount and payee are read by the grammar, nothing speaks against a
    /// payment now, and to the model the text sounds like a request («a Ana que le caigan 70»). The card asks.
    pub(super) fn is_asked_in_own_words(&self) -> bool {
        self.amount.value.is_some()
            && self.destination.is_some()
            && !self.has_negated
            && !self.has_past_verb()
            && !self.states_debt()
            && !self.measures()
            && !self.holds("incoming")
            && !self.sounds_past()
            && !self.names_own_account()
            && (!self.is_question || self.asks_us())
            && !self.says_yes_first()
            && !self.holds("help_howto")
            && !self.holds("report_strong")
            && self.opinion(Intent::Transfer) >= self.least_opinion()
    }

    /// How sure the model must be.
    fn least_opinion(&self) -> f32 {
        let first = self.words.iter().find(|word| !vocabulary::is_neutral(word)).copied().unwrap_or_default();
        let commands = ["ale", "ele", "ile", "ales", "eles", "iles", "alo", "elo"];
        if self.has_explicit_destination() {
            OWN_WORDS_TO_NUMBER
        } else if first.len() >= 6 && commands.iter().any(|end| first.ends_with(end)) {
            OWN_COMMAND
        } else {
            OWN_WORDS
        }
    }

    /// Whether the text says what is owed, or what something costs, and commands nothing.
    pub(super) fn states_debt(&self) -> bool {
        self.corrected_wanted.is_empty()
            && self.any(&[
                "debo", "debe", "deben", "debia", "devia", "owed", "owe", "owes", "cuesta", "costo", "costs",
                "devo", "deve",
            ])
    }

    /// Whether a question asks us to do something: "can you …?", «¿consegue …?».
    pub(super) fn asks_us(&self) -> bool {
        self.words.iter().any(|word| LEXICON.request_words.contains(word))
            || self.any(&["consegue", "you", "u"])
    }

    /// Whether a word looks like the past of a verb that isn't known: «compré», "flogged".
    pub(super) fn sounds_past(&self) -> bool {
        self.tokens.iter().enumerate().filter(|(_, token)| token.is_word()).any(|(at, token)| {
            let accented = token.surface.ends_with(['é', 'ó', 'í']) && !token.is_capitalised();
            let english = self.language == Locale::En && at <= 1 && token.folded.ends_with("ed");
            token.folded.len() >= 5 && (accented && self.language == Locale::Es || english)
        })
    }

    /// Whether the text calls another person and commands that person: «Pati, transfiérele tú 500 a mi papá».
    pub(super) fn calls_another(&self) -> bool {
        let Some([first, comma]) = self.tokens.first_chunk::<2>() else { return false };
        let is_name = first.is_word()
            && first.is_capitalised()
            && comma.folded == ","
            && !vocabulary::ordinary().contains(first.folded.as_str());
        let verb = self.tokens.get(2).is_some_and(|token| form_of(token).is_some() || token.folded == "me");
        is_name && verb
    }

    /// Whether the amount measures a thing: «son 250 de harina».
    pub(super) fn measures(&self) -> bool {
        self.corrected.windows(3).any(|run| match run {
            [amount, of, thing] => {
                amount.is_money()
                    && !amount.marks.has_currency
                    && matches!(of.folded.as_str(), "de" | "of")
                    && thing.is_word()
                    && !LEXICON.determiners.contains(thing.folded.as_str())
                    && !LEXICON.concepts.contains(thing.folded.as_str())
            }
            _ => false,
        })
    }
}
