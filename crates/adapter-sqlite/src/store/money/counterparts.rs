//! Who is on the other side of the entries of a statement.

use super::{
    kept_names::{self, is_nobody},
    sealed,
};
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
    let wallets = wallets_of(conn, vault, own, entries).await?;
    let owner = wallets.get(&own).map(|(owner, _)| *owner);
    let people: Vec<UserId> =
        wallets.values().map(|(user, _)| *user).filter(|user| Some(*user) != owner).collect();
    let names = names_for(conn, vault, owner, people).await?;
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

/// The names under which the viewer sees these people. Those of people who were erased were kept for the viewer.
async fn names_for(
    conn: &mut Conn,
    vault: &Vault,
    viewer: Option<UserId>,
    people: Vec<UserId>,
) -> Result<HashMap<UserId, String>, SqlError> {
    let mut names = shown_names(conn, vault, &people).await?;
    if let Some(viewer) = viewer {
        let is_unknown = |user: &UserId| names.get(user).is_none_or(|name| is_nobody(name));
        let unknown = people.into_iter().filter(is_unknown).collect();
        names.extend(kept_names::kept(conn, vault, viewer, unknown).await?);
    }
    Ok(names)
}

/// The owners of the wallets on both sides, and the names of those that have the same owner as `own`.
async fn wallets_of(
    conn: &mut Conn,
    vault: &Vault,
    own: WalletId,
    entries: &[EntryView],
) -> Result<HashMap<WalletId, (UserId, String)>, SqlError> {
    let ends = entries.iter().map(|entry| other_side(own, entry)).chain([own]);
    let mut ids: Vec<DbId> = ends.map(|id| DbId(id.0)).collect();
    ids.sort_by_key(|id| id.0);
    ids.dedup_by_key(|id| id.0);
    let rows = wallets::table
        .filter(wallets::id.eq_any(ids))
        .select((wallets::id, wallets::user_id, wallets::sealed))
        .load::<(DbId, DbId, Option<Vec<u8>>)>(conn)
        .await?;
    let owner = rows.iter().find(|(id, ..)| id.0 == own.0).map(|(_, user, _)| *user);
    let is_own = |user: &DbId| Some(*user) == owner;
    let named = rows.iter().filter(|(_, user, _)| is_own(user));
    let named: Vec<_> = named.filter_map(|(.., sealed)| sealed.as_deref()).collect();
    let keys = vault.keys_in(conn, named).await?;
    let wallet = |(id, user, sealed): (DbId, DbId, Option<Vec<u8>>)| {
        let sealed = sealed.filter(|_| is_own(&user));
        let name = sealed::open_wallet(&keys, id.0, sealed.as_deref())?.name;
        Ok((WalletId(id.0), (UserId(user.0), name)))
    };
    rows.into_iter().map(wallet).collect()
}
