//! Opening a wallet.

use domain::{
    ids::{UserId, WalletId},
    money::Currency,
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
};
use ports::{
    clock::Clock,
    ids_and_random::IdGenerator,
    money::{Ledger, OpenOutcome, OpenWallet as Request},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Opens wallets.
pub struct OpenWallet {
    /// The books.
    pub ledger: Arc<dyn Ledger>,
    /// Ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

/// A wish for a wallet.
#[derive(Clone)]
pub struct WantedWallet {
    /// Whose it is to be.
    pub user: UserId,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// What it is kept in.
    pub currency: Currency,
    /// The caller's key.
    pub key: Option<IdempotencyKey>,
    /// Over what the caller supplied.
    pub fingerprint: Fingerprint,
    /// For the audit.
    pub actor: Actor,
}

impl OpenWallet {
    /// Opens it, once for each key.
    pub async fn run(&self, wanted: WantedWallet) -> StoreResult<OpenOutcome> {
        let id = WalletId(self.ids.new_id());
        let request = Request {
            id,
            user: wanted.user,
            name: wanted.name,
            kind: wanted.kind,
            currency: wanted.currency,
            key: wanted.key.unwrap_or_else(|| id.own_key()),
            fingerprint: wanted.fingerprint,
            actor: wanted.actor,
        };
        self.ledger.open_wallet(&request, self.clock.now()).await
    }
}
