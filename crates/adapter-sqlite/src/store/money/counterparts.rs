//! Who is on the other side of the entries of a statement.

use crate::{
    backend::{Conn, DbId},
    store::{accounts::names::shown_names, error::SqlError, schema::wallets, subjects::Vault},
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{counterpart::Counterpart, transfer::Destination},
};
use ports::money::EntryView;
use std::collections::HashMap;

/// Names the other side of each entry of a wallet.
pub(crate) async fn name(
    conn: &mut Conn,
    vault: &Vault,
    own: WalletId,
    entries: &mut [EntryView],
) -> Result<(), SqlError> {
    let wallets = wallets_of(conn, own, entries).await?;
    let owner = wallets.get(&own).map(|(owner, _)| *owner);
    let people: Vec<UserId> =
        wallets.values().map(|(user, _)| *user).filter(|user| Some(*user) != owner).collect();
    let names = shown_names(conn, vault, &people).await?;
    for entry in entries {
        entry.counterpart = match wallets.get(&other_side(own, entry)) {
            Some((user, name)) if Some(*user) == owner => Counterpart::OwnWallet(name.clone()),
            Some((user, _)) => names.get(user).cloned().map_or(Counterpart::Unknown, Counterpart::Person),
            None => outside(own, entry),
        };
    }
    Ok(())
}

fn other_side(own: WalletId, entry: &EntryView) -> WalletId {
    if entry.transfer.from == own { entry.transfer.to } else { entry.transfer.from }
}

/// The other side is no wallet here.
fn outside(own: WalletId, entry: &EntryView) -> Counterpart {
    match &entry.transfer.destination {
        Destination::Account(account) if entry.transfer.from == own => Counterpart::Account(account.masked()),
        _ => Counterpart::Unknown,
    }
}

/// The owners and names of the wallets on both sides.
async fn wallets_of(
    conn: &mut Conn,
    own: WalletId,
    entries: &[EntryView],
) -> Result<HashMap<WalletId, (UserId, String)>, SqlError> {
    let ends = entries.iter().map(|entry| other_side(own, entry)).chain([own]);
    let mut ids: Vec<DbId> = ends.map(|id| DbId(id.0)).collect();
    ids.sort_by_key(|id| id.0);
    ids.dedup_by_key(|id| id.0);
    let rows = wallets::table
        .filter(wallets::id.eq_any(ids))
        .select((wallets::id, wallets::user_id, wallets::name))
        .load::<(DbId, DbId, String)>(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, user, name)| (WalletId(id.0), (UserId(user.0), name))).collect())
}
