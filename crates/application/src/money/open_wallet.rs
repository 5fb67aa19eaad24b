//! Open a wallet for a person.

use crate::kernel::Kernel;
use domain::{
    ids::{UserId, WalletId},
    money::Currency,
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
};
use ports::{
    money::{Ledger, OpenOutcome, OpenWallet as Request},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Opens wallets, once for each key.
pub struct OpenWallet {
    ledger: Arc<dyn Ledger>,
    kernel: Kernel,
    wallets_max: u32,
}

impl OpenWallet {
    /// Builds the use case from the ports that it needs. A person may have `wallets_max` wallets.
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>, kernel: Kernel, wallets_max: u32) -> Self {
        Self { ledger, kernel, wallets_max }
    }
}

/// A request to open a wallet.
#[derive(Clone)]
#[non_exhaustive]
pub struct WantedWallet {
    /// The owner of the wallet.
    pub user: UserId,
    /// The wallet's display name.
    pub name: String,
    /// The wallet's kind, as the caller names it.
    pub kind: String,
    /// The wallet's currency.
    pub currency: Currency,
    /// The caller's idempotency key. `None`: the request has a key of its own.
    pub key: Option<IdempotencyKey>,
    /// A hash of the fields that the caller sent.
    pub fingerprint: Fingerprint,
    /// The actor for the audit row.
    pub actor: Actor,
}

impl WantedWallet {
    /// A request with a key of its own. Its fingerprint covers all fields that are given here, without the
    /// actor.
    #[must_use]
    pub fn of(user: UserId, name: String, kind: String, currency: Currency, actor: Actor) -> Self {
        let owner = user.to_string();
        let fingerprint = Fingerprint::of(&[
            ("user_id", Some(owner.as_str())),
            ("name", Some(&name)),
            ("type", Some(&kind)),
            ("currency", Some(currency.code())),
        ]);
        Self { user, name, kind, currency, key: None, fingerprint, actor }
    }
}

impl OpenWallet {
    /// Opens the wallet. The same key gets the first answer again.
    #[tracing::instrument(name = "open_wallet", level = "debug", skip_all, fields(user = %wanted.user))]
    pub async fn run(&self, wanted: WantedWallet) -> StoreResult<OpenOutcome> {
        let id = WalletId(self.kernel.new_id());
        let request = Request {
            id,
            user: wanted.user,
            name: wanted.name,
            kind: wanted.kind,
            currency: wanted.currency,
            wallets_max: self.wallets_max,
            key: wanted.key.unwrap_or_else(|| IdempotencyKey::own(id.0)),
            fingerprint: wanted.fingerprint,
            actor: wanted.actor,
        };
        self.ledger.open_wallet(&request, self.kernel.now()).await
    }
}
