//! Has the embedded migrations built in anew when one is added.

fn main() {
    let mut out = std::io::stdout();
    // Cargo reads its instructions from standard output; if that is gone, so is Cargo.
    let _ = std::io::Write::write_all(&mut out, b"cargo:rerun-if-changed=migrations\n");
}
