//! Rebuilds the embedded migrations when one is added, and lists their texts, from which checksums are made.

use std::{env, error::Error, fmt::Write, fs, io, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout();
    io::Write::write_all(&mut out, b"cargo:rerun-if-changed=migrations\n")?;
    let mut folders = fs::read_dir("migrations")?.collect::<Result<Vec<_>, _>>()?;
    folders.sort_by_key(fs::DirEntry::file_name);
    let mut list = String::from("&[\n");
    for folder in folders {
        let name = folder.file_name().to_string_lossy().into_owned();
        // Diesel's version of a migration: what stands before the first underscore, without hyphens.
        let version = name.split('_').next().unwrap_or_default().replace('-', "");
        // A string in quotes, as Rust reads it.
        let text = fs::canonicalize(folder.path().join("up.sql"))?.to_string_lossy().into_owned();
        writeln!(list, "    ({version:?}, include_str!({text:?})),")?;
    }
    list.push(']');
    fs::write(Path::new(&env::var("OUT_DIR")?).join("migrations.rs"), list)?;
    Ok(())
}
