//! Open wallets and the ledger accounts behind them.

use super::{
    clabes,
    open_accounts::{open_account, open_clearing},
    post::keep_key,
    read,
    rows::KeyRow,
    sealed::Seals,
};
use crate::{
    backend::{Conn, DbId, DbTime, for_update, lock_names},
    store::{
        error::SqlError,
        rows::{corrupt, fingerprint},
        schema::{accounts, idempotency_keys, users, wallets},
        subjects::Vault,
    },
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    ids::{UserId, WalletId},
    money::{Currency, clabe::ClabeIssuer, ledger::clearing_account},
    operations::{
        audit::AuditRecord,
        idempotency::{Seen, compare},
    },
};
use ports::money::{OpenOutcome, OpenWallet};

pub(crate) async fn open(
    conn: &mut Conn,
    vault: &Vault,
    issuer: Option<&ClabeIssuer>,
    request: &OpenWallet,
    now: DateTime<Utc>,
) -> Result<OpenOutcome, SqlError> {
    let digest = request.key.digest().to_vec();
    lock_names(conn, &[format!("wallet:{}", request.key.key)]).await?;
    let known = idempotency_keys::table
        .find(&digest)
        .select((idempotency_keys::fingerprint, idempotency_keys::subject.assume_not_null()))
        .first::<(Vec<u8>, DbId)>(conn)
        .await
        .optional()?;
    if let Some((stored, wallet)) = known {
        let stored = fingerprint(&stored)?;
        return match compare(stored, wallet, request.fingerprint) {
            Seen::Reused => Ok(OpenOutcome::KeyReused),
            Seen::Replay(wallet) => {
                let view = read::find_wallet(conn, vault, WalletId(wallet.0)).await?;
                view.map(OpenOutcome::Replayed).ok_or_else(|| corrupt("a wallet vanished"))
            }
        };
    }
    // Their row stays locked, so that of several requests at once each counts the wallets of those before it.
    let person = users::table.find(DbId(request.user.0)).filter(users::erased_at.is_null()).select(users::id);
    if for_update!(person).first::<DbId>(conn).await.optional()?.is_none() {
        return Ok(OpenOutcome::NoSuchUser);
    }
    let own = wallets::table.filter(wallets::user_id.eq(DbId(request.user.0)));
    if own.count().get_result::<i64>(conn).await? >= i64::from(request.wallets_max) {
        return Ok(OpenOutcome::TooMany);
    }
    let face = Face {
        id: request.id,
        user: request.user,
        name: &request.name,
        kind: &request.kind,
        currency: request.currency,
        clabes: issuer,
    };
    open_wallet(conn, vault, &face, now).await?;
    let key = KeyRow {
        key: digest,
        fingerprint: request.fingerprint.0.to_vec(),
        subject: Some(DbId(request.id.0)),
        refusal: None,
        at: DbTime(now),
    };
    keep_key(conn, key).await?;
    crate::store::operations::audit_record::record(conn, &[audit_record(request)], now).await?;
    let view = read::find_wallet(conn, vault, request.id).await?;
    view.map(OpenOutcome::Opened).ok_or_else(|| corrupt("a wallet was not kept"))
}

fn audit_record(request: &OpenWallet) -> AuditRecord {
    AuditRecord {
        actor: request.actor.clone(),
        action: "wallet.opened".into(),
        subject: request.id.to_string(),
        on_behalf_of: Some(format!("user:{}", request.user)),
        before: None,
        after: Some(request.currency.code().to_owned()),
    }
}

/// What a wallet shows.
pub(crate) struct Face<'a> {
    pub(crate) id: WalletId,
    pub(crate) user: UserId,
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) currency: Currency,
    /// Gives a wallet in pesos its CLABE; `None`: no prefix is set.
    pub(crate) clabes: Option<&'a ClabeIssuer>,
}

/// Opens a wallet and the ledger account behind it. The clearing account of a currency is opened with the
/// first wallet in it.
pub(crate) async fn open_wallet(
    conn: &mut Conn,
    vault: &Vault,
    face: &Face<'_>,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let (id, owner) = (DbId(face.id.0), DbId(face.user.0));
    // A person who is frozen opens a frozen wallet: a freeze that runs now has locked the person, too.
    let person = users::table.find(owner).select((users::frozen_at, users::payable_at));
    let freeze = for_update!(person).first::<(Option<DbTime>, Option<DbTime>)>(conn).await?;
    open_account(conn, id, "person", Some(owner), face.currency, now).await?;
    open_clearing(conn, clearing_account(face.currency), face.currency, now).await?;
    if freeze.0.is_some() || freeze.1.is_some() {
        diesel::update(accounts::table.find(id))
            .set((accounts::frozen_at.eq(freeze.0), accounts::payable_at.eq(freeze.1)))
            .execute(conn)
            .await?;
    }
    let seals = Seals::of(conn, vault, vec![face.user], now).await?;
    diesel::insert_into(wallets::table)
        .values((
            wallets::id.eq(id),
            wallets::user_id.eq(owner),
            wallets::sealed.eq(Some(seals.wallet(face.id, face.user, (face.name, face.kind))?)),
            wallets::currency.eq(face.currency.code()),
            wallets::created_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    if let Some(issuer) = face.clabes.filter(|_| face.currency == Currency::MXN)
        && !clabes::assign(conn, &seals, issuer, (face.id, face.user), now).await?
    {
        tracing::error!(prefix = %issuer.prefix(), "a wallet was opened without a CLABE: no numbers are left");
    }
    Ok(())
}
