//! Rebuilds the embedded migrations when one is added.

fn main() {
    let mut out = std::io::stdout();
    // Cargo reads its instructions from standard output. If that is closed, Cargo has ended.
    let _ = std::io::Write::write_all(&mut out, b"cargo:rerun-if-changed=migrations\n");
}
