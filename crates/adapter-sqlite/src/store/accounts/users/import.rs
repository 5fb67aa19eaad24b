//! Import people: an account without password and session for each address, once.

use super::*;

pub(crate) async fn import(
    conn: &mut Conn,
    person: &ImportedPerson,
    now: DateTime<Utc>,
) -> Result<Imported, SqlError> {
    lock_names(conn, &[format!("email:{}", person.email.as_str())]).await?;
    if let Some(known) = find_by_email(conn, &person.email).await? {
        return Ok(Imported::Known(known.user()));
    }
    diesel::insert_into(users::table)
        .values((
            users::id.eq(DbId(person.id.0)),
            users::claimed_phone.eq(person.phone.as_ref().map(PhoneNumber::e164)),
            users::email.eq(Some(person.email.as_str())),
            users::first_name.eq(person.first_name.as_ref().map(PersonName::as_str)),
            users::last_name.eq(person.last_name.as_ref().map(PersonName::as_str)),
            users::mfa_enabled.eq(0),
            users::created_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    let number =
        person.phone.as_ref().map_or_else(|| "no number".to_owned(), |phone| format!("{phone} not verified"));
    let after = format!("{}, {number}", person.email.masked());
    record(conn, &[about(person.id, "account.imported", &person.actor, None, Some(after))], now).await?;
    Ok(Imported::Created(person.id))
}
