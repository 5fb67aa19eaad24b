//! Fills the slots of a decision: amount, currency, destination, code, concept.

use super::*;

impl MessageFeatures<'_> {
    pub(super) fn entities(&self, intent: Intent, chars: &[char], home: Region) -> Entities {
        let amount = self.amount_reading(chars);
        let currency = self.amount.currency.and_then(|code| Currency::parse(code).ok());
        // A name counts only in a transfer or in a change of the payee («sí, a Rosaura»). Digits always
        // count: they may answer a question.
        let names_payee = intent == Intent::Transfer || intent == Intent::Unknown && self.is_change();
        let destination = self
            .destination
            .clone()
            .filter(|d| names_payee || d.kind != DestinationKind::Name)
            .map(|d| normalise(d, home));
        let code = self.code.clone().filter(|_| intent == Intent::VerifyCode);
        Entities {
            amount,
            currency,
            destination,
            code,
            concept: self.concept(intent, chars),
            ..Entities::default()
        }
    }

    /// True if the text changes something in what was asked («sí, pero …», «mejor …»).
    fn is_change(&self) -> bool {
        const CHANGES: [&str; 9] =
            ["mejor", "melhor", "instead", "better", "rather", "pero", "but", "cambialo", "cambiala"];
        self.says_yes_first() || LEXICON.negations.contains(self.head()) || self.any(&CHANGES)
    }

    /// The amount. An ambiguous one, such as «1.500» in Spanish, has both readings.
    pub(super) fn amount_reading(&self, chars: &[char]) -> Option<AmountReading> {
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
        let text: String = chars.get(only.start..only.end)?.iter().collect();
        let number: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
        let (whole, fraction) = number.split_once(['.', ','])?;
        let is_plain = !fraction.contains(['.', ',']) && fraction.len() == 3 && !whole.is_empty();
        is_plain.then(|| AmountReading::Ambiguous {
            thousands: format!("{whole}{fraction}"),
            decimal: format!("{whole}.{}", fraction.trim_end_matches('0')).trim_end_matches('.').to_owned(),
        })
    }

    /// The purpose of a transfer: the words after «por», «concepto», «motivo» or "concept".
    pub(super) fn concept(&self, intent: Intent, chars: &[char]) -> Option<String> {
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

/// Puts phone numbers into canonical form. Other destinations already are.
fn normalise(destination: NamedDestination, home: Region) -> NamedDestination {
    if destination.kind == DestinationKind::Phone
        && let Ok(account @ AccountNumber::Phone(_)) = AccountNumber::parse(&destination.value, home)
    {
        return NamedDestination { kind: DestinationKind::Phone, value: account.canonical().to_owned() };
    }
    destination
}
