//! Recommendations: entries of a catalogue, chosen and sorted by rules over the answers.

use super::{Answer, RECOMMENDED_MAX, Slug, Texts, words::Folded};
use crate::{phone::Region, text::fold};
use std::cmp::Ordering;

const EARTH_RADIUS_KM: f64 = 6371.0;
const KM_PER_MILE: f64 = 1.609_344;

/// What a flow recommends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Results {
    pub(super) intro: Texts,
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) rules: Vec<Rule>,
    pub(super) catalogue: Catalogue,
}

/// A rule that connects an answer with the entries.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rule {
    /// Entries must offer the chosen option.
    Require { step: Slug, field: String },
    /// Entries nearer to the named place come first; within the radius all are equally near.
    Near { step: Slug, radius_km: f64 },
    /// Entries come first if their field has the chosen option, or a value that words in the answer stand
    /// for.
    Prefer { step: Slug, field: String, words: Vec<(String, Vec<Folded>)> },
}

/// What can be recommended.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Catalogue {
    pub(super) countries: Vec<Country>,
    pub(super) cities: Vec<City>,
    pub(super) entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Country {
    pub(super) code: String,
    pub(super) names: Vec<Folded>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct City {
    pub(super) id: String,
    pub(super) shown: String,
    pub(super) names: Vec<Folded>,
    pub(super) country: String,
    /// Latitude and longitude, in degrees.
    pub(super) at: (f64, f64),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) city: String,
    pub(super) fields: Vec<(String, Vec<String>)>,
}

impl Entry {
    pub(super) fn has(&self, field: &str, value: &str) -> bool {
        self.fields.iter().any(|(name, values)| name == field && values.iter().any(|own| own == value))
    }
}

/// The place that an answer names, as far as the catalogue knows it.
enum Place<'a> {
    City { city: &'a City, radius_km: Option<f64> },
    Country(&'a str),
}

/// How well an entry fits; smaller is better.
#[derive(Clone, Copy, Debug)]
struct Fit {
    /// 0 near, 1 the same country, 2 elsewhere.
    tier: u8,
    beyond_km: f64,
    /// The number of preferences that it does not meet.
    missed: usize,
    distance_km: f64,
}

impl Fit {
    fn compare(&self, other: &Self) -> Ordering {
        self.tier
            .cmp(&other.tier)
            .then(self.beyond_km.total_cmp(&other.beyond_km))
            .then(self.missed.cmp(&other.missed))
            .then(self.distance_km.total_cmp(&other.distance_km))
    }
}

impl Results {
    /// The recommendations for these answers, at least `min` and at most `max`, the best first. After the
    /// first `min`, none from another country.
    pub(super) fn recommend(&self, answers: &[(Slug, Answer)], home: Region) -> Vec<String> {
        let answer = |step: &Slug| answers.iter().find(|(id, _)| id == step).map(|(_, answer)| answer);
        let mut fitting: Vec<(Fit, &Entry)> = self
            .catalogue
            .entries
            .iter()
            .filter(|entry| self.rules.iter().all(|rule| rule.allows(entry, &answer)))
            .map(|entry| (self.fit(entry, &answer, home), entry))
            .collect();
        // A stable sort: equal entries keep the order of the catalogue.
        fitting.sort_by(|(a, _), (b, _)| a.compare(b));
        let is_wanted = |(at, (fit, _)): &(usize, (Fit, &Entry))| *at < self.min || fit.tier < 2;
        fitting
            .into_iter()
            .enumerate()
            .filter(is_wanted)
            .take(self.max.min(RECOMMENDED_MAX))
            .map(|(_, (_, entry))| self.catalogue.line(entry))
            .collect()
    }

    fn fit<'a>(&'a self, entry: &Entry, answer: &dyn Fn(&Slug) -> Option<&'a Answer>, home: Region) -> Fit {
        let mut fit = Fit { tier: 0, beyond_km: 0.0, missed: 0, distance_km: 0.0 };
        for rule in &self.rules {
            match rule {
                Rule::Require { .. } => {}
                Rule::Near { step, radius_km } => {
                    let named = answer(step).map(Answer::as_text).unwrap_or_default();
                    self.catalogue.place(entry, &named, *radius_km, home, &mut fit);
                }
                Rule::Prefer { step, field, words } => {
                    let meets = answer(step).is_some_and(|answer| meets(entry, field, words, answer));
                    fit.missed = fit.missed.saturating_add(usize::from(!meets));
                }
            }
        }
        fit
    }
}

