//! Texts that people write: any text is parsed, with the same result each time.
#![no_main]

use adapter_nlu_rules::RuleParser;
use domain::{messaging::intent::Dialogue, phone::Region};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static PARSER: LazyLock<RuleParser> =
    LazyLock::new(|| RuleParser::new(Region::parse("MX").expect("Mexico is a region")));

fuzz_target!(|text: &str| {
    let once = PARSER.understand(text, &Dialogue::default());
    assert!(once == PARSER.understand(text, &Dialogue::default()));
});
