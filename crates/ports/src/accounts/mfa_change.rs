//! Changes of a user's MFA settings, each with what allows it.

use domain::{
    ids::{UserId, VerificationId},
    operations::audit::Actor,
};

/// The change to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MfaChange {
    /// Sign-in asks for MFA from now on.
    TurnOn,
    /// Sign-in asks for the password only.
    TurnOff,
    /// These hashes replace the user's backup codes.
    NewBackupCodes(Vec<[u8; 32]>),
}

/// What allows the change.
#[derive(Clone, PartialEq, Eq)]
pub enum MfaProof {
    /// The password, already checked.
    Password {
        /// The password hash that it matched. If the stored one differs by now, nothing changes.
        seen: String,
    },
    /// An approved challenge to the user's number, for signing in or for proving the number. It is used up.
    Code(VerificationId),
    /// A backup code, by its hashes. It is used up.
    Backup(Vec<[u8; 32]>),
}

/// A change of a user's MFA settings. The user is told of it by an alert that commits with it.
#[derive(Clone)]
pub struct ChangeMfa {
    /// The user to change.
    pub user: UserId,
    /// The change to make.
    pub change: MfaChange,
    /// What allows it.
    pub proof: MfaProof,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The outcome of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MfaChanged {
    /// The settings are as asked for, now or already before.
    Done,
    /// MFA can't be turned on: the user has no proved number to send codes to.
    NoNumber,
    /// The proof allows nothing, or was used before; nothing changed.
    NoProof,
}
