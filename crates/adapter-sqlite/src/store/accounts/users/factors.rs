//! MFA: whether it is on, backup codes, waiting sign-ins.

use super::{resets::once, *};
use crate::store::{
    messaging::alert_rows::NewAlertRow, schema::alerts, verification::verifications::use_proof,
};
use domain::verification::otp::Purpose;
use ports::{
    accounts::{MfaChange, MfaProof},
    messaging::AlertKind,
};

pub(crate) async fn change_mfa(
    conn: &mut Conn,
    vault: &Vault,
    request: &ChangeMfa,
    now: DateTime<Utc>,
) -> Result<MfaChanged, SqlError> {
    let row = lock_account(conn, request.user).await?.ok_or_else(|| corrupt("no such person"))?;
    if request.change == MfaChange::TurnOn && row.phone_hash.is_none() {
        return Ok(MfaChanged::NoNumber);
    }
    if !proves(conn, vault, &row, &request.proof, now).await? {
        return Ok(MfaChanged::NoProof);
    }
    let told = match &request.change {
        MfaChange::TurnOn => set_mfa(conn, &row, request, true, now).await?,
        MfaChange::TurnOff => set_mfa(conn, &row, request, false, now).await?,
        MfaChange::NewBackupCodes(codes) => {
            replace_backup_codes(conn, &row, request, codes, now).await?;
            Some(AlertKind::BackupCodesMade)
        }
    };
    if let Some(kind) = told {
        let alert = NewAlertRow::new(request.user, kind, now);
        diesel::insert_into(alerts::table).values(alert).execute(conn).await?;
    }
    Ok(MfaChanged::Done)
}

/// Whether the proof allows a change; a code is used up.
pub(crate) async fn proves(
    conn: &mut Conn,
    vault: &Vault,
    row: &AccountRow,
    proof: &MfaProof,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    match proof {
        MfaProof::Password { seen } => Ok(row.has_password(seen)),
        MfaProof::Code(verification) => match &row.personal(conn, vault).await?.phone {
            Some(phone) => Ok(use_proof(conn, vault, *verification, phone, Purpose::Login, now).await?
                || use_proof(conn, vault, *verification, phone, Purpose::Registration, now).await?),
            None => Ok(false),
        },
        MfaProof::Backup(hashes) => use_backup_code(conn, row.id, hashes, now).await,
    }
}

/// Uses up a backup code of a user. False: it is none of theirs, or used.
async fn use_backup_code(
    conn: &mut Conn,
    user: DbId,
    hashes: &[[u8; 32]],
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
    let unused = backup_codes::table
        .filter(backup_codes::hash.eq_any(hashes))
        .filter(backup_codes::user_id.eq(user))
        .filter(backup_codes::used_at.is_null());
    let used = diesel::update(unused).set(backup_codes::used_at.eq(Some(DbTime(now)))).execute(conn).await?;
    Ok(used == 1)
}

/// Returns what the user is told; nothing where nothing changed.
async fn set_mfa(
    conn: &mut Conn,
    row: &AccountRow,
    request: &ChangeMfa,
    enabled: bool,
    now: DateTime<Utc>,
) -> Result<Option<AlertKind>, SqlError> {
    if (row.mfa_enabled == 1) == enabled {
        return Ok(None);
    }
    diesel::update(users::table.find(row.id))
        .set(users::mfa_enabled.eq(i32::from(enabled)))
        .execute(conn)
        .await?;
    let state = |on: bool| Some(if on { "on" } else { "off" }.to_owned());
    let (before, after) = (state(!enabled), state(enabled));
    let noted = about(request.user, "account.second_factor", &request.actor, before, after);
    record(conn, &[noted], now).await?;
    Ok(Some(if enabled { AlertKind::MfaTurnedOn } else { AlertKind::MfaTurnedOff }))
}

