//! Whether sign-ins take a second factor, and the codes for a lost phone.

use domain::{
    accounts::{BACKUP_CODES, backup_code, plain_backup_code},
    ids::UserId,
    operations::audit::Actor,
};
use ports::{
    accounts::Users,
    clock::Clock,
    crypto::{SecretHasher, SecretKind},
    ids_and_random::Random,
    store_error::StoreResult,
};
use std::{collections::BTreeSet, sync::Arc};

/// Changes second factors.
pub struct Mfa {
    /// People's accounts.
    pub accounts: Arc<dyn Users>,
    /// Hashes backup codes.
    pub secrets: Arc<dyn SecretHasher>,
    /// Draws them.
    pub random: Arc<dyn Random>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

impl Mfa {
    /// Has sign-ins take a code, or not. False: no number is proved to send codes to.
    pub async fn set(&self, user: UserId, enabled: bool, actor: &Actor) -> StoreResult<bool> {
        Ok(self.accounts.set_mfa(user, enabled, actor, self.clock.now()).await?.is_some())
    }

    /// New backup codes; the ones before are void. They are shown this once.
    pub async fn new_backup_codes(&self, user: UserId, actor: &Actor) -> StoreResult<Vec<String>> {
        let mut codes = BTreeSet::new();
        while codes.len() < BACKUP_CODES {
            let mut bytes = [0; 10];
            self.random.fill(&mut bytes);
            codes.insert(backup_code(bytes));
        }
        let hash = |code: &String| self.secrets.hash(SecretKind::BackupCode(user), &plain_backup_code(code));
        let hashes: Vec<[u8; 32]> = codes.iter().map(hash).collect();
        self.accounts.replace_backup_codes(user, &hashes, actor, self.clock.now()).await?;
        Ok(codes.into_iter().collect())
    }
}
