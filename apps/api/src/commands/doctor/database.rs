//! The database: it can be opened, its tables are those of this version, and its keys are set.

use super::Report;
use crate::{
    composition::{open_store, open_to_read, schema_complaint},
    config::{DatabaseAddress, Purpose, Settings},
};
use application::error_chain::describe;

pub(super) async fn check(settings: &Settings, report: &mut Report) {
    let kind = match settings.database {
        DatabaseAddress::Sqlite(_) => "SQLite",
        DatabaseAddress::Postgres(_) => "PostgreSQL",
    };
    let store = match open_store(settings, Purpose::Look).await {
        Ok(store) => store,
        Err(fault) => return report.note("database", Err(describe(&fault))),
    };
    if let Err(fault) = store.ping().await {
        return report.note("database", Err(describe(&fault)));
    }
    report.note("database", Ok(kind.to_owned()));
    match store.schema().await {
        Err(fault) => return report.note("database schema", Err(describe(&fault))),
        Ok(state) if !state.is_current() => {
            return report.note("database schema", Err(schema_complaint(&state)));
        }
        Ok(state) => report.note("database schema", Ok(format!("{} migrations", state.applied.len()))),
    }
    let keys = open_to_read(settings).await.map(|_store| String::new()).map_err(|fault| describe(&fault));
    report.note("database keys", keys);
}
