//! A person's own data: a copy of it, and its erasure.
//!
//! Both are asked for in words of an **allow-list** over the whole message: no other sentence exports or erases
//! anything. «borra mis datos» may mean three things, so it is answered with the words for each.
//!
//! Both need a code that was checked a moment ago. An erasure also needs a clear yes to what it does.

use super::{Effect, ErasureNoted, Question, Reply, RequestedAction, Session, step::Step};
use crate::{ids::UserId, locale::Locale, privacy::Obstacle, text::fold};
use chrono::Duration;

/// How long a code that was checked counts as proof for these requests.
const PROOF_TTL: Duration = Duration::minutes(5);

/// What a message wants about the person's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataWish {
    /// A copy.
    Export,
    /// The erasure of everything that can be erased.
    Erase,
    /// The erasure is taken back.
    KeepAccount,
    /// One of several things.
    Unclear,
}

/// Verbs and objects of a wish, in one language. Every verb goes with every object.
struct Phrases {
    wish: DataWish,
    locale: Locale,
    verbs: &'static [&'static str],
    objects: &'static [&'static str],
}

const PHRASES: [Phrases; 12] = [
    Phrases {
        wish: DataWish::Export,
        locale: Locale::Es,
        verbs: &[
            "exportar",
            "exporta",
            "exportame",
            "descargar",
            "descarga",
            "bajar",
            "dame",
            "quiero",
            "mandame",
            "enviame",
            "una copia de",
            "dame una copia de",
            "quiero una copia de",
            "quiero descargar",
            "quiero exportar",
        ],
        objects: &["mis datos", "todos mis datos", "mis datos personales"],
    },
    Phrases {
        wish: DataWish::Export,
        locale: Locale::En,
        verbs: &[
            "export",
            "download",
            "get",
            "send me",
            "give me",
            "a copy of",
            "send me a copy of",
            "give me a copy of",
            "i want a copy of",
            "i want to download",
            "i want to export",
            "i want",
        ],
        objects: &["my data", "all my data", "my personal data"],
    },
    Phrases {
        wish: DataWish::Export,
        locale: Locale::Pt,
        verbs: &[
            "exportar",
            "exporta",
            "exporte",
            "baixar",
            "baixa",
            "baixe",
            "quero",
            "uma copia dos",
            "quero uma copia dos",
            "quero baixar",
            "quero exportar",
            "me manda",
            "me envia",
        ],
        objects: &["meus dados", "os meus dados", "todos os meus dados", "meus dados pessoais"],
    },
    Phrases {
        wish: DataWish::Erase,
        locale: Locale::Es,
        verbs: &[
            "borrar",
            "borra",
            "borren",
            "eliminar",
            "elimina",
            "eliminen",
            "quiero borrar",
            "quiero eliminar",
            "quiero que borren",
            "quiero que eliminen",
        ],
        objects: &["mi cuenta", "mi cuenta y mis datos", "mi cuenta y todos mis datos"],
    },
    Phrases {
        wish: DataWish::Erase,
        locale: Locale::En,
        verbs: &["delete", "erase", "remove", "i want to delete", "i want to erase", "please delete"],
        objects: &["my account", "my account and my data", "my account and all my data"],
    },
    Phrases {
        wish: DataWish::Erase,
        locale: Locale::Pt,
        verbs: &[
            "apagar",
            "apaga",
            "apague",
            "excluir",
            "exclui",
            "exclua",
            "deletar",
            "quero apagar",
            "quero excluir",
            "quero deletar",
        ],
        objects: &["minha conta", "a minha conta", "minha conta e meus dados"],
    },
    Phrases {
        wish: DataWish::KeepAccount,
        locale: Locale::Es,
        verbs: &["cancelar", "cancela", "detener", "deten"],
        objects: &[
            "borrado",
            "el borrado",
            "el borrado de mi cuenta",
            "la eliminacion",
            "la eliminacion de mi cuenta",
        ],
    },
    Phrases {
        wish: DataWish::KeepAccount,
        locale: Locale::En,
        verbs: &["cancel", "stop", "undo"],
        objects: &[
            "erasure",
            "the erasure",
            "deletion",
            "the deletion",
            "account deletion",
            "my account deletion",
        ],
    },
    Phrases {
        wish: DataWish::KeepAccount,
        locale: Locale::Pt,
        verbs: &["cancelar", "cancela", "cancele"],
        objects: &["exclusao", "a exclusao", "a exclusao da conta", "a exclusao da minha conta"],
    },
    Phrases {
        wish: DataWish::Unclear,
        locale: Locale::Es,
        verbs: &[
            "borrar",
            "borra",
            "borren",
            "eliminar",
            "elimina",
            "eliminen",
            "quiero borrar",
            "quiero que borren",
        ],
        objects: &[
            "mis datos",
            "todos mis datos",
            "mis datos personales",
            "mi informacion",
            "toda mi informacion",
        ],
    },
    Phrases {
        wish: DataWish::Unclear,
        locale: Locale::En,
        verbs: &["delete", "erase", "remove", "i want to delete", "please delete"],
        objects: &["my data", "all my data", "my personal data", "my information", "all my information"],
    },
    Phrases {
        wish: DataWish::Unclear,
        locale: Locale::Pt,
        verbs: &["apagar", "apaga", "apague", "excluir", "exclua", "deletar", "quero apagar"],
        objects: &["meus dados", "os meus dados", "todos os meus dados", "minhas informacoes"],
    },
];

