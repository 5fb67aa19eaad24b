//! Users. Each decision about a user waits for the lock on the user's row, so that a password that is being
//! replaced opens nothing any more.

pub(crate) mod factors;
mod import;
mod profile;
mod register;
mod resets;

use super::{
    audit_rows::{about, committed},
    personal::{self, Personal},
    sessions::insert_session,
};
use crate::backend::{Conn, Db, DbId, DbTime, for_update, lock_names};
use crate::store::error::SqlError;
use crate::store::{
    handle::Store,
    operations::audit_record::record,
    rows::{column, corrupt, count},
    schema::{
        backup_codes, link_codes, login_challenges, new_accounts, outbox, password_tries, reset_tokens,
        sessions, telegram_chats, users,
    },
    subjects::{Vault, contacts},
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    accounts::{CHALLENGE_TRIES_MAX, OneTime, PersonName, Tries, freeze::Freeze, may_mail_reset},
    email::EmailAddress,
    ids::{SessionId, UserId},
    locale::Locale,
    operations::audit::{Actor, AuditRecord},
    phone::PhoneNumber,
};
use futures_util::FutureExt;
use ports::{
    accounts::{
        AccountQuota, AskReset, ChangeMfa, CountedTry, Credentials, Imported, ImportedPerson, Mfa,
        MfaChanged, NewAccount, NewLoginChallenge, NewSession, Profile, ProfileChange, ProfileChanged,
        Registered, ResetPassword, TryOutcome, Users,
    },
    store_error::StoreResult,
    subject_keys::{LookupKind, SubjectKeyId},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Db))]
pub(crate) struct AccountRow {
    id: DbId,
    phone_hash: Option<String>,
    locale: Option<String>,
    email_hash: Option<String>,
    email_verified_at: Option<DbTime>,
    password_hash: Option<String>,
    personal: Option<Vec<u8>>,
    mfa_enabled: i32,
    phone_replaced_at: Option<DbTime>,
    frozen_at: Option<DbTime>,
    last_frozen_at: Option<DbTime>,
    payable_at: Option<DbTime>,
}

impl AccountRow {
    pub(crate) fn freeze(&self) -> Freeze {
        Freeze {
            frozen_at: self.frozen_at.map(|at| at.0),
            last_frozen_at: self.last_frozen_at.map(|at| at.0),
            payable_at: self.payable_at.map(|at| at.0),
        }
    }

    /// The personal data. A person who was erased has none.
    pub(crate) async fn personal(&self, conn: &mut Conn, vault: &Vault) -> Result<Personal, SqlError> {
        personal::open(conn, vault, self.user(), self.personal.as_deref()).await
    }

    pub(crate) fn user(&self) -> UserId {
        UserId(self.id.0)
    }

    /// True when that is the hash of the present password.
    pub(crate) fn has_password(&self, hash: &str) -> bool {
        self.password_hash.as_deref() == Some(hash)
    }

    fn profile(self, personal: Personal) -> Result<Profile, SqlError> {
        Ok(Profile {
            user: self.user(),
            freeze: self.freeze(),
            email: personal.email()?,
            email_verified: self.email_verified_at.is_some(),
            phone: personal.phone()?,
            claimed_phone: personal.claimed_phone()?,
            phone_replaced_at: self.phone_replaced_at.map(|at| at.0),
            first_name: personal.first_name,
            last_name: personal.last_name,
            locale: self.locale.as_deref().and_then(Locale::parse),
            mfa_enabled: self.mfa_enabled == 1,
        })
    }
}

/// A user's account, locked until the transaction ends.
pub(crate) async fn lock_account(conn: &mut Conn, user: UserId) -> Result<Option<AccountRow>, SqlError> {
    let row = users::table.find(DbId(user.0)).select(AccountRow::as_select());
    Ok(for_update!(row).first(conn).await.optional()?)
}

async fn find_by_email(
    conn: &mut Conn,
    vault: &Vault,
    email: &EmailAddress,
) -> Result<Option<AccountRow>, SqlError> {
    let row = users::table
        .filter(users::email_hash.eq(vault.address(email.as_str())))
        .select(AccountRow::as_select());
    Ok(row.first(conn).await.optional()?)
}

async fn find_by_phone(
    conn: &mut Conn,
    vault: &Vault,
    phone: &PhoneNumber,
) -> Result<Option<AccountRow>, SqlError> {
    let row = users::table
        .filter(users::phone_hash.eq(vault.address(phone.e164())))
        .select(AccountRow::as_select());
    Ok(row.first(conn).await.optional()?)
}

/// The stored name of a counter by network address: the caller's is a hash that needs no key.
pub(super) fn counter(vault: &Vault, name: &str) -> String {
    vault.lookup(LookupKind::Network, name)
}

#[async_trait]
impl Users for Store {
    async fn register(&self, account: &NewAccount, now: DateTime<Utc>) -> StoreResult<Registered> {
        let (account, vault, issuer) = (account.clone(), self.vault.clone(), self.clabes.clone());
        self.database
            .write(move |conn| {
                async move { register::register(conn, &vault, issuer.as_deref(), &account, now).await }
                    .boxed()
            })
            .await
    }

    async fn find_credentials(&self, email: &EmailAddress) -> StoreResult<Option<Credentials>> {
        let (email, vault) = (email.clone(), self.vault.clone());
        self.database
            .query(move |conn| {
                async move {
                    let row = find_by_email(conn, &vault, &email).await?;
                    Ok(row.map(|row| Credentials { user: row.user(), password_hash: row.password_hash }))
                }
                .boxed()
            })
            .await
    }

