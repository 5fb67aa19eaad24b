//! Operators: staff with an account of their own, and what each of their roles allows.

use thiserror::Error;

/// What an operator may do. Each role includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperatorRole {
    /// Sees everything that the console shows, and changes nothing.
    Look,
    /// Answers conversations, and sees a person's number after giving a reason.
    Answer,
    /// Asks the bank about payments, and replays dead letters.
    Investigate,
    /// Decides payments in doubt, and freezes.
    Decide,
    /// Manages operators.
    Admin,
}

/// The text names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be one of look, answer, investigate, decide, admin")]
pub struct UnknownRole;

impl OperatorRole {
    /// Every role, the least first.
    pub const ALL: [Self; 5] = [Self::Look, Self::Answer, Self::Investigate, Self::Decide, Self::Admin];

    /// The name in commands and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Answer => "answer",
            Self::Investigate => "investigate",
            Self::Decide => "decide",
            Self::Admin => "admin",
        }
    }

    /// Reads the name that [`OperatorRole::name`] gives.
    pub fn parse(name: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or(UnknownRole)
    }

    /// True if this role allows what `needed` allows.
    #[must_use]
    pub fn includes(self, needed: Self) -> bool {
        self >= needed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_includes_those_before_it() {
        use OperatorRole::{Admin, Answer, Decide, Investigate, Look};
        let allowed = |role: OperatorRole| OperatorRole::ALL.map(|needed| role.includes(needed));
        assert_eq!(allowed(Look), [true, false, false, false, false]);
        assert_eq!(allowed(Answer), [true, true, false, false, false]);
        assert_eq!(allowed(Investigate), [true, true, true, false, false]);
        assert_eq!(allowed(Decide), [true, true, true, true, false]);
        assert_eq!(allowed(Admin), [true; 5]);
    }

    #[test]
    fn a_name_is_read_as_it_was_written_and_another_is_none() {
        for role in OperatorRole::ALL {
            assert_eq!(OperatorRole::parse(role.name()), Ok(role));
        }
        for name in ["", "owner", "Look", " look", "looks"] {
            assert_eq!(OperatorRole::parse(name), Err(UnknownRole), "{name:?}");
        }
    }
}