/// Words before and after that change nothing.
const COURTESIES: [&str; 8] = ["hola", "oye", "por favor", "porfa", "porfavor", "please", "gracias", "ya"];

/// The wish of a message, if the whole message is one, and its language.
pub(super) fn data_wish(text: &str) -> Option<(DataWish, Locale)> {
    // A question asks how, or whether; a negation is none of the listed words.
    if text.contains(['?', '¿']) {
        return None;
    }
    let folded = fold(text);
    let mut rest = folded.as_str();
    loop {
        let before = rest;
        for courtesy in COURTESIES {
            rest = rest.strip_prefix(courtesy).filter(|rest| rest.starts_with(' ')).unwrap_or(rest).trim();
            rest = rest.strip_suffix(courtesy).filter(|rest| rest.ends_with(' ')).unwrap_or(rest).trim();
        }
        if before == rest {
            break;
        }
    }
    let is = |phrases: &&Phrases| {
        // «mis datos» alone asks for them.
        if phrases.wish == DataWish::Export && phrases.objects.contains(&rest) {
            return true;
        }
        phrases.verbs.iter().any(|verb| {
            let object = rest.strip_prefix(verb).and_then(|rest| rest.strip_prefix(' '));
            object.is_some_and(|object| phrases.objects.contains(&object))
        })
    };
    PHRASES.iter().find(is).map(|phrases| (phrases.wish, phrases.locale))
}

