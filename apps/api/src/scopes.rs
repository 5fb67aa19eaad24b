//! Scopes: what a service token allows a team to do.

/// One scope of a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Verify,
    Messages,
    Conversations,
    Operate,
    WalletsRead,
    Transfers,
    Deposits,
    People,
    Nlu,
    Flows,
    Audit,
}

impl Scope {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Messages => "messages",
            Self::Conversations => "conversations",
            Self::Operate => "operate",
            Self::WalletsRead => "wallets:read",
            Self::Transfers => "transfers",
            Self::Deposits => "deposits",
            Self::People => "people",
            Self::Nlu => "nlu",
            Self::Flows => "flows",
            Self::Audit => "audit",
        }
    }
}

/// The names of all scopes. A development token has them all.
pub(crate) const ALL_SCOPES: [&str; 11] = [
    "verify",
    "messages",
    "wallets:read",
    "transfers",
    "deposits",
    "people",
    "nlu",
    "flows",
    "conversations",
    "audit",
    "operate",
];
