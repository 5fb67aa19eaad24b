//! The version of the tables: which migrations ran, and whether they are those of this program.

use crate::backend::{Conn, has_table};
use crate::store::{
    error::SqlError,
    schema::{migration_checksums, migrations_run, sealed_areas},
    subjects::areas::Area,
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ports::operations::SchemaState;
use std::collections::BTreeMap;

/// The migrations of this program: version and text, in order.
const MIGRATIONS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// FNV-1a over the text, without carriage returns. It finds edits; nobody would forge a migration against it.
fn checksum(text: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = text.bytes().filter(|byte| *byte != b'\r').fold(0xcbf2_9ce4_8422_2325, step);
    format!("{hash:016x}")
}

/// Compares the tables with this program. On an empty database every migration is missing.
pub(crate) async fn schema(conn: &mut Conn) -> Result<SchemaState, SqlError> {
    let ran = ran(conn).await?;
    let checksums: BTreeMap<String, String> = if has_table(conn, "migration_checksums").await? {
        let rows =
            migration_checksums::table.select((migration_checksums::version, migration_checksums::checksum));
        rows.load::<(String, String)>(conn).await?.into_iter().collect()
    } else {
        BTreeMap::new()
    };
    let mut state = SchemaState::default();
    for (version, text) in MIGRATIONS {
        if !ran.iter().any(|known| known == version) {
            state.missing.push((*version).to_owned());
        } else if checksums.get(*version).is_some_and(|known| *known != checksum(text)) {
            state.changed.push((*version).to_owned());
        } else {
            state.applied.push((*version).to_owned());
        }
    }
    let is_known = |version: &String| MIGRATIONS.iter().any(|(known, _)| known == version);
    if state.missing.is_empty() {
        state.unsealed = unsealed(conn).await?;
    }
    state.newer = ran.into_iter().filter(|version| !is_known(version)).collect();
    Ok(state)
}

async fn unsealed(conn: &mut Conn) -> Result<Vec<String>, SqlError> {
    let sealed: Vec<String> = sealed_areas::table.select(sealed_areas::area).load(conn).await?;
    let left = Area::ALL.map(Area::name).into_iter().filter(|area| !sealed.iter().any(|name| name == area));
    Ok(left.map(str::to_owned).collect())
}

async fn ran(conn: &mut Conn) -> Result<Vec<String>, SqlError> {
    if !has_table(conn, "__diesel_schema_migrations").await? {
        return Ok(Vec::new());
    }
    Ok(migrations_run::table
        .select(migrations_run::version)
        .order(migrations_run::version)
        .load(conn)
        .await?)
}

/// Notes the checksums of the migrations that ran and have none yet.
pub(crate) async fn note_checksums(conn: &mut Conn) -> Result<(), SqlError> {
    let ran = ran(conn).await?;
    for (version, text) in MIGRATIONS.iter().filter(|(version, _)| ran.iter().any(|known| known == version)) {
        diesel::insert_into(migration_checksums::table)
            .values((
                migration_checksums::version.eq(*version),
                migration_checksums::checksum.eq(checksum(text)),
            ))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_changes_with_the_text_and_not_with_the_line_ends() {
        assert_eq!(checksum(""), "cbf29ce484222325", "the offset of FNV-1a");
        assert_eq!(checksum("a"), "af63dc4c8601ec8c", "a published test vector");
        assert_eq!(checksum("create\n"), checksum("create\r\n"));
        assert_ne!(checksum("create table a"), checksum("create table b"));
    }

    #[test]
    fn every_migration_is_listed_once_and_in_order() {
        let versions: Vec<_> = MIGRATIONS.iter().map(|(version, _)| *version).collect();
        assert!(versions.is_sorted_by(|one, next| one < next), "{versions:?}");
        assert!(versions.iter().all(|version| version.len() == 14), "{versions:?}");
    }
}
