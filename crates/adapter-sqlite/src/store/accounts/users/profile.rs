//! Change a profile.

use super::*;
use crate::store::{
    messaging::outbox::new_row::NewOutboxRow,
    subjects::Vault,
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
    let before = row.personal(conn, vault).await?;
    let mut after = before.clone();
    rename(&mut after.first_name, &change.first_name);
    rename(&mut after.last_name, &change.last_name);
    if let Some(phone) = &change.phone {
        match change_phone(conn, vault, &row, phone, &mut after, now).await? {
            ProfileChanged::Done => {}
            refused => return Ok(refused),
        }
    }
    if after != before {
        personal::keep(conn, vault, row.user(), &after, now).await?;
    }
    if let Some(phone) = &change.phone {
        note_phone(conn, vault, &row, phone, &change.actor, now).await?;
    }
    if let Some(locale) = change.locale {
        diesel::update(users::table.find(row.id))
            .set(users::locale.eq(Some(locale.tag())))
            .execute(conn)
            .await?;
    }
    Ok(ProfileChanged::Done)
}

fn rename(name: &mut Option<String>, change: &NameChange) {
    match change {
        NameChange::Keep => {}
        NameChange::Remove => *name = None,
        NameChange::Set(new) => *name = Some(new.as_str().to_owned()),
    }
}

/// Changes the number in `after`, which the caller keeps.
async fn change_phone(
    conn: &mut Conn,
    vault: &Vault,
    row: &AccountRow,
    change: &PhoneChange,
    after: &mut Personal,
    now: DateTime<Utc>,
) -> Result<ProfileChanged, SqlError> {
    let replaced = change.replaces.as_ref().map(|number| vault.address(number.e164()));
    if row.phone_hash != replaced {
        return Ok(ProfileChanged::Moved);
    }
    let number = &change.phone.number;
    let Some(proof) = change.phone.proof else {
        after.claimed_phone = Some(number.e164().to_owned());
        return Ok(ProfileChanged::Done);
    };
    if find_by_phone(conn, vault, number).await?.is_some_and(|owner| owner.id != row.id) {
        return Ok(ProfileChanged::PhoneTaken);
    }
    if !use_proof(conn, vault, proof, number.e164(), Purpose::Registration, now).await? {
        return Ok(ProfileChanged::NoProof);
    }
    after.phone = Some(number.e164().to_owned());
    after.claimed_phone = None;
    contacts::prove(conn, &vault.address(number.e164()), row.user(), now).await?;
    let person = users::table.find(row.id);
    diesel::update(person).set(users::phone_verified_at.eq(Some(DbTime(now)))).execute(conn).await?;
    if change.replaces.is_some() {
        diesel::update(person).set(users::phone_replaced_at.eq(Some(DbTime(now)))).execute(conn).await?;
    }
    if let Some(notice) = &change.notice {
        let row = NewOutboxRow::new(conn, vault, notice, None, now).await?;
        diesel::insert_into(outbox::table).values(row).execute(conn).await?;
    }
    if let Some(replaced) = replaced {
        contacts::leave(conn, &replaced, row.user()).await?;
    }
    Ok(ProfileChanged::Done)
}

/// Writes the audit row of another number.
async fn note_phone(
    conn: &mut Conn,
    vault: &Vault,
    row: &AccountRow,
    change: &PhoneChange,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let user = row.user();
    let keys = vault.key_for(conn, SubjectKeyId::chat(user.0), now).await?;
    let told = |number: &PhoneNumber| committed(&keys, user, "phone", number.e164());
    let new = told(&change.phone.number);
    let noted = match change.phone.proof {
        None => about(user, "account.phone_named", actor, None, Some(format!("{new} not verified"))),
        Some(_) => about(user, "account.phone_proved", actor, change.replaces.as_ref().map(told), Some(new)),
    };
    record(conn, &[noted], now).await
}
