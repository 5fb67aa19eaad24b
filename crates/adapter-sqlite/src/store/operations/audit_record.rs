//! Write audit rows in the transaction of their decision.

use crate::backend::Conn;
use crate::store::{error::SqlError, rows::NewAuditRow, schema::audit};
use chrono::{DateTime, Utc};
use diesel_async::RunQueryDsl;
use domain::operations::audit::AuditRecord;

/// Adds rows outside a fold.
pub(crate) async fn record(
    conn: &mut Conn,
    records: &[AuditRecord],
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    for record in records {
        diesel::insert_into(audit::table).values(NewAuditRow::new(record, now)).execute(conn).await?;
    }
    Ok(())
}
