//! Checks the recommendations: the rules, the catalogue, and that there are always enough entries.

use super::Checker;
use crate::messaging::flow::{
    DraftCatalogue, DraftEntry, DraftResults, DraftRule, Kind, Lined, RECOMMENDED_MAX, RECOMMENDED_MIN, Step,
    TEXT_LENGTH_MAX,
    catalogue::{Catalogue, City, Country, Entry, Results, Rule},
    words::Folded,
};
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// The longest line of a recommendation, in characters.
const NAME_LENGTH_MAX: usize = 100;
const RADIUS_MAX_KM: i64 = 20_000;
const RULES_MAX: usize = 6;

impl Checker {
    pub(super) fn results(&mut self, draft: &DraftResults, steps: &[Step]) -> Results {
        let intro = self.texts(&draft.intro, "results.intro");
        let lines = NAME_LENGTH_MAX.saturating_mul(RECOMMENDED_MAX);
        if intro.0.iter().any(|(_, text)| text.chars().count() > TEXT_LENGTH_MAX.saturating_sub(lines)) {
            self.fault(draft.intro.line, "results.intro leaves no room for the recommendations");
        }
        let count = |bound: &Lined<i64>| {
            usize::try_from(bound.value).ok().filter(|n| (RECOMMENDED_MIN..=RECOMMENDED_MAX).contains(n))
        };
        let (min, max) = (count(&draft.min), count(&draft.max));
        if min.is_none() || max.is_none() || min > max {
            let reason = format!("min and max must be {RECOMMENDED_MIN} to {RECOMMENDED_MAX}, in that order");
            self.fault(draft.min.line, reason);
        }
        let (min, max) = (min.unwrap_or(RECOMMENDED_MIN), max.unwrap_or(RECOMMENDED_MAX));
        if let Some(rule) = draft.rules.get(RULES_MAX) {
            self.fault(rule.kind.line, format!("there are {RULES_MAX} rules at most"));
        }
        let catalogue = self.catalogue(&draft.catalogue);
        let rules: Vec<Rule> =
            draft.rules.iter().filter_map(|rule| self.rule(rule, steps, &catalogue)).collect();
        let results = Results { intro, min, max, rules, catalogue };
        self.promise(draft, &results, steps);
        results
    }

