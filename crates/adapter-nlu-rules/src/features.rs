//! What the linear model sees of a text: its words, their pairs and their parts. The build script trains with the
//! same code.

/// Number of rows of the model's table. A power of two.
pub(crate) const BUCKETS: u32 = 1 << 15;

/// Writes the row of each feature, and its strength, into `out`.
pub(crate) fn features<'a>(words: impl Iterator<Item = &'a str> + Clone, out: &mut Vec<(u32, f32)>) {
    let mut before = ["^", "^"];
    for word in words.chain(std::iter::once("$")) {
        let [second, first] = before;
        if word != "$" {
            out.push((row(&[b"w", word.as_bytes()]), 1.0));
            parts(word, out);
        }
        out.push((row(&[b"p", first.as_bytes(), word.as_bytes()]), 0.8));
        if second != "^" {
            out.push((row(&[b"s", second.as_bytes(), word.as_bytes()]), 0.5));
        }
        before = [first, word];
    }
}

/// The parts of three and four letters of a word, which bind mistyped and inflected forms.
fn parts(word: &str, out: &mut Vec<(u32, f32)>) {
    if word.len() < 4 || !word.is_ascii() || word.starts_with('<') {
        return;
    }
    let bytes = word.as_bytes();
    for size in [3, 4] {
        for part in bytes.windows(size) {
            out.push((row(&[b"c", part]), 0.25));
        }
    }
    for (mark, edge) in
        [(b"h", bytes.get(..4)), (b"t", bytes.len().checked_sub(4).and_then(|at| bytes.get(at..)))]
    {
        if let Some(edge) = edge {
            out.push((row(&[mark, edge]), 0.35));
        }
    }
}

/// The row of a feature (FNV-1a).
fn row(pieces: &[&[u8]]) -> u32 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in pieces.iter().flat_map(|piece| piece.iter().chain(std::iter::once(&0))) {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    u32::try_from((hash ^ (hash >> 32)) & u64::from(BUCKETS.wrapping_sub(1))).unwrap_or_default()
}
