//! Accounts: credentials, sessions, bound chats.

mod chat_links;
mod freezes;
mod identities;
mod import;
mod mfa_change;
pub mod session_tokens;
mod sessions;
mod users;

#[cfg(feature = "mock")]
pub use self::{
    chat_links::MockChatLinks, freezes::MockFreezes, identities::MockIdentities, sessions::MockSessions,
    users::MockUsers,
};
pub use self::{
    chat_links::{BindChat, Bound, ChatLink, ChatLinks, Confirmer, LinkMaker, NewLinkCode, TelegramChat},
    freezes::{FreezeRequest, Freezes, LiftProof, LiftRequest, Lifted},
    identities::{Identities, NewPerson, User},
    import::{Imported, ImportedPerson},
    mfa_change::{ChangeMfa, MfaChange, MfaChanged, MfaProof},
    sessions::{NewSession, OpenSession, Refreshed, SessionView, Sessions},
    users::{
        AccountPhone, AccountQuota, AskReset, CountedTry, Credentials, FirstWallet, Mfa, NameChange,
        NewAccount, NewLoginChallenge, PhoneChange, Profile, ProfileChange, ProfileChanged, Registered,
        ResetPassword, ResetProof, TryOutcome, Users,
    },
};
