//! The bank: does it give us a token and the balance of our account, and will it tell us anything by itself.

use super::Report;
use crate::{
    composition::{bank, kernel},
    config::Settings,
};
use application::error_chain::describe;

pub(super) async fn check(settings: &Settings, report: &mut Report) {
    let kernel = kernel();
    let Some(named) = &settings.bank else {
        return report.skip("bank", "payments to accounts outside are simulated");
    };
    let bank = match bank::build(named, &kernel) {
        Ok(bank) => bank,
        Err(fault) => return report.note("bank", Err(describe(&fault))),
    };
    let checked = bank.client.check().await;
    if let Some(theirs) = checked.as_ref().ok().and_then(|check| check.server_time) {
        report.clocks.push(theirs - kernel.now());
    }
    let checked = checked.map(|_check| "it gives us a token and our balance".to_owned());
    report.note("bank", checked.map_err(|fault| fault.to_string()));
    match bank.notices {
        Some(_) => report.note("bank webhook", Ok(format!("{}/webhooks/bank", settings.public_base_url))),
        None => {
            report.skip("bank webhook", "closed, because BANK_WEBHOOK_SECRET is not set; the bank is polled")
        }
    }
}
