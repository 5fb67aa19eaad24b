//! Reads flow files, sound and faulty, and compares the complaints.

use super::*;
use domain::{
    locale::Locale,
    messaging::flow::{FlowContext, FlowInput, FlowRun, Progress, Slug},
    phone::Region,
};
use proptest::prelude::*;
use tempfile::TempDir;

/// A folder for one test, removed when it is dropped.
struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::with_prefix("ventanilla-flow-files-").unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// The complaints about one file, without the folder's name.
    fn said_against(&self, name: &str) -> Vec<String> {
        let complaints = check_file(&self.path().join(name)).err().unwrap_or_default();
        let folder = format!("{}/", self.path().display());
        complaints.iter().map(|complaint| complaint.to_string().replace(&folder, "")).collect()
    }
}

fn said(complaints: impl AsRef<[Complaint]>) -> Vec<String> {
    complaints.as_ref().iter().map(ToString::to_string).collect()
}

/// The text of a built-in file.
fn shipped(name: &str) -> &'static str {
    SHIPPED.iter().find(|(known, _)| *known == name).unwrap().1
}

const SMALL: &str = r#"id = "small"
version = 1
languages = ["es"]
title = { es = "Pequeño" }
triggers = { es = ["pequeño"] }
consent = { text = { es = "Responde ACEPTO." }, accept = { es = ["acepto"] } }
menu = { text = { es = "Ya está." } }
closing = { text = { es = "Gracias." } }

[[steps]]
id = "name"
kind = "text"
question = { es = "¿Cómo te llamas?" }
retry = { es = "Con letras." }
"#;

#[test]
fn what_is_built_in_is_without_a_fault_and_in_three_languages() {
    let library = load(None).map_err(said).unwrap();
    let flows = library.registry.all_newest();
    let ids: Vec<_> = flows.iter().map(|flow| flow.id().to_string()).collect();
    assert_eq!(ids, ["oncology-intake", "wallet-onboarding"]);
    assert!(flows.iter().all(|flow| flow.languages() == Locale::ALL));
    assert_eq!(library.versions.len(), 2);
}

#[test]
fn every_city_of_the_catalogue_is_recommended_three_to_five_places_for_every_need() {
    let library = load(None).map_err(said).unwrap();
    let flow = library.registry.newest(&Slug::parse("oncology-intake").unwrap()).unwrap();
    let facts = FlowContext { today: chrono::NaiveDate::MIN, region: Region::parse("MX").unwrap() };
    let catalogue = shipped("oncology-intake.catalogue.toml");
    let cities: Vec<&str> = catalogue
        .split("[[cities]]")
        .skip(1)
        .filter_map(|city| city.split("names = [\"").nth(1)?.split('"').next())
        .collect();
    assert!(cities.len() > 50);
    for city in cities.into_iter().chain(["nowhere at all"]) {
        for need in ["1", "2", "3", "4"] {
            let lines = recommended(flow, facts, city, need);
            assert!((3..=5).contains(&lines.len()), "{city} {need}: {lines:?}");
        }
    }
    assert_eq!(
        recommended(flow, facts, "Mumbai, up to 500 km", "1")[0],
        "1. Tata Memorial Hospital (Mumbai)"
    );
}

fn recommended(flow: &Flow, facts: FlowContext, place: &str, need: &str) -> Vec<String> {
    let (mut run, _): (FlowRun, _) = flow.begin(Locale::En);
    let mut last = Progress::NotMine;
    for text in ["agree", "breast", "2", place, "5 lakhs", "soon", need] {
        last = flow.answer(&mut run, FlowInput::Text(text), facts);
    }
    let Progress::Completed(prompt, _) = last else { panic!("{place} {need}: {last:?}") };
    assert!(prompt.text.ends_with("• talk to a coordinator"));
    let numbered = prompt.text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    numbered.map(str::to_owned).collect()
}

#[test]
fn the_example_of_the_documentation_is_a_flow() {
    let page = include_str!("../../../docs/flows.md");
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(Folder::with(&[("a.toml", example)]).said_against("a.toml"), Vec::<String>::new());
}

#[test]
fn faults_of_form_and_of_sense_bear_file_and_line() {
    let against = |text: &str| Folder::with(&[("a.toml", text)]).said_against("a.toml");
    assert_eq!(against(SMALL), Vec::<String>::new());
    let of_form =
        SMALL.replace("version = 1", "version = \"1\"\ncolour = 3").replace("kind = \"text\"\n", "");
    assert_eq!(
        against(&of_form),
        [
            "a.toml:2: version must be a whole number",
            "a.toml:3: a flow has no colour",
            "a.toml:11: a step needs kind",
        ]
    );
    let of_sense = SMALL.replace("small", "Small").replace("\"pequeño\"", "\"STOP\"");
    let expected = [
        "a.toml:1: id «Small» must be a small letter, then small letters, digits, _ or -, 40 at most",
        "a.toml:5: trigger «STOP» is a compliance word",
    ];
    assert_eq!(against(&of_sense), expected);
    let broken = against(&SMALL.replace("languages = [\"es\"]", "languages = [\"es\""));
    assert!(broken[0].starts_with("a.toml:3: ") || broken[0].starts_with("a.toml:4: "), "{broken:?}");
    let twice = against(&format!("{SMALL}kind = \"text\"\n"));
    assert!(twice[0].starts_with("a.toml:15: "), "{twice:?}");
}

