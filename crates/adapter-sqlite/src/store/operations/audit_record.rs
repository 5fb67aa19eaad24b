//! Write audit rows in the transaction of their decision.

use crate::backend::{Conn, insert_audit};
use crate::store::{error::SqlError, rows::NewAuditRow};
use chrono::{DateTime, Utc};
use domain::operations::audit::AuditRecord;

/// Adds rows outside a fold.
pub(crate) async fn record(
    conn: &mut Conn,
    records: &[AuditRecord],
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    insert_audit(conn, records.iter().map(|record| NewAuditRow::new(record, now)).collect()).await
}
