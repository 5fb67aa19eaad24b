//! What the services make of a text when nobody told them: the intent of the first word that is known.

const WORDS: [(&str, &str); 8] = [
    ("lana", "consultar_saldo"),
    ("varo", "consultar_saldo"),
    ("avient", "transferir"),
    ("moch", "transferir"),
    ("cayó", "consultar_movimientos"),
    ("human", "hablar_con_asesor"),
    ("robaron", "congelar"),
    ("gast", "consultar_gastos"),
];

/// The intent by its name in the API. `None` for a text without a known word.
pub(super) fn intent_of(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    WORDS.iter().find(|(word, _)| text.contains(word)).map(|(_, intent)| *intent)
}
