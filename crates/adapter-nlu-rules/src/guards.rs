//! Guards that stop a command from being carried out: a future time, a condition, reported speech.

use crate::{
    lexicon::LEXICON,
    patterns::{Sections, mentions, places},
    tokens::{Token, word_at},
};

/// True if a future time applies to the command: it is in the command's clause, or in a clause without a
/// verb. «El lunes es la boda, deposítale 50» means now; «mañana, mándale 50» does not.
pub(crate) fn is_future(tokens: &[Token], commands: &[usize]) -> bool {
    let mut clauses: Vec<Vec<(usize, &str)>> = vec![Vec::new()];
    for (at, token) in tokens.iter().enumerate() {
        let word = token.folded.as_str();
        let begins_new = token.is_punct() && matches!(word, "," | ";" | "." | ":" | "!" | "?")
            || matches!(word, "so" | "ahora") && clauses.last().is_some_and(|clause| !clause.is_empty());
        if begins_new {
            // «para el viernes fiesta: mándale 50» is a heading; «mañana: mándale 50» is a time.
            if word == ":"
                && let Some(clause) = clauses.last_mut()
                && clause.iter().any(|(_, word)| is_content(word))
            {
                clause.clear();
            }
            clauses.push(Vec::new());
        }
        if !token.is_punct()
            && let Some(clause) = clauses.last_mut()
        {
            clause.push((at, word));
        }
    }
    clauses.iter().any(|clause| {
        let words: Vec<&str> = clause.iter().map(|(_, word)| *word).collect();
        let has_command = clause.iter().any(|(at, _)| commands.contains(at));
        let has_state = words.iter().any(|word| LEXICON.state_verbs.contains(word));
        let asks_when = words.iter().any(|word| matches!(*word, "when" | "cuando" | "quando" | "cuanto"));
        if !commands.is_empty() && !has_command && has_state && !asks_when {
            return false;
        }
        places("future", &words).any(|at| governs(&words, at))
    })
}

/// Whether a word is more than a time, an article or a number.
fn is_content(word: &str) -> bool {
    !(LEXICON.future_words.contains(word)
        || LEXICON.time_units.contains(word)
        || LEXICON.determiners.contains(word)
        || LEXICON.prepositions.contains(word)
        || word.starts_with('<')
        || mentions("future", word))
}

/// False where the time only describes a thing: «la cena de mañana», "for tomorrow's lunch".
fn governs(words: &[&str], at: usize) -> bool {
    let articles = ["la", "el", "the", "las", "los", "o", "lo"];
    let before =
        words.iter().take(at).rev().find(|word| !articles.contains(word)).copied().unwrap_or_default();
    let own = words.get(at).copied().unwrap_or_default();
    !matches!(before, "de" | "del" | "da" | "do" | "for" | "desde" | "hasta")
        && !matches!(own, "desde" | "hasta")
}

/// True if the text states a condition («si», "if"). «sí» with its accent is a yes.
pub(crate) fn is_conditional(tokens: &[Token]) -> bool {
    tokens.iter().enumerate().filter(|(_, token)| token.is_word()).any(|(at, token)| {
        let next = word_at(tokens, at.saturating_add(1));
        let behind = word_at(tokens, at.saturating_add(2));
        let is_polite = matches!(next, "me" | "te" | "no" | "le" | "se")
            && matches!(behind, "haces" | "ayudas" | "puedes" | "apoyas" | "es" | "puede" | "hace" | "ayuda");
        match token.folded.as_str() {
            "if" => !matches!(next, "you" | "possible"),
            "si" => {
                !token.surface.to_lowercase().contains('í')
                    && LEXICON.condition_next.contains(next)
                    && !is_polite
            }
            "se" => matches!(
                next,
                "eu" | "ele" | "ela" | "me" | "o" | "receber" | "cair" | "der" | "voce" | "a" | "sobrar"
            ),
            "caso" | "unless" | "siempre" => matches!(next, "me" | "eu" | "i" | "que" | "ele" | "you"),
            _ => false,
        }
    })
}

/// True if the text reports somebody else's command: «dice: envía 50».
pub(crate) fn is_reported(tokens: &[Token], commands: &[usize]) -> bool {
    // «dile a Juan que pague», "told Sandra to wire": the command is for another.
    const TELLS: [&str; 18] = [
        "told", "tell", "tells", "asked", "ask", "dile", "diles", "digale", "fala", "fale", "falou", "diz",
        "pidele", "pidelo", "avisale", "avisa", "remind", "dijo",
    ];
    const SAYS: [&str; 18] = [
        "dice", "dijo", "decia", "says", "said", "disse", "diz", "dizia", "texted", "wrote", "escribio",
        "escreveu", "pone", "pide", "pidio", "asks", "reads", "lee",
    ];
    let with_colon = tokens.iter().enumerate().any(|(at, sign)| {
        let near = tokens.get(at.saturating_sub(5)..at).unwrap_or_default();
        sign.folded == ":" && near.iter().any(|word| SAYS.contains(&word.folded.as_str()))
    });
    let told = commands.iter().any(|at| {
        let near = tokens.get(at.saturating_sub(6)..*at).unwrap_or_default();
        let tells = near.iter().rposition(|token| TELLS.contains(&token.folded.as_str()));
        tells.is_some_and(|from| {
            !near
                .iter()
                .skip(from)
                .any(|token| token.is_punct() || matches!(token.folded.as_str(), "y" | "and" | "e"))
        })
    });
    // «que Paco le pague los 150»
    let of_another = word_at(tokens, 0) == "que"
        && tokens.get(1).is_some_and(|next| {
            next.is_word() && (next.is_capitalised() || LEXICON.relations.contains(next.folded.as_str()))
                || matches!(next.folded.as_str(), "mi" | "el" | "la") && next.is_word()
        });
    with_colon
        || told
        || of_another
        || commands
            .iter()
            .any(|at| at.checked_sub(1).is_some_and(|before| SAYS.contains(&word_at(tokens, before))))
}

/// True if the text must not become a transfer, whatever else it contains.
pub(crate) fn blocks(sections: Sections, tokens: &[Token], commands: &[usize]) -> bool {
    sections.holds("reported")
        || sections.holds("reminder")
        || sections.holds("maybe")
        || sections.holds("future") && is_future(tokens, commands)
        || is_conditional(tokens)
        || sections.holds("mention")
        || sections.holds("topup")
        || is_reported(tokens, commands)
        || !commands.is_empty() && sections.holds("abandon")
}
