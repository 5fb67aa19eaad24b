//! A person's data: erasures, exports, legal holds, and copies of keys.

mod archives;
mod data_exports;
mod erasures;
mod key_copies;
mod legal_holds;
mod personal_data;

#[cfg(feature = "mock")]
pub use self::{
    archives::MockArchives, data_exports::MockDataExports, erasures::MockErasures, key_copies::MockKeyCopies,
    legal_holds::MockLegalHolds,
};
pub use self::{
    archives::{Archive, ArchiveError, Archives},
    data_exports::{AskExport, DataExports, ExportAsked, ExportJob, ExportView},
    erasures::{
        Advanced, AskErasure, BeginErasure, Begun, Erasure, ErasureAsked, ErasurePhase, ErasureTerms,
        Erasures, JournalEntry, TakenBack,
    },
    key_copies::{KeyCopies, KeyCopy, KeyState, PutKeys},
    legal_holds::{HoldChanged, LegalHold, LegalHolds},
    personal_data::{OwnAnswers, OwnChat, OwnCode, OwnConsent, OwnConversation, PersonalData, TableUse},
};
