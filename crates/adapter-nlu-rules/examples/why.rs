//! Prints how each text of standard input is read, and the scores of the other readings: why it was read so.

use adapter_nlu_rules::RuleParser;
use domain::{messaging::intent::Dialogue, phone::Region};
use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let home = Region::parse("MX").ok_or_else(|| io::Error::other("the region MX is not known"))?;
    let parser = RuleParser::new(home);
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let text = line?;
        let dialogue = Dialogue::default();
        let read = parser.understand(&text, &dialogue);
        writeln!(out, "{text}\n  {} {:?}", read.intent.label(), read.entities)?;
        for (intent, score) in parser.readings(&text, &dialogue).into_iter().take(4) {
            writeln!(out, "  {score:>6.2} {}", intent.label())?;
        }
    }
    Ok(())
}
