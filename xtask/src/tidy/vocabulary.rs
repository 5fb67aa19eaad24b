//! One word for one thing: words that `docs/GLOSSARY.md` has replaced, and what to write instead.

use std::path::Path;

/// A word that is not used, the word to use, and paths where it may stand all the same.
struct Replaced {
    word: &'static str,
    instead: &'static str,
    allowed_in: &'static [&'static str],
}

const fn replaced(word: &'static str, instead: &'static str) -> Replaced {
    Replaced { word, instead, allowed_in: &[] }
}

/// Compared as whole words, without case; parts of identifiers count (`find_talk`).
const REPLACED: [Replaced; 18] = [
    Replaced {
        word: "talk",
        instead: "conversation",
        // Words that people write to us.
        allowed_in: &[
            "adapter-nlu-rules",
            "tests/it/flows.rs",
            "flow/tests",
            "adapter-flows/src/tests.rs",
            "docs/flows.md",
            "messaging/intent.rs",
        ],
    },
    replaced("talks", "conversations"),
    Replaced {
        word: "desk",
        instead: "agent handoff",
        // The kind of a transcript line is part of the API.
        allowed_in: &["routes/messaging/conversations.rs", "messaging/agent_handoff.rs"],
    },
    Replaced {
        word: "guess",
        instead: "attempt, check attempt",
        // A password that is easy to guess.
        allowed_in: &["locales/en/pages.ftl"],
    },
    replaced("guesses", "attempts, check attempts"),
    replaced("rivals", "concurrent attempts"),
    replaced("shelf", "flow library"),
    replaced("whoever", "a caller, a person"),
    replaced("provider_sid", "provider_ref"),
    replaced("code_ways", "verification_fallbacks"),
    replaced("early_statuses", "early_delivery_reports"),
    replaced("kept_answers", "idempotent_responses"),
    replaced("NotACode", "InvalidCode"),
    replaced("CannotOpen", "DecryptError"),
    replaced("VerifyNumber", "VerificationService"),
    replaced("TakeGuess", "AttemptRequest"),
    replaced("DeskOrder", "AgentCommand"),
    replaced("TalkView", "ConversationView"),
];

/// The dictionary names the old words; this file lists them.
const DICTIONARY: [&str; 2] = ["docs/GLOSSARY.md", "xtask/src/tidy/vocabulary.rs"];

/// What is wrong with a file's words, one complaint a line.
pub(super) fn complaints(path: &Path, text: &str) -> Vec<String> {
    let shown = path.to_string_lossy();
    if DICTIONARY.iter().any(|dictionary| shown.ends_with(dictionary)) {
        return Vec::new();
    }
    let applies = |rule: &&Replaced| !rule.allowed_in.iter().any(|part| shown.contains(part));
    let rules: Vec<&Replaced> = REPLACED.iter().filter(applies).collect();
    let lines = text.lines().zip(1_usize..);
    lines
        .flat_map(|(line, number)| {
            let found = rules.iter().filter(|rule| contains(line, rule.word));
            found.map(move |rule| (number, rule.word, rule.instead)).collect::<Vec<_>>()
        })
        .map(|(number, word, instead)| {
            format!("{shown}:{number}: not «{word}» but «{instead}» (docs/GLOSSARY.md)")
        })
        .collect()
}

/// Whether a line contains the word: a whole word, or a whole part of a `snake_case` name.
fn contains(line: &str, word: &str) -> bool {
    let (line, word) = (line.to_lowercase(), word.to_lowercase());
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    line.match_indices(&word).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        let after = line.get(at.saturating_add(word.len())..).and_then(|tail| tail.chars().next());
        is_edge(before) && is_edge(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_word_is_found_with_the_word_to_use() {
        let found =
            complaints(Path::new("crates/x/src/lib.rs"), "//! Fine.\nfn find_talk() {}\n// The guesser.\n");
        assert_eq!(found, ["crates/x/src/lib.rs:2: not «talk» but «conversation» (docs/GLOSSARY.md)"]);
        assert_eq!(complaints(Path::new("docs/GLOSSARY.md"), "talk"), [""; 0]);
        assert!(contains("a TakeGuess b", "TakeGuess") && !contains("TakeGuessing", "TakeGuess"));
    }
}
