//! The verbs that move money, in all their forms. Each form has tags for mood and tense, because only some
//! forms command: a past tense does not.

use crate::hashing::WordMap;
use crate::lexicon::sections;
use std::{collections::HashSet, sync::LazyLock};

/// The tags of a verb form (`imp`, `inf`, `past` …). One word can have several.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    tags: HashSet<&'static str>,
    pub(crate) english: bool,
    pub(crate) romance: bool,
}

impl Form {
    pub(crate) fn is(&self, tag: &str) -> bool {
        self.tags.contains(tag)
    }

    pub(crate) fn is_any(&self, tags: &[&str]) -> bool {
        tags.iter().any(|tag| self.is(tag))
    }
}

pub(crate) static VERBS: LazyLock<WordMap<String, Form>> = LazyLock::new(build);

/// The verb form of a folded word. `None` if it is not a form of a known verb.
pub(crate) fn form(word: &str) -> Option<&'static Form> {
    VERBS.get(word)
}

const CLITICS: [&str; 9] = ["me", "te", "le", "les", "lo", "la", "los", "las", "nos"];

struct Builder(WordMap<String, Form>);

impl Builder {
    fn add(&mut self, word: String, tag: &'static str, english: bool) {
        let form = self.0.entry(word).or_default();
        form.tags.insert(tag);
        form.english |= english;
        form.romance |= !english;
    }

    fn add_all(&mut self, stem: &str, endings: &[&str], tag: &'static str) {
        for ending in endings {
            self.add(format!("{stem}{ending}"), tag, false);
        }
    }

    /// Adds a form alone and with every pronoun that Spanish attaches to it («manda», «mándale»,
    /// «mándaselo»).
    fn add_with_clitics(&mut self, base: &str, tag: &'static str) {
        self.add(base.to_owned(), tag, false);
        for one in CLITICS {
            self.add(format!("{base}{one}"), tag, false);
        }
        for one in ["se", "me", "te", "nos"] {
            self.add_all(&format!("{base}{one}"), &["lo", "la", "los", "las"], tag);
        }
        self.add_all(base, &["sel", "ls"], tag);
    }

    fn spanish(&mut self, infinitive: &str, present: &str, is_ar: bool) {
        let Some(stem) = infinitive.get(..infinitive.len().saturating_sub(2)) else { return };
        let (imperatives, past, past_accent, gerund) = if is_ar {
            let (soft_present, soft_stem) = (soft(present), soft(stem));
            self.add_all(&soft_present, &["es"], "subj2");
            self.add_all(&soft_stem, &["es"], "subj2");
            self.add_all(stem, &["ado", "ada", "ados", "adas"], "part");
            self.add_all(stem, &["aba", "aban"], "past");
            (
                vec![
                    format!("{present}a"),
                    format!("{soft_present}e"),
                    format!("{soft_present}en"),
                    format!("{stem}a"),
                ],
                [format!("{stem}aste"), format!("{stem}amos"), format!("{stem}aron")],
                [format!("{soft_stem}e"), format!("{stem}o")],
                format!("{stem}ando"),
            )
        } else {
            let weak = if stem == "transfer" { "transfir" } else { stem };
            self.add_all(present, &["as"], "subj2");
            self.add_all(weak, &["as"], "subj2");
            self.add_all(stem, &["ido", "ida", "idos", "idas"], "part");
            self.add_all(stem, &["ia", "ian"], "past");
            for clitic in CLITICS {
                self.add(format!("{stem}i{clitic}"), "imp", false);
            }
            (
                vec![format!("{present}e"), format!("{present}a"), format!("{present}an")],
                [format!("{stem}iste"), format!("{stem}imos"), format!("{weak}ieron")],
                [format!("{stem}i"), format!("{weak}io")],
                format!("{weak}iendo"),
            )
        };
        for base in &imperatives {
            self.add_with_clitics(base, "imp");
        }
        self.add_with_clitics(infinitive, "inf");
        self.add_with_clitics(&gerund, "ger");
        for word in past {
            self.add(word, "past", false);
        }
        for word in past_accent {
            self.add(word, "pastacc", false);
        }
        self.add_all(infinitive, &["e", "as", "a", "emos", "an"], "fut");
        self.add_all(infinitive, &["ia", "ias", "ian"], "cond");
        self.add_all(present, &["o"], "pres1");
        self.add_all(present, if is_ar { &["as"] } else { &["es"] }, "pres2");
        self.add_all(present, if is_ar { &["an"] } else { &["en"] }, "pres3p");
    }

