//! Signing up.

use crate::accounts::{
    prove_phone::{NumberProof, ProveError, ProvePhone},
    session_issuer::{AuthServiceError, SessionIssuer, SignedIn, Visitor},
};
use domain::{
    accounts::{EmailAddress, Password, PersonName},
    ids::{UserId, WalletId},
    money::Currency,
    phone::PhoneNumber,
};
use ports::{
    accounts::{AccountPhone, FirstWallet, NewAccount, Registered, Users},
    clock::Clock,
    crypto::{HashRefused, PasswordHasher},
    ids_and_random::IdGenerator,
    store_error::StoreError,
};
use std::sync::Arc;
use thiserror::Error;

/// Makes accounts.
pub struct Register {
    /// People's accounts.
    pub accounts: Arc<dyn Users>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Looks at proofs of numbers.
    pub prove: Arc<ProvePhone>,
    /// Hands out tokens.
    pub issuer: Arc<SessionIssuer>,
    /// Ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// What a first wallet is kept in.
    pub currency: Currency,
}

/// A wish for an account.
pub struct Registration {
    /// The address to sign in with.
    pub email: EmailAddress,
    /// A password that is good enough.
    pub password: Password,
    /// The number.
    pub phone: Option<PhoneNumber>,
    /// What proves it.
    pub proof: Option<NumberProof>,
    /// What he is called.
    pub first_name: Option<PersonName>,
    /// His family's name.
    pub last_name: Option<PersonName>,
    /// Who asks.
    pub visitor: Visitor,
}

/// Why there is no account.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// The address is somebody's.
    #[error("the address has an account")]
    EmailTaken,
    /// The proved number is somebody's.
    #[error("the number has an account")]
    PhoneTaken,
    /// The number is not proved by that.
    #[error("this does not prove the number")]
    NoProof,
    /// The code can't be checked now.
    #[error("the code can't be checked now")]
    CheckFailed,
    /// It could not be done.
    #[error(transparent)]
    AuthServiceError(#[from] AuthServiceError),
}

impl From<StoreError> for RegisterError {
    fn from(fault: StoreError) -> Self {
        Self::AuthServiceError(fault.into())
    }
}

impl From<HashRefused> for RegisterError {
    fn from(fault: HashRefused) -> Self {
        Self::AuthServiceError(fault.into())
    }
}

impl From<ProveError> for RegisterError {
    fn from(fault: ProveError) -> Self {
        match fault {
            ProveError::NoProof => Self::NoProof,
            ProveError::Failed => Self::CheckFailed,
            ProveError::Store(fault) => fault.into(),
        }
    }
}

impl Register {
    /// Makes the account and signs its owner in. The address is looked at before the code, so that a taken
    /// one uses no code up.
    pub async fn run(&self, wish: Registration) -> Result<SignedIn, RegisterError> {
        if self.accounts.find_credentials(&wish.email).await?.is_some() {
            return Err(RegisterError::EmailTaken);
        }
        // Before the code is used up: where too many are hashed at once it stays good.
        let password_hash = self.hasher.hash(&wish.password).await?;
        let phone = match (wish.phone, wish.proof) {
            (Some(number), Some(proof)) => {
                let proof = self.prove.run(&number, &proof, &wish.visitor.address, None).await?;
                Some(AccountPhone { number, proof: Some(proof) })
            }
            (Some(number), None) => Some(AccountPhone { number, proof: None }),
            (None, _) => None,
        };
        let account = NewAccount {
            id: UserId(self.ids.new_id()),
            password_hash,
            email: wish.email,
            phone,
            first_name: wish.first_name,
            last_name: wish.last_name,
            wallet: FirstWallet {
                id: WalletId(self.ids.new_id()),
                name: "Principal".into(),
                currency: self.currency,
            },
            session: self.issuer.new_session(wish.visitor.device.clone()),
            actor: wish.visitor.actor(),
        };
        match self.accounts.register(&account, self.clock.now()).await? {
            Registered::Done(user) => Ok(self.issuer.hand_out(user, account.session.id, 1).await?),
            Registered::EmailTaken => Err(RegisterError::EmailTaken),
            Registered::PhoneTaken => Err(RegisterError::PhoneTaken),
            Registered::NoProof => Err(RegisterError::NoProof),
        }
    }
}
