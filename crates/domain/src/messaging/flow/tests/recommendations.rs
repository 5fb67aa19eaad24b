//! Recommendations: by need, by distance, by country, by scheme.

use super::examples::*;
use crate::{locale::Locale, messaging::flow::*, phone::Region};
use chrono::NaiveDate;
use proptest::prelude::*;

fn city(line: usize, id: &str, names: &[&str], country: &str, at: (f64, f64)) -> DraftCity {
    let names = names.iter().map(|name| word(line, name)).collect();
    DraftCity { id: word(line, id), names, country: word(line, country), at: on(line, at) }
}

fn entry(line: usize, name: &str, city: &str, offers: &[&str], scheme: &str) -> DraftEntry {
    let list = |values: &[&str]| values.iter().map(|value| word(line, value)).collect();
    DraftEntry {
        name: word(line, name),
        city: word(line, city),
        fields: vec![(word(line, "offers"), list(offers)), (word(line, "schemes"), list(&[scheme]))],
    }
}

fn rule(line: usize, kind: &str, step: &str, field: Option<&str>) -> DraftRule {
    DraftRule {
        kind: word(line, kind),
        step: word(line, step),
        field: field.map(|field| word(line, field)),
        radius_km: None,
        words: Vec::new(),
    }
}

fn catalogue() -> DraftCatalogue {
    let country =
        |line, code: &str, name: &str| DraftCountry { code: word(line, code), names: vec![word(line, name)] };
    DraftCatalogue {
        countries: vec![country(1, "MX", "México"), country(2, "IN", "India")],
        cities: vec![
            city(3, "cdmx", &["Ciudad de México", "CDMX"], "MX", (19.43, -99.13)),
            city(4, "puebla", &["Puebla"], "MX", (19.04, -98.21)),
            city(5, "merida", &["Mérida"], "MX", (20.97, -89.62)),
            city(6, "mumbai", &["Mumbai", "Bombay"], "IN", (19.08, 72.88)),
        ],
        entries: vec![
            entry(10, "Lejos", "merida", &["bed", "test"], "public"),
            entry(11, "Caro", "cdmx", &["bed", "test"], "insured"),
            entry(12, "Nacional", "cdmx", &["bed", "test"], "public"),
            entry(13, "Vecino", "puebla", &["bed"], "insured"),
            entry(14, "Tata", "mumbai", &["bed", "test"], "public"),
            entry(15, "Bombay", "mumbai", &["bed"], "insured"),
        ],
    }
}

fn draft_with_results() -> FlowDraft {
    let mut draft = draft();
    let mut need = step(80, "need", "choice");
    need.options = vec![option(81, "bed", "Una cama", "A bed"), option(82, "test", "Estudios", "Tests")];
    draft.steps = vec![step(60, "place", "place"), step(70, "money", "text"), need];
    let mut near = rule(92, "near", "place", None);
    near.radius_km = Some(on(92, 50));
    let mut prefer = rule(93, "prefer", "money", Some("schemes"));
    prefer.words = vec![
        (word(94, "public"), vec![word(94, "sin seguro"), word(94, "imss")]),
        (word(95, "insured"), vec![word(95, "seguro privado")]),
    ];
    draft.results = Some(DraftResults {
        line: 90,
        intro: texts(90, "Aquí:", "Here:"),
        min: on(90, 3),
        max: on(90, 5),
        rules: vec![rule(91, "require", "need", Some("offers")), near, prefer],
        catalogue: catalogue(),
    });
    draft
}