    async fn profile(&self, user: UserId) -> StoreResult<Option<Profile>> {
        let vault = self.vault.clone();
        self.database
            .query(move |conn| {
                async move {
                    let row = users::table.find(DbId(user.0)).select(AccountRow::as_select());
                    let row: Option<AccountRow> = row.first(conn).await.optional()?;
                    let Some(row) = row else { return Ok(None) };
                    let personal = row.personal(conn, &vault).await?;
                    row.profile(personal).map(Some)
                }
                .boxed()
            })
            .await
    }

    async fn change_profile(
        &self,
        change: &ProfileChange,
        now: DateTime<Utc>,
    ) -> StoreResult<ProfileChanged> {
        let (change, vault) = (change.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { profile::change(conn, &vault, &change, now).await }.boxed())
            .await
    }

    async fn count_try(&self, tries: &[CountedTry], now: DateTime<Utc>) -> StoreResult<TryOutcome> {
        let stored =
            |tried: &CountedTry| CountedTry { name: counter(&self.vault, &tried.name), most: tried.most };
        let tries: Vec<_> = tries.iter().map(stored).collect();
        self.database.write(move |conn| async move { count_try(conn, &tries, now).await }.boxed()).await
    }

    async fn find_next_account(
        &self,
        quota: &AccountQuota,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>> {
        let quota = AccountQuota { origin: counter(&self.vault, &quota.origin), most: quota.most };
        self.database
            .query(move |conn| async move { register::next_account(conn, &quota, now).await }.boxed())
            .await
    }

    async fn clear_tries(&self, names: &[String]) -> StoreResult<()> {
        let mut names: Vec<_> = names.iter().map(|name| counter(&self.vault, name)).collect();
        // In the order in which they are counted.
        names.sort_unstable();
        self.database
            .write(move |conn| {
                async move {
                    let counted = password_tries::table.filter(password_tries::name.eq_any(names));
                    diesel::delete(counted).execute(conn).await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn note(&self, noted: &AuditRecord, now: DateTime<Utc>) -> StoreResult<()> {
        let noted = noted.clone();
        self.database.write(move |conn| async move { record(conn, &[noted], now).await }.boxed()).await
    }

    async fn ask_reset(&self, asked: &AskReset, now: DateTime<Utc>) -> StoreResult<()> {
        let (asked, vault) = (asked.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { resets::ask(conn, &vault, &asked, now).await }.boxed())
            .await
    }

    async fn find_reset(
        &self,
        token: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<(UserId, EmailAddress)>> {
        let (token, vault) = (token.to_vec(), self.vault.clone());
        self.database
            .read(move |conn| async move { resets::find(conn, &vault, &token, now).await }.boxed())
            .await
    }

    async fn reset_password(&self, reset: &ResetPassword, now: DateTime<Utc>) -> StoreResult<bool> {
        let (reset, vault) = (reset.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { resets::reset(conn, &vault, &reset, now).await }.boxed())
            .await
    }

    async fn import_person(&self, person: &ImportedPerson, now: DateTime<Utc>) -> StoreResult<Imported> {
        let (person, vault) = (person.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { import::import(conn, &vault, &person, now).await }.boxed())
            .await
    }

    async fn change_mfa(&self, change: &ChangeMfa, now: DateTime<Utc>) -> StoreResult<MfaChanged> {
        let (change, vault) = (change.clone(), self.vault.clone());
        self.database
            .write(move |conn| async move { factors::change_mfa(conn, &vault, &change, now).await }.boxed())
            .await
    }

    async fn begin_login_challenge(
        &self,
        challenge: &NewLoginChallenge,
        _now: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let challenge = challenge.clone();
        self.database
            .write(move |conn| async move { factors::begin_challenge(conn, &challenge).await }.boxed())
            .await
    }

    async fn try_login_challenge(
        &self,
        hashes: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<UserId>> {
        let hashes = hashes.to_vec();
        self.database
            .write(move |conn| async move { factors::try_challenge(conn, &hashes, now).await }.boxed())
            .await
    }

    async fn pass_login_challenge(
        &self,
        hashes: &[[u8; 32]],
        factor: &Mfa,
        session: &NewSession,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<SessionId>> {
        let passed = factors::Passed {
            hashes: hashes.to_vec(),
            factor: factor.clone(),
            session: session.clone(),
            actor: actor.clone(),
        };
        let vault = self.vault.clone();
        self.database
            .write(move |conn| {
                async move { factors::pass_challenge(conn, &vault, &passed, now).await }.boxed()
            })
            .await
    }
}

async fn count_try(
    conn: &mut Conn,
    tries: &[CountedTry],
    now: DateTime<Utc>,
) -> Result<TryOutcome, SqlError> {
    let names: Vec<String> = tries.iter().map(|counted| format!("try:{}", counted.name)).collect();
    lock_names(conn, &names).await?;
    let mut counted = Vec::new();
    for CountedTry { name, most } in tries {
        let known = password_tries::table
            .find(name)
            .select((password_tries::since, password_tries::count))
            .first::<(DbTime, i32)>(conn)
            .await
            .optional()?;
        let known = match known {
            Some((since, n)) => Some(Tries { since: since.0, count: count(n)? }),
            None => None,
        };
        match Tries::count(known, *most, now) {
            Ok(tries) => counted.push((name, tries)),
            Err(next) => return Ok(TryOutcome::TooMany(next)),
        }
    }
    let counts = counted.iter().map(|(_, tries)| tries.count).collect();
    for (name, Tries { since, count }) in counted {
        let values = (password_tries::since.eq(DbTime(since)), password_tries::count.eq(column(count)));
        diesel::insert_into(password_tries::table)
            .values((password_tries::name.eq(name), values))
            .on_conflict(password_tries::name)
            .do_update()
            .set(values)
            .execute(conn)
            .await?;
    }
    Ok(TryOutcome::Counted(counts))
}