async fn replace_backup_codes(
    conn: &mut Conn,
    row: &AccountRow,
    request: &ChangeMfa,
    codes: &[[u8; 32]],
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    diesel::delete(backup_codes::table.filter(backup_codes::user_id.eq(row.id))).execute(conn).await?;
    for code in codes {
        diesel::insert_into(backup_codes::table)
            .values((
                backup_codes::hash.eq(code.to_vec()),
                backup_codes::user_id.eq(row.id),
                backup_codes::created_at.eq(DbTime(now)),
            ))
            .execute(conn)
            .await?;
    }
    let after = Some(format!("{} codes", codes.len()));
    record(conn, &[about(request.user, "account.backup_codes", &request.actor, None, after)], now).await
}

pub(crate) async fn begin_challenge(
    conn: &mut Conn,
    challenge: &NewLoginChallenge,
) -> Result<bool, SqlError> {
    let row = lock_account(conn, challenge.user).await?;
    if row.and_then(|row| row.password_hash).as_deref() != Some(&challenge.seen_password) {
        return Ok(false);
    }
    diesel::insert_into(login_challenges::table)
        .values((
            login_challenges::hash.eq(challenge.hash.to_vec()),
            login_challenges::user_id.eq(DbId(challenge.user.0)),
            login_challenges::tries.eq(0),
            login_challenges::expires_at.eq(DbTime(challenge.expires_at)),
        ))
        .execute(conn)
        .await?;
    Ok(true)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = login_challenges, check_for_backend(Db))]
struct ChallengeRow {
    hash: Vec<u8>,
    user_id: DbId,
    tries: i32,
    expires_at: DbTime,
    used_at: Option<DbTime>,
}

/// A valid waiting sign-in, read under its lock and its user's lock: a new password ends all that the old one
/// opened.
async fn lock_challenge(
    conn: &mut Conn,
    hashes: &[[u8; 32]],
    now: DateTime<Utc>,
) -> Result<Option<ChallengeRow>, SqlError> {
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
    let named = login_challenges::table.filter(login_challenges::hash.eq_any(hashes));
    let person = named.clone().select(login_challenges::user_id).first::<DbId>(conn).await.optional()?;
    let Some(person) = person else { return Ok(None) };
    lock_account(conn, UserId(person.0)).await?;
    let row = named.select(ChallengeRow::as_select());
    let found: Option<ChallengeRow> = for_update!(row).first(conn).await.optional()?;
    Ok(found.filter(|row| once(row.expires_at, row.used_at).is_good(now)))
}

pub(crate) async fn try_challenge(
    conn: &mut Conn,
    hashes: &[[u8; 32]],
    now: DateTime<Utc>,
) -> Result<Option<UserId>, SqlError> {
    let Some(row) = lock_challenge(conn, hashes, now).await? else { return Ok(None) };
    if count(row.tries)? >= CHALLENGE_TRIES_MAX {
        return Ok(None);
    }
    diesel::update(login_challenges::table.find(&row.hash))
        .set(login_challenges::tries.eq(row.tries.saturating_add(1)))
        .execute(conn)
        .await?;
    Ok(Some(UserId(row.user_id.0)))
}

/// A sign-in that completes with MFA.
pub(crate) struct Passed {
    /// The hashes of the login challenge's id.
    pub(crate) hashes: Vec<[u8; 32]>,
    pub(crate) factor: Mfa,
    pub(crate) session: NewSession,
    pub(crate) actor: Actor,
}

pub(crate) async fn pass_challenge(
    conn: &mut Conn,
    vault: &Vault,
    passed: &Passed,
    now: DateTime<Utc>,
) -> Result<Option<SessionId>, SqlError> {
    let Passed { hashes, factor, session, actor } = passed;
    let Some(row) = lock_challenge(conn, hashes, now).await? else { return Ok(None) };
    let user = UserId(row.user_id.0);
    let how = match factor {
        Mfa::Code => "password and code",
        Mfa::Backup(codes) => {
            if !use_backup_code(conn, row.user_id, codes, now).await? {
                return Ok(None);
            }
            "password and backup code"
        }
    };
    diesel::update(login_challenges::table.find(&row.hash))
        .set(login_challenges::used_at.eq(Some(DbTime(now))))
        .execute(conn)
        .await?;
    insert_session(conn, vault, session, user, now).await?;
    record(conn, &[about(user, "session.opened", actor, None, Some(how.to_owned()))], now).await?;
    Ok(Some(session.id))
}
