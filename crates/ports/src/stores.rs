//! The ports of the database as one trait.

use crate::{
    accounts::{ChatLinks, Freezes, Identities, Sessions, Users},
    messaging::{Alerts, Consents, Conversations, Flows, Outbox, TurnQueue},
    money::{Ledger, OutboundPayments, Payees, Receiving, Reconciliations, Statements},
    operations::{
        AuditLog, DatabaseCare, DeadLetters, IdempotencyStore, Leases, OpenWork, Operators, Retention,
        SignedRequests,
    },
    privacy::{DataExports, Erasures, KeyCopies, LegalHolds, PersonalData},
    verification::{VerificationPages, VerificationReports, Verifications},
};

/// All ports that a database adapter implements.
pub trait Stores:
    TurnQueue
    + Conversations
    + Outbox
    + Consents
    + DeadLetters
    + VerificationPages
    + VerificationReports
    + Verifications
    + Identities
    + Ledger
    + OutboundPayments
    + Payees
    + Reconciliations
    + Statements
    + IdempotencyStore
    + AuditLog
    + Flows
    + Users
    + Sessions
    + SignedRequests
    + ChatLinks
    + Freezes
    + Alerts
    + Receiving
    + DatabaseCare
    + Leases
    + OpenWork
    + Operators
    + Erasures
    + DataExports
    + PersonalData
    + LegalHolds
    + KeyCopies
    + Retention
{
}

impl<T> Stores for T where
    T: TurnQueue
        + Conversations
        + Outbox
        + Consents
        + DeadLetters
        + VerificationPages
        + VerificationReports
        + VerificationReports
        + Verifications
        + Identities
        + Ledger
        + OutboundPayments
        + Payees
        + Reconciliations
        + Statements
        + IdempotencyStore
        + AuditLog
        + Flows
        + Users
        + Sessions
        + SignedRequests
        + ChatLinks
        + Freezes
        + Alerts
        + Receiving
        + DatabaseCare
        + Leases
        + OpenWork
        + Operators
        + Erasures
        + DataExports
        + PersonalData
        + LegalHolds
        + KeyCopies
        + Retention
{
}
