//! The parts of the tables whose rows an earlier version may have written in the clear.

/// A part of the tables. Its rows are sealed in batches; an area is finished when a batch finds none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Area {
    Accounts,
    Money,
    Messaging,
    Verification,
}

impl Area {
    /// All areas.
    pub(crate) const ALL: [Self; 4] = [Self::Accounts, Self::Money, Self::Messaging, Self::Verification];

    /// The name that is stored.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Money => "money",
            Self::Messaging => "messaging",
            Self::Verification => "verification",
        }
    }
}
