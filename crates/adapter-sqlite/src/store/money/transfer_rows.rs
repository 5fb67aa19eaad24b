//! Rows of transfers, and who may read which sealed part of them.

use super::sealed::{PAYEES_COPY, Said, TRANSFER, opened};
use crate::{
    backend::{Conn, Db, DbId, DbTime},
    store::{
        error::SqlError,
        rows::{corrupt, from_json, money},
        schema::transfers,
        subjects::{Keys, Place, Vault},
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use domain::{
    ids::{TransferId, UserId, VerificationId, WalletId},
    money::transfer::{Destination, Transfer, TransferStatus},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = transfers, check_for_backend(Db))]
pub(crate) struct TransferRow {
    id: DbId,
    folio: String,
    caller: String,
    client_tx_id: Option<String>,
    owner: DbId,
    from_account: DbId,
    to_account: DbId,
    minor: i64,
    currency: String,
    status: String,
    first_status: String,
    verification_id: Option<DbId>,
    reverses: Option<DbId>,
    reversed_minor: i64,
    refusal: Option<String>,
    expires_at: Option<DbTime>,
    created_at: DbTime,
    sealed: Option<Vec<u8>>,
    payee_sealed: Option<Vec<u8>>,
}

/// Who reads a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Its payer: destination and concept.
    Payer,
    /// Its payee: their copy of the concept. The destination is their wallet, however the payer named it, so that
    /// nothing changes for them when the payer is erased.
    Payee,
    /// Its caller and staff: what the payer sees; if the payer was erased, the payee's copy of the concept.
    Either,
}

impl TransferRow {
    pub(crate) fn first_status(&self) -> Result<TransferStatus, SqlError> {
        status(&self.first_status)
    }

    pub(crate) const fn created_at(&self) -> DateTime<Utc> {
        self.created_at.0
    }

    /// The values that this side opens. A payee who is the payer, too, has no copy.
    pub(crate) fn sealed(&self, side: Side) -> impl Iterator<Item = &[u8]> {
        let (own, copy) = (self.sealed.as_deref(), self.payee_sealed.as_deref());
        let wanted = match side {
            Side::Payer => [own, None],
            Side::Payee => [copy.or(own), None],
            Side::Either => [own, copy],
        };
        wanted.into_iter().flatten()
    }

    /// The transfer as this side sees it.
    pub(crate) fn open(mut self, side: Side, keys: &Keys) -> Result<Transfer, SqlError> {
        let (own, copy, id) = (self.sealed.take(), self.payee_sealed.take(), self.id.0);
        let own = own.filter(|_| side != Side::Payee || copy.is_none());
        let said: Option<Said<Destination, Option<String>>> =
            opened(keys, Place::of(TRANSFER, &id), own.as_deref())?;
        let (destination, concept) = match said {
            Some(said) => (said.destination, said.concept),
            None if side == Side::Payer => (Destination::Erased, None),
            None => (Destination::Erased, opened(keys, Place::of(PAYEES_COPY, &id), copy.as_deref())?),
        };
        let mut transfer = self.unopened()?;
        transfer.concept = concept;
        transfer.destination = match side {
            Side::Payee => Destination::Wallet { id: transfer.to, found_by: None },
            Side::Payer | Side::Either => destination,
        };
        Ok(transfer)
    }

    /// The transfer without what is sealed.
    pub(crate) fn unopened(self) -> Result<Transfer, SqlError> {
        Ok(Transfer {
            id: TransferId(self.id.0),
            folio: self.folio.parse().map_err(corrupt)?,
            caller: self.caller.parse().map_err(corrupt)?,
            client_tx_id: self.client_tx_id,
            owner: UserId(self.owner.0),
            from: WalletId(self.from_account.0),
            to: WalletId(self.to_account.0),
            destination: Destination::Erased,
            amount: money(self.minor, &self.currency)?,
            concept: None,
            status: status(&self.status)?,
            verification: self.verification_id.map(|id| VerificationId(id.0)),
            reverses: self.reverses.map(|id| TransferId(id.0)),
            reversed_minor: self.reversed_minor,
            refusal: self.refusal.as_deref().map(from_json).transpose()?,
            expires_at: self.expires_at.map(|at| at.0),
            created_at: self.created_at.0,
        })
    }
}

/// Opens transfers for their callers and staff.
pub(crate) async fn open(
    conn: &mut Conn,
    vault: &Vault,
    rows: Vec<TransferRow>,
) -> Result<Vec<Transfer>, SqlError> {
    let sealed: Vec<_> = rows.iter().flat_map(|row| row.sealed(Side::Either)).collect();
    let keys = vault.keys_in(conn, sealed).await?;
    rows.into_iter().map(|row| row.open(Side::Either, &keys)).collect()
}

pub(crate) fn status(name: &str) -> Result<TransferStatus, SqlError> {
    TransferStatus::parse(name).ok_or_else(|| corrupt(name))
}
