//! The demo person with a wallet, for development. It happens once for each database, even when several
//! processes start at the same time.

use crate::{kernel::Kernel, money::submit_transfer::TransferRules};
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency, Money,
        ledger::{PostTransfer, clearing_account},
        limits::Limits,
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
    phone::PhoneNumber,
    principal::Principal,
};
use ports::{
    accounts::{Identities, NewPerson},
    money::{Ledger, PostRequest},
    store_error::StoreResult,
};

/// The opening balance in centavos: 1000.00 MXN.
const OPENING: i64 = 100_000;

/// Makes the demo person with this number unless there is one, and credits the opening balance once.
pub async fn open_demo(
    identities: &dyn Identities,
    ledger: &dyn Ledger,
    kernel: &Kernel,
    rules: &TransferRules,
    phone: PhoneNumber,
) -> StoreResult<()> {
    let now = kernel.now();
    let person = NewPerson {
        id: UserId(kernel.new_id()),
        phone,
        wallet: WalletId(kernel.new_id()),
        wallet_name: "Principal".into(),
        currency: Currency::MXN,
    };
    let user = identities.get_or_create(&person, now).await?;
    let Some(wallet) = ledger.first_wallet(user.id, Currency::MXN).await? else { return Ok(()) };
    let key =
        IdempotencyKey { caller: Principal::System, operation: "demo".into(), key: "opening-balance".into() };
    let transfer = Transfer {
        id: TransferId(kernel.new_id()),
        folio: kernel.draw_folio(),
        caller: Principal::System,
        client_tx_id: None,
        owner: user.id,
        from: clearing_account(Currency::MXN),
        to: wallet.id,
        destination: Destination::Wallet { id: wallet.id, found_by: None },
        amount: Money::new(OPENING, Currency::MXN),
        concept: Some("Saldo inicial".into()),
        status: TransferStatus::Completed,
        verification: None,
        reverses: None,
        reversed_minor: 0,
        refusal: None,
        expires_at: None,
        created_at: now,
    };
    let request = PostRequest {
        command: PostTransfer {
            transfer,
            key,
            fingerprint: Fingerprint::of(&[("demo", Some("opening-balance"))]),
            limits: Limits::none(Currency::MXN),
            day: rules.day_of(now),
        },
        step_up_challenge: None,
        payee: None,
        actor: Actor { who: Principal::System, channel: "worker".into(), request_id: "demo".into() },
    };
    ledger.post(&[request], now).await.map(|_outcome| ())
}
