//! Resets of forgotten passwords.

use super::*;
use crate::store::{
    messaging::outbox::new_row::NewOutboxRow, subjects::Vault, verification::verifications::use_proof,
};
use domain::verification::otp::Purpose;
use ports::accounts::ResetProof;

/// Records that a reset was requested, whether an account has the address or not.
pub(crate) async fn ask(
    conn: &mut Conn,
    vault: &Vault,
    asked: &AskReset,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let found = find_by_email(conn, vault, &asked.email).await?;
    let known = found.as_ref().map(AccountRow::user);
    let mut noted = AuditRecord::about_account("password.reset_asked", &asked.actor, known, Some("by mail"));
    if let Some(row) = found {
        let row = lock_account(conn, row.user()).await?.ok_or_else(|| corrupt("a person vanished"))?;
        let hour_ago = now.checked_sub_signed(Duration::hours(1)).unwrap_or(now);
        let sent: i64 = reset_tokens::table
            .filter(reset_tokens::user_id.eq(row.id))
            .filter(reset_tokens::created_at.gt(DbTime(hour_ago)))
            .count()
            .get_result(conn)
            .await?;
        match &asked.mail {
            Some(mail) if may_mail_reset(u32::try_from(sent).unwrap_or(u32::MAX)) => {
                diesel::insert_into(reset_tokens::table)
                    .values((
                        reset_tokens::hash.eq(asked.token.to_vec()),
                        reset_tokens::user_id.eq(row.id),
                        reset_tokens::created_at.eq(DbTime(now)),
                        reset_tokens::expires_at.eq(DbTime(asked.expires_at)),
                    ))
                    .execute(conn)
                    .await?;
                let mail = NewOutboxRow::new(conn, vault, mail, None, now).await?;
                diesel::insert_into(outbox::table).values(mail).execute(conn).await?;
            }
            _ => noted.after = Some("by mail, not sent".into()),
        }
    }
    record(conn, &[noted], now).await
}

pub(crate) async fn find(
    conn: &mut Conn,
    vault: &Vault,
    token: &[[u8; 32]],
    now: DateTime<Utc>,
) -> Result<Option<(UserId, EmailAddress)>, SqlError> {
    let hashes: Vec<Vec<u8>> = token.iter().map(|hash| hash.to_vec()).collect();
    let found = reset_tokens::table
        .filter(reset_tokens::hash.eq_any(hashes))
        .select((reset_tokens::user_id, reset_tokens::expires_at, reset_tokens::used_at))
        .first::<(DbId, DbTime, Option<DbTime>)>(conn)
        .await
        .optional()?;
    let Some((user, expires_at, used_at)) = found else { return Ok(None) };
    if !once(expires_at, used_at).is_good(now) {
        return Ok(None);
    }
    let sealed = users::table.find(user).select(users::personal).first::<Option<Vec<u8>>>(conn).await?;
    let user = UserId(user.0);
    let email = personal::open(conn, vault, user, sealed.as_deref()).await?.email()?;
    Ok(email.map(|email| (user, email)))
}

pub(crate) fn once(expires_at: DbTime, used_at: Option<DbTime>) -> OneTime {
    OneTime { expires_at: expires_at.0, used_at: used_at.map(|at| at.0) }
}

pub(crate) async fn reset(
    conn: &mut Conn,
    vault: &Vault,
    reset: &ResetPassword,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let row = match &reset.proof {
        ResetProof::Token(hashes) => by_token(conn, hashes, now).await?,
        ResetProof::Code { user, verification } => {
            let row = lock_account(conn, *user).await?;
            let phone = match &row {
                Some(row) => row.personal(conn, vault).await?.phone,
                None => None,
            };
            match phone {
                Some(phone)
                    if use_proof(conn, vault, *verification, &phone, Purpose::PasswordReset, now).await? =>
                {
                    row
                }
                _ => None,
            }
        }
    };
    let Some(row) = row else { return Ok(false) };
    let by_mail = matches!(reset.proof, ResetProof::Token(_));
    diesel::update(users::table.find(row.id))
        .set(users::password_hash.eq(Some(&reset.password_hash)))
        .execute(conn)
        .await?;
    end_everything(conn, row.id, now).await?;
    let mut records = Vec::new();
    if by_mail && row.email_verified_at.is_none() {
        remove_factors(conn, row.id, now).await?;
        if let Some(address) = &row.email_hash {
            contacts::prove(conn, address, row.user(), now).await?;
        }
        let (before, after) = ("address not verified".to_owned(), "address verified, MFA removed".to_owned());
        records.push(about(row.user(), "account.email_proved", &reset.actor, Some(before), Some(after)));
    }
    let how = if by_mail { "by mail" } else { "by code" };
    records.push(about(row.user(), "password.reset", &reset.actor, None, Some(how.to_owned())));
    record(conn, &records, now).await?;
    Ok(true)
}

/// The user of a valid reset token. The token is used up.
async fn by_token(
    conn: &mut Conn,
    hashes: &[[u8; 32]],
    now: DateTime<Utc>,
) -> Result<Option<AccountRow>, SqlError> {
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
    let token = reset_tokens::table.filter(reset_tokens::hash.eq_any(hashes)).select((
        reset_tokens::user_id,
        reset_tokens::expires_at,
        reset_tokens::used_at,
    ));
    let found = for_update!(token).first::<(DbId, DbTime, Option<DbTime>)>(conn).await.optional()?;
    let Some((user, expires_at, used_at)) = found else { return Ok(None) };
    if !once(expires_at, used_at).is_good(now) {
        return Ok(None);
    }
    lock_account(conn, UserId(user.0)).await
}

/// Ends sessions, waiting sign-ins, other reset tokens, bound chats and link codes: a person with the old
/// password may have bound their own chat.
async fn end_everything(conn: &mut Conn, user: DbId, now: DateTime<Utc>) -> Result<(), SqlError> {
    let live = sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::ended_at.is_null());
    diesel::update(live).set(sessions::ended_at.eq(Some(DbTime(now)))).execute(conn).await?;
    let good =
        reset_tokens::table.filter(reset_tokens::user_id.eq(user)).filter(reset_tokens::used_at.is_null());
    diesel::update(good).set(reset_tokens::used_at.eq(Some(DbTime(now)))).execute(conn).await?;
    diesel::delete(login_challenges::table.filter(login_challenges::user_id.eq(user))).execute(conn).await?;
    diesel::delete(link_codes::table.filter(link_codes::user_id.eq(user))).execute(conn).await?;
    diesel::delete(telegram_chats::table.filter(telegram_chats::user_id.eq(user))).execute(conn).await?;
    Ok(())
}

/// The person who signed up with this address had not verified it: what they added may not belong to the
/// address's owner.
async fn remove_factors(conn: &mut Conn, user: DbId, now: DateTime<Utc>) -> Result<(), SqlError> {
    diesel::update(users::table.find(user))
        .set((users::email_verified_at.eq(Some(DbTime(now))), users::mfa_enabled.eq(0)))
        .execute(conn)
        .await?;
    diesel::delete(backup_codes::table.filter(backup_codes::user_id.eq(user))).execute(conn).await?;
    Ok(())
}
