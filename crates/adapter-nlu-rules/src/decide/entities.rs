//! Fills the slots of a decision: amount, currency, destination, code, concept.

use super::*;

impl MessageFeatures<'_> {
    pub(super) fn entities(&self, intent: Intent) -> Entities {
        // A name counts only in a transfer, in a change of the payee («sí, a Rosaura»), and in a question about
        // payments. Digits always count: they may answer a question.
        let names_payee = intent == Intent::Transfer || intent == Intent::Unknown && self.is_change();
        let asks_about = matches!(intent, Intent::ListTransactions | Intent::Spending);
        let destination = self
            .destination
            .clone()
            .filter(|d| names_payee || d.kind != DestinationKind::Name)
            .or_else(|| self.name_asked_about().filter(|_| asks_about))
            .map(|named| self.known(named));
        let relative = (intent == Intent::Transfer && !self.amount.is_named())
            .then(|| (0..self.corrected.len()).find_map(|at| relative::at(self.corrected, at)))
            .flatten()
            .map(|(relative, _)| relative);
        let has_period = asks_about || matches!(intent, Intent::CheckBalance | Intent::AskLimits);
        Entities {
            amount: self.amount_reading(),
            currency: self.amount.currency.and_then(|code| Currency::parse(code).ok()),
            payee: self.payee_beside(destination.as_ref()).filter(|_| names_payee),
            destination,
            code: self.code.clone().filter(|_| intent == Intent::VerifyCode),
            concept: self.concept(intent),
            relative,
            period: periods::find(self.tokens).filter(|_| has_period),
            choice: None,
            topic: topics::topic(intent, self.sections),
            payee_change: None,
        }
    }

    /// The payee that a name means, as it is remembered; otherwise the name as said.
    pub(super) fn known(&self, named: NamedDestination) -> NamedDestination {
        match payees::closest(&named.value, &self.dialogue.payees) {
            Some(known) if named.kind == DestinationKind::Name => {
                NamedDestination { kind: DestinationKind::Name, value: known.to_owned() }
            }
            _ => named,
        }
    }

    /// The name that the text gives beside a number.
    fn payee_beside(&self, destination: Option<&NamedDestination>) -> Option<String> {
        destination.filter(|named| named.kind != DestinationKind::Name)?;
        let name = names::find(self.corrected, self.language, self.corrected_wanted.last().copied())?;
        Some(payees::closest(&name, &self.dialogue.payees).map_or(name, str::to_owned))
    }

    /// The person that a question about payments names: «qué le mandé a Luis», «el comprobante de lo de Rosa».
    fn name_asked_about(&self) -> Option<NamedDestination> {
        let leads = |word: &str| {
            LEXICON.name_prepositions.contains(word)
                || matches!(word, "de" | "del" | "from" | "of" | "con" | "with" | "da" | "do" | "for" | "com")
        };
        let name = self.tokens.iter().enumerate().find_map(|(at, token)| {
            let mut next = at.checked_add(1).filter(|_| leads(&token.folded))?;
            // «el comprobante de lo de Rosa»
            if matches!(word_at(self.tokens, next), "lo" | "la" | "el" | "los")
                && matches!(word_at(self.tokens, next.saturating_add(1)), "de" | "del")
            {
                next = next.saturating_add(2);
            }
            let (name, end) = names::at(self.tokens, next)?;
            let is_name = self.tokens.get(next..end)?.iter().all(dialogue_answers::may_be_in_name);
            (is_name || payees::any_fits(&name, &self.dialogue.payees)).then_some(name)
        })?;
        Some(NamedDestination { kind: DestinationKind::Name, value: name })
    }

    /// True if the text changes something in what was asked («sí, pero …», «mejor …»).
    fn is_change(&self) -> bool {
        const CHANGES: [&str; 9] =
            ["mejor", "melhor", "instead", "better", "rather", "pero", "but", "cambialo", "cambiala"];
        self.says_yes_first() || LEXICON.negations.contains(self.head()) || self.any(&CHANGES)
    }

    /// The amount. An ambiguous one, such as «1.500» in Spanish, has both readings.
    pub(super) fn amount_reading(&self) -> Option<AmountReading> {
        if let Some(value) = self.amount.value {
            // Keep the decimals as written («150.50»), unless arithmetic left more of them than money has.
            let value = if value.scale() > 2 { value.normalize() } else { value };
            return Some(AmountReading::Exact(value.to_string()));
        }
        if !self.amount.ambiguous {
            return None;
        }
        let mut money = self.corrected.iter().filter(|token| token.is_money());
        let (Some(only), None) = (money.next(), money.next()) else { return None };
        let text: String = self.chars.get(only.start..only.end)?.iter().collect();
        let number: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
        let (whole, fraction) = number.split_once(['.', ','])?;
        let is_plain = !fraction.contains(['.', ',']) && fraction.len() == 3 && !whole.is_empty();
        is_plain.then(|| AmountReading::Ambiguous {
            thousands: format!("{whole}{fraction}"),
            decimal: format!("{whole}.{}", fraction.trim_end_matches('0')).trim_end_matches('.').to_owned(),
        })
    }

    /// The purpose of a transfer: the words after «por», «concepto», «motivo» or "concept".
    pub(super) fn concept(&self, intent: Intent) -> Option<String> {
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
        let words: String = self.chars.get(first.start..last.end)?.iter().collect();
        Some(words).filter(|words| words.chars().count() <= 60)
    }
}

/// Puts phone numbers into canonical form. Other destinations already are.
pub(super) fn normalise(destination: NamedDestination, home: Region) -> NamedDestination {
    if destination.kind == DestinationKind::Phone
        && let Ok(account @ AccountNumber::Phone(_)) = AccountNumber::parse(&destination.value, home)
    {
        return NamedDestination { kind: DestinationKind::Phone, value: account.canonical().to_owned() };
    }
    destination
}
