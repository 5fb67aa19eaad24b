//! `audit verify`: checks the seals of the audit log, over all rows.

use crate::{composition::open_to_read, config::Settings};
use application::error_chain::describe;
use clap::Subcommand;
use domain::operations::audit::BlockHead;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Check every seal. Fails if a row was changed, removed or inserted, and names it.
    Verify {
        /// A head from the process log, as NUMBER:CODE. Fails unless it is part of the chain.
        #[arg(long, value_parser = parse_head)]
        head: Option<BlockHead>,
    },
}

fn parse_head(text: &str) -> Result<BlockHead, String> {
    let malformed = || "must be NUMBER:CODE, with the code in hex (64 digits)".to_owned();
    let (number, code) = text.split_once(':').ok_or_else(malformed)?;
    let number = number.parse().map_err(|_not_a_number| malformed())?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(code, &mut bytes).map_err(|_not_hex| malformed())?;
    Ok(BlockHead { number, code: bytes })
}

pub(super) async fn run(settings: &Settings, command: &AuditCommand) -> Result<ExitCode, String> {
    let AuditCommand::Verify { head } = command;
    let store = open_to_read(settings).await.map_err(|fault| describe(&fault))?;
    let report = store.verify_chain(*head).await.map_err(|fault| describe(&fault))?;
    if report.faults.is_empty() {
        let head = report.head.map_or_else(
            || "no block yet".to_owned(),
            |head| format!("head {}:{}", head.number, hex::encode(head.code)),
        );
        let (checked, unsealed) = (report.checked, report.unsealed);
        return super::say(&format!(
            "the audit log is sound: {checked} rows sealed, {unsealed} not sealed yet; {head}"
        ));
    }
    let lines: Vec<_> = report.faults.iter().map(ToString::to_string).collect();
    super::say(&lines.join("\n"))?;
    Ok(ExitCode::FAILURE)
}
