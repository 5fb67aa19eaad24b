//! Sign up with e-mail address and password.

use super::*;
use crate::store::{
    money::wallets::{Face, open_wallet},
    subjects::Vault,
    verification::verifications::{phone_lock, use_proof},
};
use domain::{
    accounts::{NEW_ACCOUNTS_WINDOW, next_account_at},
    money::clabe::ClabeIssuer,
    verification::otp::{Count, Purpose},
};
use ports::accounts::AccountPhone;

pub(crate) async fn register(
    conn: &mut Conn,
    vault: &Vault,
    issuer: Option<&ClabeIssuer>,
    account: &NewAccount,
    now: DateTime<Utc>,
) -> Result<Registered, SqlError> {
    let quota = AccountQuota { origin: counter(vault, &account.quota.origin), most: account.quota.most };
    let mut names = vec![format!("email:{}", account.email.as_str()), format!("accounts:{}", quota.origin)];
    names.extend(account.phone.as_ref().map(|phone| phone_lock(phone.number.e164())));
    lock_names(conn, &names).await?;
    if find_by_email(conn, vault, &account.email).await?.is_some() {
        return Ok(Registered::EmailTaken);
    }
    if let Some(next) = next_account(conn, &quota, now).await? {
        return Ok(Registered::TooMany(next));
    }
    let user = match &account.phone {
        Some(AccountPhone { number, proof: Some(proof) }) => {
            let known = find_by_phone(conn, vault, number).await?;
            if known.as_ref().is_some_and(|known| known.email_hash.is_some()) {
                return Ok(Registered::PhoneTaken);
            }
            if !use_proof(conn, vault, *proof, number.e164(), Purpose::Registration, now).await? {
                return Ok(Registered::NoProof);
            }
            match insert(conn, vault, account, now).await? {
                // A person is known by this number already: the account becomes theirs.
                0 => find_by_phone(conn, vault, number)
                    .await?
                    .ok_or_else(|| corrupt("a person vanished"))?
                    .user(),
                _ => {
                    first_wallet(conn, vault, issuer, account, now).await?;
                    account.id
                }
            }
        }
        _ => {
            insert(conn, vault, account, now).await?;
            account.id
        }
    };
    let after = keep(conn, vault, user, account, now).await?;
    count_account(conn, &quota, now).await?;
    insert_session(conn, vault, &account.session, user, now).await?;
    record(conn, &[about(user, "account.registered", &account.actor, None, Some(after))], now).await?;
    Ok(Registered::Done(user))
}

async fn first_wallet(
    conn: &mut Conn,
    vault: &Vault,
    issuer: Option<&ClabeIssuer>,
    account: &NewAccount,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let wallet = &account.wallet;
    let face = Face {
        id: wallet.id,
        user: account.id,
        name: &wallet.name,
        kind: "cash",
        currency: wallet.currency,
        clabes: issuer,
    };
    open_wallet(conn, vault, &face, now).await
}

/// When that address may create an account; `None`: now. The quota bears the stored name of the address.
pub(super) async fn next_account(
    conn: &mut Conn,
    quota: &AccountQuota,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, SqlError> {
    let since = DbTime(now.checked_sub_signed(NEW_ACCOUNTS_WINDOW).unwrap_or(now));
    let (n, oldest) = new_accounts::table
        .filter(new_accounts::origin.eq(&quota.origin))
        .filter(new_accounts::at.gt(since))
        .select((diesel::dsl::count_star(), diesel::dsl::min(new_accounts::at)))
        .first::<(i64, Option<DbTime>)>(conn)
        .await?;
    let created = Count { n: u32::try_from(n).unwrap_or(u32::MAX), oldest: oldest.map(|at| at.0) };
    Ok(next_account_at(created, quota.most, now))
}

async fn count_account(conn: &mut Conn, quota: &AccountQuota, now: DateTime<Utc>) -> Result<(), SqlError> {
    diesel::insert_into(new_accounts::table)
        .values((new_accounts::origin.eq(&quota.origin), new_accounts::at.eq(DbTime(now))))
        .execute(conn)
        .await?;
    Ok(())
}

/// Inserts the user with their proved number and password. 0: the number belongs to a person already.
async fn insert(
    conn: &mut Conn,
    vault: &Vault,
    account: &NewAccount,
    now: DateTime<Utc>,
) -> Result<usize, SqlError> {
    let proved = account.phone.as_ref().filter(|phone| phone.proof.is_some());
    let made = diesel::insert_into(users::table)
        .values((
            users::id.eq(DbId(account.id.0)),
            users::phone_hash.eq(proved.map(|phone| vault.address(phone.number.e164()))),
            users::phone_verified_at.eq(proved.map(|_| DbTime(now))),
            users::mfa_enabled.eq(0),
            users::created_at.eq(DbTime(now)),
        ))
        .on_conflict(users::phone_hash)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(made)
}

/// Stores what a new account tells of its user, who may have been known by their number before. Returns what the audit
/// row tells of it.
async fn keep(
    conn: &mut Conn,
    vault: &Vault,
    user: UserId,
    account: &NewAccount,
    now: DateTime<Utc>,
) -> Result<String, SqlError> {
    let row = lock_account(conn, user).await?.ok_or_else(|| corrupt("a person vanished"))?;
    let mut known = row.personal(conn, vault).await?;
    let name = |name: &Option<PersonName>| name.as_ref().map(|name| name.as_str().to_owned());
    known.email = Some(account.email.as_str().to_owned());
    known.first_name = name(&account.first_name);
    known.last_name = name(&account.last_name);
    let number = account.phone.as_ref().map(|phone| phone.number.e164().to_owned());
    let is_proved = account.phone.as_ref().is_some_and(|phone| phone.proof.is_some());
    match &number {
        Some(number) if is_proved => {
            contacts::prove(conn, &vault.address(number), user, now).await?;
            known.phone = Some(number.clone());
        }
        _ => known.claimed_phone.clone_from(&number),
    }
    diesel::update(users::table.find(DbId(user.0)))
        .set(users::password_hash.eq(Some(&account.password_hash)))
        .execute(conn)
        .await?;
    let keys = personal::keep(conn, vault, user, &known, now).await?;
    let told = match number {
        None => "no number".to_owned(),
        Some(number) => {
            let state = if is_proved { "verified" } else { "not verified" };
            format!("{} {state}", committed(&keys, user, "phone", &number))
        }
    };
    Ok(format!("{}, {told}", committed(&keys, user, "email", account.email.as_str())))
}