    fn catalogue(&mut self, draft: &DraftCatalogue) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for country in &draft.countries {
            if catalogue.countries.iter().any(|known| known.code == country.code.value) {
                self.catalogue_fault(
                    country.code.line,
                    format!("country {} is there twice", country.code.value),
                );
            }
            let names = self.place_names(&country.code, &country.names);
            catalogue.countries.push(Country { code: country.code.value.clone(), names });
        }
        for city in &draft.cities {
            if catalogue.city(&city.id.value).is_some() {
                self.catalogue_fault(city.id.line, format!("city {} is there twice", city.id.value));
            }
            self.known_country(&catalogue, &city.country);
            let (latitude, longitude) = city.at.value;
            if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
                self.catalogue_fault(city.at.line, "at must be a latitude and a longitude in degrees");
            }
            let names = self.place_names(&city.id, &city.names);
            catalogue.cities.push(City {
                id: city.id.value.clone(),
                shown: city.names.first().map(|name| name.value.clone()).unwrap_or_default(),
                names,
                country: city.country.value.clone(),
                at: city.at.value,
            });
        }
        for entry in &draft.entries {
            self.entry(entry, &mut catalogue);
        }
        catalogue
    }

    fn place_names(&mut self, of: &Lined<String>, names: &[Lined<String>]) -> Vec<Folded> {
        if names.is_empty() {
            self.catalogue_fault(of.line, format!("{} has no name", of.value));
        }
        for name in names.iter().filter(|name| Folded::new(&name.value).as_str().is_empty()) {
            self.catalogue_fault(name.line, format!("{} has a name without letters", of.value));
        }
        names.iter().map(|name| Folded::new(&name.value)).collect()
    }

    fn known_country(&mut self, catalogue: &Catalogue, code: &Lined<String>) {
        if !catalogue.countries.iter().any(|country| country.code == code.value) {
            self.catalogue_fault(code.line, format!("there is no country {}", code.value));
        }
    }

    fn entry(&mut self, draft: &DraftEntry, catalogue: &mut Catalogue) {
        let name = draft.name.value.trim();
        let city = catalogue.city(&draft.city.value).map(|city| city.shown.chars().count());
        if city.is_none() {
            self.catalogue_fault(draft.city.line, format!("there is no city {}", draft.city.value));
        }
        let length = name.chars().count().saturating_add(city.unwrap_or_default()).saturating_add(7);
        if name.is_empty() || length > NAME_LENGTH_MAX {
            let reason = format!("name and city must be 1 to {NAME_LENGTH_MAX} characters together");
            self.catalogue_fault(draft.name.line, reason);
        }
        let is_same = |known: &Entry| known.name == name && known.city == draft.city.value;
        if catalogue.entries.iter().any(is_same) {
            self.catalogue_fault(draft.name.line, format!("«{name}» is there twice"));
        }
        let values = |values: &[Lined<String>]| values.iter().map(|value| value.value.clone()).collect();
        let fields = draft.fields.iter().map(|(field, of)| (field.value.clone(), values(of))).collect();
        catalogue.entries.push(Entry { name: name.to_owned(), city: draft.city.value.clone(), fields });
    }

    fn rule(&mut self, draft: &DraftRule, steps: &[Step], catalogue: &Catalogue) -> Option<Rule> {
        let line = draft.kind.line;
        let Some(step) = steps.iter().find(|step| step.id.as_str() == draft.step.value) else {
            self.fault(draft.step.line, format!("a rule looks at {}, which there is not", draft.step.value));
            return None;
        };
        let id = step.id.clone();
        let kind = draft.kind.value.as_str();
        if kind != "near" && draft.field.is_none() {
            self.fault(line, format!("{kind} needs a field of the catalogue"));
            return None;
        }
        let field = draft.field.as_ref().map(|field| field.value.clone()).unwrap_or_default();
        match (kind, &step.kind) {
            ("require", Kind::Choice(_)) => Some(Rule::Require { step: id, field }),
            ("require", _) => {
                self.fault(draft.step.line, "require looks at a choice");
                None
            }
            ("near", Kind::Place { .. }) => {
                let radius_km = draft.radius_km.as_ref().map_or(0, |radius| radius.value);
                if !(0..=RADIUS_MAX_KM).contains(&radius_km) {
                    self.fault(line, format!("radius_km must be 0 to {RADIUS_MAX_KM}"));
                }
                let radius_km = Decimal::from(radius_km).to_f64().unwrap_or_default();
                Some(Rule::Near { step: id, radius_km })
            }
            ("near", _) => {
                self.fault(draft.step.line, "near looks at a place");
                None
            }
            ("prefer", kind) => {
                if draft.words.is_empty() && !matches!(kind, Kind::Choice(_)) {
                    self.fault(
                        line,
                        "prefer needs words that stand for the field's values, unless it looks at a choice",
                    );
                }
                let words = draft.words.iter().map(|(value, words)| {
                    self.known_value(catalogue, &field, value);
                    (value.value.clone(), words.iter().map(|word| Folded::new(&word.value)).collect())
                });
                let words = words.collect();
                Some(Rule::Prefer { step: id, field, words })
            }
            (other, _) => {
                self.fault(line, format!("rule «{other}» must be require, near or prefer"));
                None
            }
        }
    }

    fn known_value(&mut self, catalogue: &Catalogue, field: &str, value: &Lined<String>) {
        if !catalogue.entries.iter().any(|entry| entry.has(field, &value.value)) {
            self.fault(value.line, format!("no entry of the catalogue has {field} {}", value.value));
        }
    }

    /// Checks that enough entries are left, whatever the person chooses.
    fn promise(&mut self, draft: &DraftResults, results: &Results, steps: &[Step]) {
        let required: Vec<(&Step, &str)> = results
            .rules
            .iter()
            .filter_map(|rule| match rule {
                Rule::Require { step, field } => {
                    steps.iter().find(|known| known.id == *step).map(|step| (step, field.as_str()))
                }
                Rule::Near { .. } | Rule::Prefer { .. } => None,
            })
            .collect();
        let all: Vec<&Entry> = results.catalogue.entries.iter().collect();
        self.promise_of(draft.line, &required, &all, "", results.min);
    }

    /// Tries every option of every question that entries must fit, one after the other.
    fn promise_of(
        &mut self,
        line: usize,
        required: &[(&Step, &str)],
        left: &[&Entry],
        chosen: &str,
        min: usize,
    ) {
        if left.len() < min {
            let of = if chosen.is_empty() { "all answers" } else { chosen };
            let reason = format!("the catalogue yields {} for {of}, {min} are promised", left.len());
            return self.fault(line, reason);
        }
        let Some(((step, field), rest)) = required.split_first() else { return };
        let Kind::Choice(options) = &step.kind else { return };
        for option in options {
            let fitting: Vec<&Entry> =
                left.iter().filter(|entry| entry.has(field, option.id.as_str())).copied().collect();
            let chosen =
                format!("{chosen}{}{}={}", if chosen.is_empty() { "" } else { ", " }, step.id, option.id);
            self.promise_of(line, rest, &fitting, &chosen, min);
        }
    }
}
