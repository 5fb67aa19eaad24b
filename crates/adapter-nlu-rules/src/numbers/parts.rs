//! Parts of a multiplier: «medio millón», «un cuarto de millón».

use super::*;

/// A part of a multiplier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Quarter,
    /// A part that isn't read.
    Other,
}

fn part(word: &str) -> Option<Part> {
    match word {
        "cuarto" | "quarter" | "quarto" => Some(Part::Quarter),
        "cuartos" | "quarters" | "quartos" | "tercio" | "tercios" | "third" | "thirds" | "terco"
        | "decimo" | "quinto" | "quintos" => Some(Part::Other),
        _ => None,
    }
}

impl PhraseReader<'_> {
    /// Takes a half or a quarter of a multiplier: «medio millón», "half a grand", «un cuarto de millón». Other parts
    /// («tres cuartos de millón») are asked.
    pub(super) fn half(&mut self, word: &str) -> bool {
        if let Some(part) = part(word) {
            let of = usize::from(matches!(self.word(1), Some("de" | "of")));
            let article = usize::from(of == 1 && matches!(self.word(2), Some("a" | "um" | "un")));
            let gap = of.saturating_add(article).saturating_add(1);
            let Some(whole) = self.multiplier(gap, false).filter(|_| of == 1) else { return false };
            self.ambiguous = part == Part::Other;
            if part == Part::Quarter {
                self.total = whole.checked_div(Decimal::from(4)).unwrap_or(ZERO);
            }
            self.any = true;
            self.skip(gap.saturating_add(1));
            return true;
        }
        if !LEXICON.half.contains(word) {
            return false;
        }
        let gap = if word == "half" && self.word(1) == Some("a") { 2 } else { 1 };
        let Some(of) = self.multiplier(gap, false) else { return false };
        self.total = of.checked_div(Decimal::TWO).unwrap_or(ZERO);
        self.any = true;
        self.skip(gap.saturating_add(1));
        true
    }
}