impl Step<'_> {
    /// Takes a text as a wish about the person's data. False: it is none.
    pub(super) fn wish_about_data(&mut self, text: &str) -> bool {
        // While an agent has the conversation, only they answer.
        let Some((wish, locale)) = data_wish(text).filter(|_| !self.is_handed_off()) else { return false };
        self.state.locale = self.state.locale.or(Some(locale));
        match wish {
            DataWish::Export => self.want(RequestedAction::ExportData),
            DataWish::Erase => self.want(RequestedAction::EraseAccount),
            DataWish::KeepAccount => self.want(RequestedAction::KeepAccount),
            DataWish::Unclear => {
                self.drop_pending();
                self.say(Reply::WhichDataWish);
            }
        }
        true
    }

    /// Carries a request out if the person proved themselves a moment ago; else a new code is sent first.
    pub(super) fn prove_and_run(&mut self, user: UserId, what: RequestedAction) {
        if self.has_fresh_proof(user) {
            return self.effects.push(match what {
                RequestedAction::EraseProved(_) => Effect::AskErasure(user),
                _ => Effect::AskExport(user),
            });
        }
        self.drop_pending();
        if !self.facts.has_number && self.state.number.is_none() {
            // A bound chat without a number has nothing that a code could go to.
            return self.say(Reply::DataNeedsNumber);
        }
        let request = Some(super::DeferredRequest { what, at: self.facts.now });
        let verification = crate::ids::VerificationId(uuid::Uuid::nil());
        self.state.session = Session::AwaitingCode { verification, request };
        self.effects.push(Effect::StartVerification);
    }

    /// Whether a code for this person was checked in this conversation a moment ago. That a chat is bound proves nothing.
    fn has_fresh_proof(&self, user: UserId) -> bool {
        match self.state.session {
            Session::Open { user: proved, since } => {
                proved == user && self.facts.now.signed_duration_since(since) < PROOF_TTL
            }
            _ => false,
        }
    }

    /// Runs what waited for a fresh code. The code must be of the person who asked.
    pub(super) fn run_proved(&mut self, user: UserId, what: RequestedAction) {
        match what {
            RequestedAction::EraseProved(asked) | RequestedAction::ExportProved(asked) if asked == user => {
                self.prove_and_run(user, what);
            }
            _ => self.say(Reply::RequestDropped),
        }
    }

    /// Nothing stands in the way: what an erasure does is told, and one yes is asked for.
    pub(super) fn on_erasure_checked(&mut self, obstacles: Vec<Obstacle>) {
        if obstacles.is_empty() {
            self.ask_yes_or_no(Question::EraseAccount);
        } else {
            self.say(Reply::ErasureInTheWay(obstacles));
        }
    }

    /// The person said yes to the erasure.
    pub(super) fn erase(&mut self) {
        match self.state.user(self.facts) {
            Some(user) => self.prove_and_run(user, RequestedAction::EraseProved(user)),
            None => self.want(RequestedAction::EraseAccount),
        }
    }

    pub(super) fn on_erasure_asked(&mut self, outcome: ErasureNoted) {
        self.say(match outcome {
            ErasureNoted::Due(at) => Reply::ErasureDue(at),
            ErasureNoted::InTheWay(obstacles) => Reply::ErasureInTheWay(obstacles),
            ErasureNoted::NoSuchPerson => Reply::RequestDropped,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_messages_of_the_list_are_wishes() {
        let wish = |text: &str| data_wish(text).map(|(wish, _)| wish);
        for text in [
            "mis datos",
            "my data",
            "exportar mis datos",
            "Descargar mis datos, por favor",
            "export my data",
            "exportar meus dados",
        ] {
            assert_eq!(wish(text), Some(DataWish::Export), "{text}");
        }
        for text in ["borrar mi cuenta", "Hola, borra mi cuenta", "DELETE MY ACCOUNT", "apagar minha conta!"]
        {
            assert_eq!(wish(text), Some(DataWish::Erase), "{text}");
        }
        for text in ["cancelar borrado", "cancel erasure", "cancelar a exclusão"] {
            assert_eq!(wish(text), Some(DataWish::KeepAccount), "{text}");
        }
        for text in ["borra mis datos", "delete my data", "apagar meus dados"] {
            assert_eq!(wish(text), Some(DataWish::Unclear), "{text}");
        }
        for text in [
            "no borres mi cuenta",
            "no borrar mi cuenta",
            "¿borrar mi cuenta?",
            "cómo puedo borrar mi cuenta",
            "mi hermano quiere borrar mi cuenta",
            "borrar mi cuenta de ahorro",
            "borra mi cuenta mañana",
            "don't delete my account",
            "borra a Ana de mis contactos",
            "cuenta",
            "datos",
            "mi cuenta",
            "mis datos para que me depositen",
            "",
        ] {
            assert_eq!(wish(text), None, "{text}");
        }
    }
}
