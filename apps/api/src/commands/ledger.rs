//! `ledger`: checks every rule of the ledger, deposits money, and gives such a deposit back.

use crate::{
    composition::{deposits, kernel, open_store, open_to_read},
    config::{Purpose, Settings},
};
use application::{
    error_chain::describe,
    money::{
        deposit::{DepositRequest, DepositTarget, Deposited},
        reverse_transfer::{Reversal, ReverseTransfer, ReverseTransferError, Reversed},
    },
};
use clap::{Args, Subcommand};
use domain::{
    ids::{TransferId, WalletId},
    money::{
        clearing::DepositSource,
        ledger::Outcome,
        transfer::{Transfer, read_concept},
    },
    operations::{
        audit::Actor,
        idempotency::{IdempotencyKey, is_key},
    },
    principal::Principal,
};
use std::process::ExitCode;

#[derive(Subcommand)]
pub(super) enum LedgerCommand {
    /// Check every rule of the ledger. Fails if one is broken, and says which and where.
    Verify,
    /// Deposit money into a wallet, once for each reference.
    Deposit(DepositArgs),
    /// Give a deposit of this command back, in whole or in part, once for each reference.
    Reverse(ReverseArgs),
}

/// A deposit to give back.
#[derive(Args)]
pub(super) struct ReverseArgs {
    /// The id of the deposit's transfer.
    #[arg(long)]
    transfer: TransferId,
    /// The amount in the deposit's currency. Without it: all that is left.
    #[arg(long, allow_hyphen_values = true)]
    amount: Option<String>,
    /// Why it is given back.
    #[arg(long)]
    reason: String,
    /// The name of this reversal. The same name with the same fields gives nothing back again.
    #[arg(long)]
    reference: String,
}

/// A deposit to make.
#[derive(Args)]
pub(super) struct DepositArgs {
    /// The wallet's id.
    #[arg(long)]
    wallet: WalletId,
    /// The amount in the wallet's currency, such as 150.50.
    #[arg(long, allow_hyphen_values = true)]
    amount: String,
    /// The name of this deposit. The same name with the same amount deposits nothing again.
    #[arg(long)]
    reference: String,
    /// Where the money comes from: cash, card, bank or adjustment.
    #[arg(long, default_value = "cash", value_parser = source)]
    source: DepositSource,
    /// What the money is for.
    #[arg(long)]
    concept: Option<String>,
}

fn source(name: &str) -> Result<DepositSource, String> {
    DepositSource::parse(name).ok_or_else(|| "must be cash, card, bank or adjustment".to_owned())
}

pub(super) async fn run(settings: &Settings, command: &LedgerCommand) -> Result<ExitCode, String> {
    match command {
        LedgerCommand::Verify => verify(settings).await,
        LedgerCommand::Deposit(args) => deposit(settings, args).await,
        LedgerCommand::Reverse(args) => reverse(settings, args).await,
    }
}

async fn verify(settings: &Settings) -> Result<ExitCode, String> {
    let store = open_store(settings, Purpose::Look).await.map_err(|fault| describe(&fault))?;
    let faults = store.verify().await.map_err(|fault| describe(&fault))?;
    if faults.is_empty() {
        return super::say("the ledger is sound");
    }
    let lines: Vec<_> = faults.iter().map(|fault| format!("{}: {}", fault.rule, fault.subject)).collect();
    super::say(&lines.join("\n"))?;
    Ok(ExitCode::FAILURE)
}

async fn deposit(settings: &Settings, args: &DepositArgs) -> Result<ExitCode, String> {
    let store = open_to_read(settings).await.map_err(|fault| describe(&fault))?;
    let actor = Actor { who: Principal::System, channel: "command".into(), request_id: "deposit".into() };
    let target = DepositTarget::Wallet(args.wallet);
    let (amount, reference) = (args.amount.clone(), args.reference.clone());
    let mut request = DepositRequest::of(Principal::System, actor, target, amount, reference);
    request.source = args.source;
    request.concept = read_concept(args.concept.clone()).map_err(|fault| format!("the concept {fault}"))?;
    match deposits(settings, store).run(request).await {
        Ok(Deposited { outcome: Outcome::Accepted(transfer), replayed }) => {
            super::say(&receipt(&transfer, replayed))
        }
        Ok(Deposited { outcome: Outcome::Refused(refusal), .. }) => {
            Err(format!("the deposit is refused: {}", refusal.name()))
        }
        Err(fault) => Err(describe(&fault)),
    }
}

async fn reverse(settings: &Settings, args: &ReverseArgs) -> Result<ExitCode, String> {
    let reason = read_concept(Some(args.reason.clone())).map_err(|fault| format!("the reason {fault}"))?;
    let reason = reason.ok_or("the reason must not be empty")?;
    if !is_key(&args.reference) {
        return Err("the reference must be 1 to 255 visible ASCII characters".to_owned());
    }
    let store = open_to_read(settings).await.map_err(|fault| describe(&fault))?;
    let actor = Actor { who: Principal::System, channel: "command".into(), request_id: "reversal".into() };
    let mut asked = Reversal::of(args.transfer, Principal::System, reason, actor);
    asked.amount.clone_from(&args.amount);
    let (caller, operation, key) = (Principal::System, "reverse".to_owned(), args.reference.clone());
    asked.key = Some(IdempotencyKey { caller, operation, key });
    match ReverseTransfer::new(store, kernel()).run(asked).await {
        Ok(Reversed { outcome: Outcome::Accepted(transfer), replayed }) => {
            let Transfer { id, folio, amount, .. } = *transfer;
            let done = if replayed { "was given back before" } else { "given back" };
            super::say(&format!("{amount} {done}: transfer {id}, folio {folio}"))
        }
        Ok(Reversed { outcome: Outcome::Refused(refusal), .. }) => {
            Err(format!("the reversal is refused: {}", refusal.name()))
        }
        Err(ReverseTransferError::NotFound) => Err("no deposit of this command has that id".to_owned()),
        Err(fault) => Err(describe(&fault)),
    }
}

fn receipt(transfer: &Transfer, replayed: bool) -> String {
    let Transfer { id, folio, amount, to, .. } = transfer;
    let done = if replayed { "was deposited before" } else { "deposited" };
    format!("{amount} {done} into wallet {to}: transfer {id}, folio {folio}")
}
