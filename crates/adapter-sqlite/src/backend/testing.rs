//! Databases for the tests of this crate.

/// The path of a database of its own, in a folder that the operating system removes.
#[allow(clippy::unused_async, reason = "where there is a server, it is asked for a database here")]
pub(crate) async fn fresh_address() -> String {
    let folder = tempfile::TempDir::with_prefix("ventanilla-store-").unwrap();
    folder.keep().join("stores.db").display().to_string()
}
