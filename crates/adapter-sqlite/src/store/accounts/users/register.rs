//! Sign up with e-mail address and password.

use super::*;
use crate::store::{
    money::wallets::{Face, open_wallet},
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
    let mut names =
        vec![format!("email:{}", account.email.as_str()), format!("accounts:{}", account.quota.origin)];
    names.extend(account.phone.as_ref().map(|phone| phone_lock(phone.number.e164())));
    lock_names(conn, &names).await?;
    if find_by_email(conn, &account.email).await?.is_some() {
        return Ok(Registered::EmailTaken);
    }
    if let Some(next) = next_account(conn, &account.quota, now).await? {
        return Ok(Registered::TooMany(next));
    }
    let user = match &account.phone {
        Some(AccountPhone { number, proof: Some(proof) }) => {
            let known = find_by_phone(conn, number).await?;
            if known.as_ref().is_some_and(|known| known.email.is_some()) {
                return Ok(Registered::PhoneTaken);
            }
            if !use_proof(conn, vault, *proof, number.e164(), Purpose::Registration, now).await? {
                return Ok(Registered::NoProof);
            }
            match insert(conn, account, now).await? {
                // A person is known by this number already: the account becomes theirs.
                0 => adopt(conn, account, number).await?,
                _ => {
                    let wallet = &account.wallet;
                    let face = Face {
                        id: wallet.id,
                        user: account.id,
                        name: &wallet.name,
                        kind: "cash",
                        currency: wallet.currency,
                        clabes: issuer,
                    };
                    open_wallet(conn, &face, now).await?;
                    account.id
                }
            }
        }
        _ => {
            insert(conn, account, now).await?;
            account.id
        }
    };
    count_account(conn, &account.quota, now).await?;
    insert_session(conn, &account.session, user, now).await?;
    let after = format!("{}, {}", account.email.masked(), told(account.phone.as_ref()));
    record(conn, &[about(user, "account.registered", &account.actor, None, Some(after))], now).await?;
    Ok(Registered::Done(user))
}

/// When that address may create an account; `None`: now.
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

/// The number, masked, and whether it is verified, for the audit row.
fn told(phone: Option<&AccountPhone>) -> String {
    match phone {
        None => "no number".to_owned(),
        Some(AccountPhone { number, proof: Some(_) }) => format!("{number} verified"),
        Some(AccountPhone { number, proof: None }) => format!("{number} not verified"),
    }
}

/// Inserts the user. 0: the number belongs to a person already.
async fn insert(conn: &mut Conn, account: &NewAccount, now: DateTime<Utc>) -> Result<usize, SqlError> {
    let phone = account.phone.as_ref();
    let proved = phone.filter(|phone| phone.proof.is_some()).map(|phone| phone.number.e164());
    let claimed = phone.filter(|phone| phone.proof.is_none()).map(|phone| phone.number.e164());
    let made = diesel::insert_into(users::table)
        .values((
            users::id.eq(DbId(account.id.0)),
            users::phone.eq(proved),
            users::phone_verified_at.eq(proved.map(|_| DbTime(now))),
            users::claimed_phone.eq(claimed),
            users::email.eq(Some(account.email.as_str())),
            users::password_hash.eq(Some(&account.password_hash)),
            users::first_name.eq(account.first_name.as_ref().map(PersonName::as_str)),
            users::last_name.eq(account.last_name.as_ref().map(PersonName::as_str)),
            users::mfa_enabled.eq(0),
            users::created_at.eq(DbTime(now)),
        ))
        .on_conflict(users::phone)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(made)
}

async fn adopt(conn: &mut Conn, account: &NewAccount, phone: &PhoneNumber) -> Result<UserId, SqlError> {
    let known = find_by_phone(conn, phone).await?.ok_or_else(|| corrupt("a person vanished"))?;
    diesel::update(users::table.find(known.id))
        .set((
            users::email.eq(Some(account.email.as_str())),
            users::password_hash.eq(Some(&account.password_hash)),
            users::first_name.eq(account.first_name.as_ref().map(PersonName::as_str)),
            users::last_name.eq(account.last_name.as_ref().map(PersonName::as_str)),
        ))
        .execute(conn)
        .await?;
    Ok(known.user())
}