    fn portuguese(&mut self, infinitive: &str, present: &str, is_ar: bool) {
        let Some(stem) = infinitive.get(..infinitive.len().saturating_sub(2)) else { return };
        if is_ar {
            let soft_present =
                if present.ends_with('g') { format!("{present}u") } else { present.to_owned() };
            self.add_all(present, &["a"], "imp");
            self.add_all(&soft_present, &["e", "em"], "imp");
            self.add_all(&soft_present, &["ei"], "past");
            self.add_all(stem, &["ou", "aram", "amos", "ava"], "past");
            self.add_all(stem, &["ado", "ada"], "part");
            self.add_all(stem, &["ando"], "ger");
        } else {
            self.add_all(present, &["e"], "imp");
            self.add_all("transfir", &["a", "am"], "imp");
            self.add_all(stem, &["i", "iu", "iram"], "past");
            self.add_all(stem, &["ido", "ida"], "part");
            self.add_all(stem, &["indo"], "ger");
        }
        self.add(infinitive.to_owned(), "inf", false);
        self.add_all(infinitive, &["ei", "a", "emos", "ao"], "fut");
        self.add_all(present, &["o"], "pres1");
    }

    fn english(&mut self, base: &str, past: &str, gerund: &str) {
        self.add(base.to_owned(), "imp", true);
        self.add(past.to_owned(), "past", true);
        self.add(gerund.to_owned(), "ger", true);
        let ending = if base.ends_with("ss") || base.ends_with("sh") { "es" } else { "s" };
        self.add(format!("{base}{ending}"), "pres3", true);
    }
}

/// The spelling of a stem before an `e`: pag → pagu, tranz → tranc, repic → repiqu.
fn soft(stem: &str) -> String {
    match (stem.strip_suffix('z'), stem.strip_suffix('c')) {
        (Some(rest), _) => format!("{rest}c"),
        (_, Some(rest)) => format!("{rest}qu"),
        _ if stem.ends_with('g') => format!("{stem}u"),
        _ => stem.to_owned(),
    }
}

fn build() -> WordMap<String, Form> {
    let mut builder = Builder(WordMap::default());
    for (language, lines) in sections(include_str!("../data/verbs.txt")) {
        for line in lines {
            let words: Vec<&'static str> = line.split_whitespace().collect();
            match (language, words.as_slice()) {
                ("es", [infinitive, present, class]) => builder.spanish(infinitive, present, *class == "ar"),
                ("pt", [infinitive, present, class]) => {
                    builder.portuguese(infinitive, present, *class == "ar");
                }
                ("en", [base, past, gerund]) => builder.english(base, past, gerund),
                ("extra", [word, tags @ ..]) => {
                    for tag in tags {
                        builder.add((*word).to_owned(), tag, false);
                    }
                }
                _ => {}
            }
        }
    }
    builder.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_forms_it_was_never_told() {
        for (word, tag) in [
            ("transfierele", "imp"),
            ("enviame", "imp"),
            ("depositaselo", "imp"),
            ("pague", "imp"),
            ("transferirle", "inf"),
            ("mandaste", "past"),
            ("transfira", "imp"),
            ("paguei", "past"),
            ("wired", "past"),
            ("sending", "ger"),
        ] {
            assert!(form(word).is_some_and(|form| form.is(tag)), "{word} {tag}");
        }
    }
}