#[test]
fn faults_of_a_catalogue_bear_its_own_file_and_line() {
    let flow = shipped("oncology-intake.toml");
    let catalogue = shipped("oncology-intake.catalogue.toml");
    let against = |text: &str| {
        let files = [("f.toml", flow), ("oncology-intake.catalogue.toml", text)];
        Folder::with(&files).said_against("f.toml")
    };
    assert_eq!(against(catalogue), Vec::<String>::new());
    let at = catalogue.lines().position(|line| line == "city = \"mumbai\"").unwrap() + 1;
    let lost = against(&catalogue.replacen("city = \"mumbai\"", "city = \"atlantis\"", 1));
    assert_eq!(lost, [format!("oncology-intake.catalogue.toml:{at}: there is no city atlantis")]);
    let missing = Folder::with(&[("f.toml", flow)]).said_against("f.toml");
    let named_at = flow.lines().position(|line| line.starts_with("catalogue = ")).unwrap() + 1;
    assert!(
        missing[0]
            .starts_with(&format!("f.toml:{named_at}: catalogue «oncology-intake.catalogue.toml» can't"))
    );
    let outside = flow.replace("\"oncology-intake.catalogue.toml\"", "\"../secrets.toml\"");
    let outside = Folder::with(&[("f.toml", &outside)]).said_against("f.toml");
    assert_eq!(
        outside,
        [format!("f.toml:{named_at}: catalogue «../secrets.toml» must be in the folder of its flow")]
    );
}

#[test]
fn ways_on_conditions_and_validations_are_read() {
    let branching = shipped("wallet-onboarding.toml");
    let folder =
        Folder::with(&[("a.toml", &branching.replace("go = \"contact_phone\"", "go = \"nowhere\""))]);
    let at = branching.lines().position(|line| line == "go = \"contact_phone\"").unwrap() + 1;
    assert_eq!(
        folder.said_against("a.toml"),
        [format!("a.toml:{at}: next leads to nowhere, which there is not")]
    );
    let dated = branching.replace("earliest = 1900-01-01", "earliest = 1900-01-01T00:00:00Z");
    let folder = Folder::with(&[("a.toml", &dated)]);
    let at = branching.lines().position(|line| line.contains("earliest")).unwrap() + 1;
    let expected = format!("a.toml:{at}: earliest must be a number, a date, true or false");
    assert_eq!(folder.said_against("a.toml"), [expected]);
}

#[test]
fn a_folders_flows_join_those_that_are_built_in() {
    let newer = shipped("wallet-onboarding.toml").replace("version = 1", "version = 2");
    let folder = Folder::with(&[("small.toml", SMALL), ("wallet.toml", &newer), ("notes.txt", "x")]);
    let library = load(Some(folder.path())).map_err(said).unwrap();
    let flows: Vec<_> = library
        .registry
        .all_newest()
        .iter()
        .map(|flow| format!("{} {}", flow.id(), flow.version()))
        .collect();
    assert_eq!(flows, ["oncology-intake 1", "small 1", "wallet-onboarding 2"]);
    assert_eq!(library.versions.len(), 4, "the earlier version is kept too");
    for version in &library.versions {
        let read = read_version(version).map_err(said).unwrap();
        assert_eq!((read.id(), read.version()), (&version.flow, version.version));
    }
    let taken = SMALL.replace("\"pequeño\"", "\"oncología\"");
    let folder =
        Folder::with(&[("a.toml", &taken), ("b.toml", SMALL), ("c.toml", &SMALL.replace("id =", "idea ="))]);
    let complaints = load(Some(folder.path())).map(|_| ()).map_err(said).unwrap_err();
    assert!(complaints.iter().all(|complaint| complaint.contains("c.toml")), "{complaints:?}");
    fs::remove_file(folder.path().join("c.toml")).unwrap();
    let complaints = load(Some(folder.path())).map(|_| ()).map_err(said).unwrap_err().join("\n");
    assert!(complaints.contains("a.toml:5: «oncología» starts oncology-intake already"), "{complaints}");
    assert!(complaints.contains("b.toml:1: there are two flows small of version 1"), "{complaints}");
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}|(id|steps|consent|results|next) ?= ?[\\[{\"0-9]{0,4}[^\\n]{0,20}\n") {
        let catalogue = |_: &str| Ok(String::new());
        prop_assert!(read("a", &text, "", &catalogue).is_err());
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A sound flow with one line removed or doubled is refused with a reason, or is still sound.
    #[test]
    fn a_flow_that_lost_a_line_panics_nobody(lost in 0_usize..250, twice in any::<bool>()) {
        let lines: Vec<&str> = shipped("oncology-intake.toml").lines().collect();
        let at = lost % lines.len();
        let mut changed = lines.clone();
        if twice { changed.insert(at, lines[at]) } else { changed.remove(at); }
        let catalogue = |_: &str| Ok(shipped("oncology-intake.catalogue.toml").to_owned());
        if let Err(complaints) = read("a", &changed.join("\n"), "", &catalogue) {
            prop_assert!(complaints.iter().all(|complaint| (1..=changed.len()).contains(&complaint.line)));
        }
    }
}
