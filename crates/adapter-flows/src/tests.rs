//! Files, and what is said against them.

use super::*;
use domain::{
    flow::{FlowFacts, FlowInput, Progress, Slug},
    locale::Locale,
    phone::Region,
};
use std::sync::atomic::{AtomicU32, Ordering};

fn said(faults: Vec<Complaint>) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_built_in_is_without_a_fault() {
    let shelf = load(None).map_err(said).unwrap();
    let ids: Vec<_> = shelf.book.all_newest().iter().map(|flow| flow.id().to_string()).collect();
    assert_eq!(ids, ["oncology-intake", "wallet-onboarding"]);
}
