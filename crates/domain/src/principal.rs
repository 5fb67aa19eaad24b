//! Who acts: the principal that asks for codes and transfers, owns idempotency keys, and stands in the audit
//! log.

use crate::ids::{ConversationId, OperatorId, TransferId, UserId};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// The principal of a request. Challenges, transfers and idempotency keys belong to the principal that made
/// them, and no other one sees them.
///
/// Its text form, in the database and in the audit log, is the kind, a colon and the id: `client:<id>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Principal {
    /// A team, by its client id.
    Client(String),
    /// A signed-in user.
    User(UserId),
    /// A chat, by its conversation.
    Chat(ConversationId),
    /// An anonymous caller at that network address; `None` where the address must not be stored. Their sends
    /// and wrong codes are counted separately, so that they use up and lock nothing for others.
    Anonymous(Option<String>),
    /// A transfer that waits: the challenge of its step-up code belongs to it.
    Transfer(TransferId),
    /// An operator: staff with an account of their own.
    Operator(OperatorId),
    /// The platform itself: its workers and commands.
    System,
}

/// The text is no principal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("is no principal")]
pub struct InvalidPrincipal;

impl Principal {
    /// The network address of an anonymous caller; `None` for all others.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Anonymous(address) => address.as_deref(),
            _ => None,
        }
    }

    /// Whether it is an anonymous caller.
    #[must_use]
    pub const fn is_anonymous(&self) -> bool {
        matches!(self, Self::Anonymous(_))
    }

    /// The text form: `client:<id>`, `user:<id>`, `chat:<conversation>`, `anonymous:<address>`, `anonymous`,
    /// `transfer:<id>`, `operator:<id>` or `system`.
    #[must_use]
    pub fn key(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(id) => write!(f, "client:{id}"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Chat(conversation) => write!(f, "chat:{conversation}"),
            Self::Anonymous(Some(address)) => write!(f, "anonymous:{address}"),
            Self::Anonymous(None) => f.write_str("anonymous"),
            Self::Transfer(id) => write!(f, "transfer:{id}"),
            Self::Operator(id) => write!(f, "operator:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}

impl FromStr for Principal {
    type Err = InvalidPrincipal;

    fn from_str(text: &str) -> Result<Self, InvalidPrincipal> {
        let Some((kind, id)) = text.split_once(':') else {
            return match text {
                "anonymous" => Ok(Self::Anonymous(None)),
                "system" => Ok(Self::System),
                _ => Err(InvalidPrincipal),
            };
        };
        let invalid = |_malformed| InvalidPrincipal;
        match kind {
            "client" => Ok(Self::Client(id.to_owned())),
            "user" => id.parse().map(Self::User).map_err(invalid),
            "chat" => id.parse().map(Self::Chat).map_err(invalid),
            "anonymous" => Ok(Self::Anonymous(Some(id.to_owned()))),
            "operator" => id.parse().map(Self::Operator).map_err(invalid),
            "transfer" => id.parse().map(Self::Transfer).map_err(invalid),
            _ => Err(InvalidPrincipal),
        }
    }
}

impl From<Principal> for String {
    fn from(principal: Principal) -> Self {
        principal.to_string()
    }
}

impl TryFrom<String> for Principal {
    type Error = InvalidPrincipal;

    fn try_from(text: String) -> Result<Self, InvalidPrincipal> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn each_is_read_as_it_was_written() {
        let id = Uuid::from_u128(7);
        for (principal, text) in [
            (Principal::Client("shop:eu".into()), "client:shop:eu".to_owned()),
            (Principal::User(UserId(id)), format!("user:{id}")),
            (Principal::Chat(ConversationId(id)), format!("chat:{id}")),
            (Principal::Anonymous(Some("2001:db8::1".into())), "anonymous:2001:db8::1".into()),
            (Principal::Anonymous(None), "anonymous".into()),
            (Principal::Transfer(TransferId(id)), format!("transfer:{id}")),
            (Principal::Operator(OperatorId(id)), format!("operator:{id}")),
            (Principal::System, "system".into()),
        ] {
            assert_eq!((principal.key(), text.parse()), (text, Ok(principal)));
        }
    }

    #[test]
    fn another_text_is_no_principal() {
        for text in ["", "user", "user:1", "chat:+52155", "transfer:", "operator:1", "System"] {
            assert_eq!(text.parse::<Principal>(), Err(InvalidPrincipal), "{text}");
        }
    }

    #[test]
    fn only_anonymous_callers_are_known_by_their_address() {
        let anonymous = Principal::Anonymous(Some("203.0.113.7".into()));
        assert_eq!((anonymous.address(), anonymous.is_anonymous()), (Some("203.0.113.7"), true));
        assert!(Principal::Anonymous(None).is_anonymous());
        let team = Principal::Client("203.0.113.7".into());
        assert_eq!((team.address(), team.is_anonymous()), (None, false));
    }
}
