//! Sign up with e-mail address and password.

use crate::accounts::{
    prove_phone::{NumberProof, ProveError, ProvePhone},
    session_issuer::{AuthServiceError, SessionIssuer, SignedIn, Visitor, try_name},
};
use crate::kernel::Kernel;
use chrono::{DateTime, Utc};
use domain::{
    accounts::{Password, PersonName},
    email::EmailAddress,
    ids::{UserId, WalletId},
    money::Currency,
    phone::PhoneNumber,
};
use ports::{
    accounts::{AccountPhone, AccountQuota, FirstWallet, NewAccount, Registered, Users},
    crypto::{HashFor, HashRefused, PasswordHasher},
    store_error::StoreError,
};
use std::sync::Arc;
use thiserror::Error;

/// Makes accounts for people.
pub struct Register {
    parts: RegisterParts,
    kernel: Kernel,
}

/// The stores and use cases that [`Register`] needs.
pub struct RegisterParts {
    /// The port of users.
    pub accounts: Arc<dyn Users>,
    /// Hashes the passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Checks what proves a number.
    pub prove: Arc<ProvePhone>,
    /// Issues the tokens of a session.
    pub issuer: Arc<SessionIssuer>,
    /// The currency of a first wallet.
    pub currency: Currency,
    /// The maximum of accounts that one network address creates in an hour.
    pub accounts_per_address_per_hour: u32,
}

impl Register {
    /// Builds the use case from its parts.
    #[must_use]
    pub fn new(parts: RegisterParts, kernel: Kernel) -> Self {
        Self { parts, kernel }
    }
}

/// A request for an account.
#[non_exhaustive]
pub struct Registration {
    /// The e-mail address to sign in with.
    pub email: EmailAddress,
    /// A password that passed the password rules.
    pub password: Password,
    /// The person's number.
    pub phone: Option<PhoneNumber>,
    /// What proves that the person has the number.
    pub proof: Option<NumberProof>,
    /// The person's first name.
    pub first_name: Option<PersonName>,
    /// The person's family name.
    pub last_name: Option<PersonName>,
    /// The address and device of the call.
    pub visitor: Visitor,
}

impl Registration {
    /// A registration with an e-mail address and a password alone. Set the other fields afterwards.
    #[must_use]
    pub fn of(email: EmailAddress, password: Password, visitor: Visitor) -> Self {
        Self { email, password, phone: None, proof: None, first_name: None, last_name: None, visitor }
    }
}

/// Why no account was made.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// Another account has the address.
    #[error("the address belongs to another account")]
    EmailTaken,
    /// Another account has the verified number.
    #[error("the number belongs to another account")]
    PhoneTaken,
    /// The code or verification does not prove the number.
    #[error("this does not prove the number")]
    NoProof,
    /// The network address created too many accounts. The next is allowed at that time.
    #[error("too many accounts were created from this address")]
    TooMany(DateTime<Utc>),
    /// The provider gave no answer. The check attempt was given back.
    #[error("the code can't be checked now")]
    CheckFailed,
    /// The store, the password hash or the token signer failed.
    #[error(transparent)]
    AuthServiceError(#[from] AuthServiceError),
}

impl From<StoreError> for RegisterError {
    fn from(error: StoreError) -> Self {
        Self::AuthServiceError(error.into())
    }
}

impl From<HashRefused> for RegisterError {
    fn from(error: HashRefused) -> Self {
        Self::AuthServiceError(error.into())
    }
}

impl From<ProveError> for RegisterError {
    fn from(error: ProveError) -> Self {
        match error {
            ProveError::NoProof => Self::NoProof,
            ProveError::Failed => Self::CheckFailed,
            ProveError::Store(error) => error.into(),
        }
    }
}

impl Register {
    /// Makes the account and signs its owner in. The address is checked before the code, so that a taken
    /// address uses up no code.
    #[tracing::instrument(name = "register", level = "debug", skip_all)]
    pub async fn run(&self, request: Registration) -> Result<SignedIn, RegisterError> {
        if self.parts.accounts.find_credentials(&request.email).await?.is_some() {
            return Err(RegisterError::EmailTaken);
        }
        let quota = AccountQuota {
            origin: try_name(&[("address", Some(&request.visitor.address))]),
            most: self.parts.accounts_per_address_per_hour,
        };
        if let Some(next) = self.parts.accounts.find_next_account(&quota, self.kernel.now()).await? {
            return Err(RegisterError::TooMany(next));
        }
        // Hash the password before the code is used up: if too many are hashed at once, the code stays valid.
        let whom = HashFor::address(&request.visitor.address);
        let password_hash = self.parts.hasher.hash(&request.password, &whom).await?;
        let phone = match (request.phone, request.proof) {
            (Some(number), Some(proof)) => {
                let proof = self.parts.prove.run(&number, &proof, &request.visitor.address, None).await?;
                Some(AccountPhone { number, proof: Some(proof) })
            }
            (Some(number), None) => Some(AccountPhone { number, proof: None }),
            (None, _) => None,
        };
        let account = NewAccount {
            id: UserId(self.kernel.new_id()),
            password_hash,
            email: request.email,
            phone,
            first_name: request.first_name,
            last_name: request.last_name,
            wallet: FirstWallet {
                id: WalletId(self.kernel.new_id()),
                name: "Principal".into(),
                currency: self.parts.currency,
            },
            session: self.parts.issuer.new_session(request.visitor.device.clone()),
            quota,
            actor: request.visitor.actor(),
        };
        match self.parts.accounts.register(&account, self.kernel.now()).await? {
            Registered::Done(user) => Ok(self.parts.issuer.hand_out(user, account.session.id, 1).await?),
            Registered::EmailTaken => Err(RegisterError::EmailTaken),
            Registered::PhoneTaken => Err(RegisterError::PhoneTaken),
            Registered::NoProof => Err(RegisterError::NoProof),
            Registered::TooMany(next) => Err(RegisterError::TooMany(next)),
        }
    }
}
