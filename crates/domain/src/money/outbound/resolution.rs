//! What two operators decide about a payment in doubt.

use crate::principal::Principal;

/// What an operator says has become of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It has left.
    Settled,
    /// It has not left.
    NotPaid,
}

/// What the first operator said. It stands until they take it back, or the bank says something definite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstResolution {
    /// The operator.
    pub by: Principal,
    /// What they say.
    pub verdict: Resolution,
}

/// What comes of one operator's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolutionStep {
    /// It is the first word; another operator must say the same.
    NeedsSecond,
    /// Two operators say the same.
    Agreed,
    /// The first word is this operator's own.
    SameOperator,
    /// The first word is another one.
    Differs,
    /// The payment is not in doubt.
    NotInDoubt,
}

impl Resolution {
    /// The name in the API and the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::NotPaid => "not_paid",
        }
    }

    /// Reads the name that [`Resolution::name`] gives.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Settled, Self::NotPaid].into_iter().find(|verdict| verdict.name() == name)
    }
}