fn recommended(place: &str, money: &str, need: &str, home: &str) -> Vec<String> {
    let flow = Flow::check(&draft_with_results()).unwrap();
    let facts = FlowContext {
        today: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        region: Region::parse(home).unwrap(),
    };
    let (mut run, _) = flow.begin(Locale::Es);
    let mut last = Progress::NotMine;
    for text in ["acepto", place, money, need] {
        last = flow.answer(&mut run, FlowInput::Text(text), facts);
    }
    let Progress::Completed(prompt, _) = last else { panic!("{place}, {money}, {need}: {last:?}") };
    let lines = prompt.text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_nearest_come_first_then_the_rest_of_the_country() {
    assert_eq!(
        recommended("Puebla", "poco", "una cama", "MX"),
        [
            "1. Vecino (Puebla)",
            "2. Caro (Ciudad de México)",
            "3. Nacional (Ciudad de México)",
            "4. Lejos (Mérida)"
        ]
    );
}

#[test]
fn within_the_distance_that_was_named_the_scheme_decides() {
    let first = |money: &str| recommended("Puebla, hasta 200 km", money, "una cama", "MX").remove(0);
    assert_eq!(first("no tengo dinero, sin seguro"), "1. Nacional (Ciudad de México)");
    assert_eq!(first("tengo seguro privado"), "1. Vecino (Puebla)");
}

#[test]
fn only_what_is_needed_is_recommended_and_as_many_as_were_promised() {
    let tests = recommended("Mumbai", "-1-", "estudios", "IN");
    assert_eq!(tests[0], "1. Tata (Mumbai)");
    assert_eq!(tests.len(), 3, "from elsewhere no more than was promised: {tests:?}");
    assert!(!tests.join(" ").contains("Bombay"));
}

#[test]
fn a_country_counts_where_no_city_is_known_and_the_writers_own_where_nothing_is() {
    assert!(recommended("un pueblo de la India", "nada", "una cama", "MX")[0].contains("Tata"));
    assert!(recommended("Nashik", "nada", "una cama", "IN")[0].contains("Tata"));
    assert!(recommended("Tlacotalpan", "nada", "una cama", "MX")[0].contains("Lejos"));
}

/// The faults of the example after a change.
fn faults(change: impl FnOnce(&mut DraftResults)) -> Vec<(FlowFile, usize, String)> {
    let mut draft = draft_with_results();
    change(draft.results.as_mut().unwrap());
    let found = Flow::check(&draft).err().unwrap_or_default();
    found.into_iter().map(|fault| (fault.file, fault.line, fault.reason)).collect()
}

fn flow_fault(line: usize, reason: &str) -> (FlowFile, usize, String) {
    (FlowFile::Flow, line, reason.to_owned())
}

fn catalogue_fault(line: usize, reason: &str) -> (FlowFile, usize, String) {
    (FlowFile::Catalogue, line, reason.to_owned())
}

#[test]
fn a_catalogue_that_cannot_keep_the_promise_is_refused() {
    assert_eq!(faults(|_| {}), []);
    let too_few = faults(|results| {
        results.catalogue.entries.retain(|entry| !["Tata", "Caro"].contains(&entry.name.value.as_str()));
    });
    assert_eq!(too_few, [flow_fault(90, "the catalogue yields 2 for need=test, 3 are promised")]);
    for (min, max) in [(2, 5), (3, 6), (5, 4), (-1, 5)] {
        let bounds = faults(|results| (results.min.value, results.max.value) = (min, max));
        assert!(bounds.contains(&flow_fault(90, "min and max must be 3 to 5, in that order")), "{min} {max}");
    }
}

#[test]
fn faults_of_the_catalogue_have_its_own_lines() {
    let city = faults(|results| results.catalogue.entries[0].city.value = "atlantis".into());
    assert_eq!(city, [catalogue_fault(10, "there is no city atlantis")]);
    let twice = faults(|results| results.catalogue.entries[2].name.value = "Caro".into());
    assert_eq!(twice, [catalogue_fault(12, "«Caro» is there twice")]);
    let country = faults(|results| results.catalogue.cities[1].country.value = "XX".into());
    assert_eq!(country, [catalogue_fault(4, "there is no country XX")]);
    let place = faults(|results| results.catalogue.cities[1].at.value = (91.0, f64::NAN));
    assert_eq!(place, [catalogue_fault(4, "at must be a latitude and a longitude in degrees")]);
}

#[test]
fn rules_use_answers_of_their_kind() {
    let nobody = faults(|results| results.rules[0].step.value = "who".into());
    assert_eq!(nobody, [flow_fault(91, "a rule looks at who, which there is not")]);
    let require = faults(|results| results.rules[0].step.value = "money".into());
    assert_eq!(require, [flow_fault(91, "require looks at a choice")]);
    let near = faults(|results| results.rules[1].step.value = "money".into());
    assert_eq!(near, [flow_fault(92, "near looks at a place")]);
    let field = faults(|results| results.rules[0].field = None);
    assert_eq!(field, [flow_fault(91, "require needs a field of the catalogue")]);
    let value = faults(|results| results.rules[2].words[0].0.value = "charity".into());
    assert_eq!(value, [flow_fault(94, "no entry of the catalogue has schemes charity")]);
    let kind = faults(|results| results.rules[0].kind.value = "draw".into());
    assert_eq!(kind, [flow_fault(91, "rule «draw» must be require, near or prefer")]);
}

proptest! {
    #[test]
    fn whatever_is_answered_three_to_five_are_recommended(
        place in "[a-z]{1,12}( hasta [0-9]{1,9} km)?|Mumbai.{0,9}|CDMX.{0,9}",
        money in "[a-z]{1,20}|sin seguro|imss",
        need in "[12]",
        home in "MX|IN|BR"
    ) {
        let count = recommended(&place, &money, &need, &home).len();
        prop_assert!((3..=5).contains(&count), "{}", count);
    }
}
