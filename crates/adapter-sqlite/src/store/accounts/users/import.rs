//! Import people: an account without password and session for each address, once.

use super::*;

pub(crate) async fn import(
    conn: &mut Conn,
    vault: &Vault,
    person: &ImportedPerson,
    now: DateTime<Utc>,
) -> Result<Imported, SqlError> {
    lock_names(conn, &[format!("email:{}", person.email.as_str())]).await?;
    if let Some(known) = find_by_email(conn, vault, &person.email).await? {
        return Ok(Imported::Known(known.user()));
    }
    diesel::insert_into(users::table)
        .values((
            users::id.eq(DbId(person.id.0)),
            users::mfa_enabled.eq(0),
            users::created_at.eq(DbTime(now)),
        ))
        .execute(conn)
        .await?;
    let email = person.email.as_str();
    let name = |name: &Option<PersonName>| name.as_ref().map(|name| name.as_str().to_owned());
    let known = Personal {
        claimed_phone: person.phone.as_ref().map(|phone| phone.e164().to_owned()),
        email: Some(email.to_owned()),
        first_name: name(&person.first_name),
        last_name: name(&person.last_name),
        ..Personal::default()
    };
    let keys = personal::keep(conn, vault, person.id, &known, now).await?;
    let number = known.claimed_phone.map_or_else(
        || "no number".to_owned(),
        |phone| format!("{} not verified", committed(&keys, person.id, "phone", &phone)),
    );
    let after = format!("{}, {number}", committed(&keys, person.id, "email", email));
    record(conn, &[about(person.id, "account.imported", &person.actor, None, Some(after))], now).await?;
    Ok(Imported::Created(person.id))
}
