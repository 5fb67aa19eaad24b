//! Turn MFA on and off, and make backup codes.

use crate::kernel::Kernel;
use domain::{
    accounts::{BACKUP_CODES, backup_code, plain_backup_code},
    ids::UserId,
    operations::audit::Actor,
};
use ports::{
    accounts::Users,
    crypto::{SecretHasher, SecretKind},
    store_error::StoreResult,
};
use std::{collections::BTreeSet, sync::Arc};

/// Changes the MFA settings of a person.
pub struct Mfa {
    accounts: Arc<dyn Users>,
    secrets: Arc<dyn SecretHasher>,
    kernel: Kernel,
}

impl Mfa {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(accounts: Arc<dyn Users>, secrets: Arc<dyn SecretHasher>, kernel: Kernel) -> Self {
        Self { accounts, secrets, kernel }
    }
}

impl Mfa {
    /// Turns MFA on or off for a person. False: no number is verified to send codes to.
    #[tracing::instrument(name = "set_mfa", level = "debug", skip_all, fields(%user))]
    pub async fn set(&self, user: UserId, enabled: bool, actor: &Actor) -> StoreResult<bool> {
        Ok(self.accounts.set_mfa(user, enabled, actor, self.kernel.now()).await?.is_some())
    }

    /// Makes new backup codes and makes the old ones invalid. The codes are shown only once.
    #[tracing::instrument(name = "new_backup_codes", level = "debug", skip_all, fields(%user))]
    pub async fn new_backup_codes(&self, user: UserId, actor: &Actor) -> StoreResult<Vec<String>> {
        let mut codes = BTreeSet::new();
        while codes.len() < BACKUP_CODES {
            let mut bytes = [0; 10];
            self.kernel.random.fill(&mut bytes);
            codes.insert(backup_code(bytes));
        }
        let hash = |code: &String| self.secrets.hash(SecretKind::BackupCode(user), &plain_backup_code(code));
        let hashes: Vec<[u8; 32]> = codes.iter().map(hash).collect();
        self.accounts.replace_backup_codes(user, &hashes, actor, self.kernel.now()).await?;
        Ok(codes.into_iter().collect())
    }
}
