//! Change a profile.

use super::*;
use crate::store::{
    rows::NewOutboxRow,
    verification::verifications::{phone_lock, use_proof},
};
use domain::verification::otp::Purpose;
use ports::accounts::{NameChange, PhoneChange};

pub(crate) async fn change(
    conn: &mut Conn,
    vault: &Vault,
    change: &ProfileChange,
    now: DateTime<Utc>,
) -> Result<ProfileChanged, SqlError> {
    if let Some(phone) = &change.phone {
        lock_names(conn, &[phone_lock(phone.phone.number.e164())]).await?;
    }
    let row = lock_account(conn, change.user).await?.ok_or_else(|| corrupt("no such person"))?;
    if let Some(phone) = &change.phone {
        match change_phone(conn, vault, &row, phone, &change.actor, now).await? {
            ProfileChanged::Done => {}
            refused => return Ok(refused),
        }
    }
    let person = users::table.find(row.id);
    match &change.first_name {
        NameChange::Keep => {}
        name => {
            diesel::update(person).set(users::first_name.eq(kept(name))).execute(conn).await?;
        }
    }
    match &change.last_name {
        NameChange::Keep => {}
        name => {
            diesel::update(person).set(users::last_name.eq(kept(name))).execute(conn).await?;
        }
    }
    if let Some(locale) = change.locale {
        diesel::update(person).set(users::locale.eq(Some(locale.tag()))).execute(conn).await?;
    }
    Ok(ProfileChanged::Done)
}

/// The name to store. `None`: the name is removed, or stays.
fn kept(name: &NameChange) -> Option<&str> {
    match name {
        NameChange::Set(name) => Some(name.as_str()),
        NameChange::Keep | NameChange::Remove => None,
    }
}

async fn change_phone(
    conn: &mut Conn,
    vault: &Vault,
    row: &AccountRow,
    change: &PhoneChange,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<ProfileChanged, SqlError> {
    if row.phone.as_deref() != change.replaces.as_ref().map(PhoneNumber::e164) {
        return Ok(ProfileChanged::Moved);
    }
    let number = &change.phone.number;
    let person = users::table.find(row.id);
    let Some(proof) = change.phone.proof else {
        diesel::update(person).set(users::claimed_phone.eq(Some(number.e164()))).execute(conn).await?;
        let after = Some(format!("{number} not verified"));
        record(conn, &[about(row.user(), "account.phone_named", actor, None, after)], now).await?;
        return Ok(ProfileChanged::Done);
    };
    if find_by_phone(conn, number).await?.is_some_and(|owner| owner.id != row.id) {
        return Ok(ProfileChanged::PhoneTaken);
    }
    if !use_proof(conn, vault, proof, number.e164(), Purpose::Registration, now).await? {
        return Ok(ProfileChanged::NoProof);
    }
    diesel::update(person)
        .set((
            users::phone.eq(Some(number.e164())),
            users::phone_verified_at.eq(Some(DbTime(now))),
            users::claimed_phone.eq(None::<&str>),
        ))
        .execute(conn)
        .await?;
    if change.replaces.is_some() {
        diesel::update(person).set(users::phone_replaced_at.eq(Some(DbTime(now)))).execute(conn).await?;
    }
    if let Some(notice) = &change.notice {
        let row = NewOutboxRow::new(vault.sealer(), notice, None, now)?;
        diesel::insert_into(outbox::table).values(row).execute(conn).await?;
    }
    let before = change.replaces.as_ref().map(ToString::to_string);
    let after = Some(number.to_string());
    record(conn, &[about(row.user(), "account.phone_proved", actor, before, after)], now).await?;
    Ok(ProfileChanged::Done)
}