impl Rule {
    fn allows<'a>(&self, entry: &Entry, answer: &dyn Fn(&Slug) -> Option<&'a Answer>) -> bool {
        match self {
            Self::Require { step, field } => match answer(step) {
                Some(Answer::Choice(option)) => entry.has(field, option.as_str()),
                // A question that was not asked requires nothing.
                _ => true,
            },
            Self::Near { .. } | Self::Prefer { .. } => true,
        }
    }
}

fn meets(entry: &Entry, field: &str, words: &[(String, Vec<Folded>)], answer: &Answer) -> bool {
    if let Answer::Choice(option) = answer {
        return entry.has(field, option.as_str());
    }
    let content = Folded::new(&answer.as_text());
    let stands_for = |spoken: &Vec<Folded>| spoken.iter().any(|word| content.contains(word));
    words.iter().any(|(value, spoken)| stands_for(spoken) && entry.has(field, value))
}

impl Catalogue {
    pub(super) fn city(&self, id: &str) -> Option<&City> {
        self.cities.iter().find(|city| city.id == id)
    }

    fn line(&self, entry: &Entry) -> String {
        let city = self.city(&entry.city).map_or("", |city| city.shown.as_str());
        format!("{} ({city})", entry.name)
    }

    /// The place that a text names. If it names no known one, the person's own country.
    fn find_place<'a>(&'a self, text: &str, home: &'a str) -> Place<'a> {
        let content = Folded::new(text);
        let longest = |names: &[Folded]| {
            names.iter().filter(|name| content.contains(name)).map(|name| name.as_str().len()).max()
        };
        let city = self
            .cities
            .iter()
            .filter_map(|city| longest(&city.names).map(|length| (length, city)))
            .max_by_key(|(length, city)| {
                // Of two cities with that name, the one in the person's own country.
                (*length, city.country == home)
            });
        if let Some((_, city)) = city {
            return Place::City { city, radius_km: radius(text) };
        }
        let named = self.countries.iter().find(|country| longest(&country.names).is_some());
        Place::Country(named.map_or(home, |country| country.code.as_str()))
    }

    fn place(&self, entry: &Entry, named: &str, radius_km: f64, home: Region, fit: &mut Fit) {
        let home = home.code();
        let Some(own) = self.city(&entry.city) else { return };
        match self.find_place(named, &home) {
            Place::City { city, radius_km: content } => {
                let radius_km = content.unwrap_or(radius_km);
                fit.distance_km = distance_km(city.at, own.at);
                fit.beyond_km = (fit.distance_km - radius_km).max(0.0);
                fit.tier = match () {
                    () if own.id == city.id || fit.beyond_km <= 0.0 => 0,
                    () if own.country == city.country => 1,
                    () => 2,
                };
            }
            Place::Country(country) => fit.tier = if own.country == country { 0 } else { 2 },
        }
    }
}

/// The distance that a text names, in kilometres: «up to 500 km», «300 miles».
fn radius(text: &str) -> Option<f64> {
    // Folding would turn separators of thousands into spaces.
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | '.' | '\'')).collect();
    let folded = fold(&plain);
    let mut number: Option<f64> = None;
    for word in folded.split(' ') {
        let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = word.strip_suffix(unit).unwrap_or_default();
        if !digits.is_empty() {
            number = digits.parse().ok();
        }
        match unit {
            "" => {}
            "km" | "kms" | "kilometros" | "kilometro" | "kilometers" | "kilometres" | "quilometros" => {
                return number;
            }
            "mi" | "mile" | "miles" | "milla" | "millas" | "milha" | "milhas" => {
                return number.map(|miles| miles * KM_PER_MILE);
            }
            _ => number = None,
        }
    }
    None
}

/// The great-circle distance (haversine formula).
fn distance_km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (from_lat, to_lat) = (from.0.to_radians(), to.0.to_radians());
    let half = |difference: f64| (difference / 2.0).sin().powi(2);
    let across = half((to.1 - from.1).to_radians());
    let chord = half(to_lat - from_lat) + from_lat.cos() * to_lat.cos() * across;
    2.0 * EARTH_RADIUS_KM * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_radius_is_read_from_what_was_written() {
        for (text, km) in [
            ("Mumbai, up to 500 km", Some(500.0)),
            ("Puebla 50km", Some(50.0)),
            ("hasta 1,000 kilómetros de León", Some(1000.0)),
            ("10 miles from Boston", Some(10.0 * KM_PER_MILE)),
            ("Mumbai", None),
            ("500 pesos y 3 hijos", None),
            ("km", None),
        ] {
            assert_eq!(radius(text), km, "{text}");
        }
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        let (mumbai, pune) = ((19.076, 72.878), (18.520, 73.857));
        assert!((115.0..125.0).contains(&distance_km(mumbai, pune)));
        assert!(distance_km(mumbai, mumbai) < 0.001);
    }
}
