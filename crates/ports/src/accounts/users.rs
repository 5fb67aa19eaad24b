//! User accounts: sign-up, credentials, profile, MFA, password resets. Sessions and bound chats have ports of
//! their own over the same tables.

use super::{
    import::{Imported, ImportedPerson},
    mfa_change::{ChangeMfa, MfaChanged},
    sessions::NewSession,
};
use crate::{messaging::NewOutbound, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    accounts::{PersonName, freeze::Freeze},
    email::EmailAddress,
    ids::{SessionId, UserId, VerificationId, WalletId},
    locale::Locale,
    money::Currency,
    operations::audit::{Actor, AuditRecord},
    phone::PhoneNumber,
};

/// An account to create. No `Debug`: it holds a password hash.
#[derive(Clone)]
pub struct NewAccount {
    /// The user's id, if they are new.
    pub id: UserId,
    /// Their e-mail address, not proved.
    pub email: EmailAddress,
    /// The hash of their password.
    pub password_hash: String,
    /// Their number, and what proves it.
    pub phone: Option<AccountPhone>,
    /// Their first name.
    pub first_name: Option<PersonName>,
    /// Their family name.
    pub last_name: Option<PersonName>,
    /// The first wallet, made if the number is proved and belongs to no known user.
    pub wallet: FirstWallet,
    /// The session that is opened with the account.
    pub session: NewSession,
    /// The limit that the account counts for.
    pub quota: AccountQuota,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// How many accounts one network address may create.
#[derive(Clone, Debug)]
pub struct AccountQuota {
    /// The name of the address. It holds no address in the clear.
    pub origin: String,
    /// The maximum of accounts within `domain::accounts::NEW_ACCOUNTS_WINDOW`.
    pub most: u32,
}

/// The first wallet of a user, if they need one.
#[derive(Clone, Debug)]
pub struct FirstWallet {
    /// The wallet's id.
    pub id: WalletId,
    /// The wallet's name.
    pub name: String,
    /// The wallet's currency.
    pub currency: Currency,
}

/// A number that is given for an account.
#[derive(Clone, Debug)]
pub struct AccountPhone {
    /// The number as given.
    pub number: PhoneNumber,
    /// The approved challenge that proves it; it is used up. `None`: the number is claimed, not proved.
    pub proof: Option<VerificationId>,
}

/// The outcome of a sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// The account exists. A user who was known only by their number keeps their id and wallets.
    Done(UserId),
    /// The e-mail address belongs to another account.
    EmailTaken,
    /// The number belongs to a user who already has an account.
    PhoneTaken,
    /// The challenge doesn't prove the number, or no longer does.
    NoProof,
    /// The network address created too many accounts; the next is allowed at that time. No proof is used up.
    TooMany(DateTime<Utc>),
}

/// The facts that a sign-in is checked against.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user behind the address.
    pub user: UserId,
    /// The hash of their password; `None` when they have set none.
    pub password_hash: Option<String>,
}

/// A user's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The user it describes.
    pub user: UserId,
    /// Their e-mail address.
    pub email: Option<EmailAddress>,
    /// Whether they proved the address.
    pub email_verified: bool,
    /// Their proved number.
    pub phone: Option<PhoneNumber>,
    /// The number they claimed without proving it.
    pub claimed_phone: Option<PhoneNumber>,
    /// When they last replaced a proved number with another. The cool-off runs from then.
    pub phone_replaced_at: Option<DateTime<Utc>>,
    /// Their first name.
    pub first_name: Option<String>,
    /// Their family name.
    pub last_name: Option<String>,
    /// The language they set.
    pub locale: Option<Locale>,
    /// Whether sign-in asks for MFA.
    pub mfa_enabled: bool,
    /// Whether they are frozen.
    pub freeze: Freeze,
}

/// The change of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NameChange {
    /// The name stays as it is.
    #[default]
    Keep,
    /// The name is removed.
    Remove,
    /// The name becomes this one.
    Set(PersonName),
}

/// The changes of a profile. `None` leaves a field as it is.
#[derive(Clone)]
pub struct ProfileChange {
    /// The user to change.
    pub user: UserId,
    /// Their first name.
    pub first_name: NameChange,
    /// Their family name.
    pub last_name: NameChange,
    /// Their language, for replies and e-mails.
    pub locale: Option<Locale>,
    /// Their number, with its proof.
    pub phone: Option<PhoneChange>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// The change to another number.
#[derive(Clone)]
pub struct PhoneChange {
    /// The new number, and what proves it.
    pub phone: AccountPhone,
    /// The proved number that is replaced, as the person was told. If the stored one differs by now, nothing
    /// changes.
    pub replaces: Option<PhoneNumber>,
    /// The message that tells the old number about the change.
    pub notice: Option<NewOutbound>,
}

/// The outcome of a profile change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileChanged {
    /// All changes are stored.
    Done,
    /// The number belongs to another user.
    PhoneTaken,
    /// The challenge doesn't prove the number, or no longer does.
    NoProof,
    /// The proved number was changed in the meantime; nothing is stored.
    Moved,
}

/// A counter of tries, with its maximum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedTry {
    /// The name of the counter. It holds no address in the clear.
    pub name: String,
    /// The maximum within a window (`domain::accounts::TRY_WINDOW`).
    pub most: u32,
}

/// The outcome of counting a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryOutcome {
    /// It was counted: how many tries each counter holds, this one included, in the order that was asked.
    Counted(Vec<u32>),
    /// One counter is full and nothing was counted. The next try is allowed at that time.
    TooMany(DateTime<Utc>),
}

/// A request for a password reset by e-mail.
#[derive(Clone)]
pub struct AskReset {
    /// The address that was entered. It may belong to nobody.
    pub email: EmailAddress,
    /// The hash of the reset token.
    pub token: [u8; 32],
    /// From when the token is refused.
    pub expires_at: DateTime<Utc>,
    /// The e-mail that carries the token; `None` when no mail server is configured.
    pub mail: Option<NewOutbound>,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// What allows a new password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResetProof {
    /// The token of a reset e-mail, by its hashes. It is used up, and it proves the address.
    Token(Vec<[u8; 32]>),
    /// An approved challenge to the user's number, for the purpose of password reset.
    Code {
        /// The user who resets their password.
        user: UserId,
        /// The approved challenge.
        verification: VerificationId,
    },
}

/// A new password to set.
#[derive(Clone)]
pub struct ResetPassword {
    /// What allows the change.
    pub proof: ResetProof,
    /// The hash of the new password.
    pub password_hash: String,
    /// The actor for the audit row.
    pub actor: Actor,
}

/// A sign-in whose password was right and whose MFA code is pending.
#[derive(Clone)]
pub struct NewLoginChallenge {
    /// The hash of the login challenge's id.
    pub hash: [u8; 32],
    /// The user who signs in.
    pub user: UserId,
    /// The password hash that was checked. If the stored one differs by now, nothing begins.
    pub seen_password: String,
    /// From when the login challenge is refused.
    pub expires_at: DateTime<Utc>,
}

/// The MFA proof that completes a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mfa {
    /// A one-time code to the user's number, already checked.
    Code,
    /// A backup code, by its hashes. It is used up.
    Backup(Vec<[u8; 32]>),
}

/// User accounts. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Users: Send + Sync {
    /// Creates an account and opens its first session; all of it, or nothing.
    async fn register(&self, account: &NewAccount, now: DateTime<Utc>) -> StoreResult<Registered>;

    /// Creates an account without password and session, unless the address has one. Nothing of a known account
    /// changes, so an import can be repeated.
    async fn import_person(&self, person: &ImportedPerson, now: DateTime<Utc>) -> StoreResult<Imported>;

    /// The credentials behind an e-mail address; `None` when no account has it.
    async fn find_credentials(&self, email: &EmailAddress) -> StoreResult<Option<Credentials>>;

    /// A user's account; `None` when there is no such user.
    async fn profile(&self, user: UserId) -> StoreResult<Option<Profile>>;

    /// Changes a profile. Replacing a proved number with another starts the cool-off.
    async fn change_profile(&self, change: &ProfileChange, now: DateTime<Utc>)
    -> StoreResult<ProfileChanged>;

    /// Counts a try under each of these names, before the password or code is checked.
    async fn count_try(&self, tries: &[CountedTry], now: DateTime<Utc>) -> StoreResult<TryOutcome>;

    /// Resets counters after a successful try.
    async fn clear_tries(&self, names: &[String]) -> StoreResult<()>;

    /// When that network address may create the next account; `None`: now. Only [`Users::register`] decides it:
    /// this saves the work of those who would be refused.
    async fn find_next_account(
        &self,
        quota: &AccountQuota,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<DateTime<Utc>>>;

    /// Stores an audit row for an event that changes nothing, such as a refused sign-in.
    async fn note(&self, record: &AuditRecord, now: DateTime<Utc>) -> StoreResult<()>;

    /// Stores a reset token and enqueues its e-mail, if a user has that address and was not sent too many. It
    /// takes longer when the address is known, so the caller must not wait for it.
    async fn ask_reset(&self, asked: &AskReset, now: DateTime<Utc>) -> StoreResult<()>;

    /// The user and address of a valid reset token. The token stays valid.
    async fn find_reset(
        &self,
        token: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<(UserId, EmailAddress)>>;

    /// Sets a new password and uses up its proof. Ends all sessions, pending sign-ins, other reset tokens,
    /// bound chats and link codes. The first proof of an address also removes MFA and backup codes, because a
    /// stranger may have signed up with the address. False: the proof is not valid.
    async fn reset_password(&self, reset: &ResetPassword, now: DateTime<Utc>) -> StoreResult<bool>;

    /// Changes the MFA settings and uses up the proof, and writes the alert that tells the user.
    async fn change_mfa(&self, change: &ChangeMfa, now: DateTime<Utc>) -> StoreResult<MfaChanged>;

    /// Stores a login challenge until its MFA code comes. False: the password has changed since it was
    /// checked.
    async fn begin_login_challenge(
        &self,
        challenge: &NewLoginChallenge,
        now: DateTime<Utc>,
    ) -> StoreResult<bool>;

    /// Counts a check attempt on a valid login challenge, before the code is checked. Returns its user.
    async fn try_login_challenge(
        &self,
        hashes: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<UserId>>;

    /// Uses up a login challenge and its MFA proof, and opens the session. `None`: one of the two was used
    /// before or is not valid.
    async fn pass_login_challenge(
        &self,
        hashes: &[[u8; 32]],
        mfa: &Mfa,
        session: &NewSession,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<SessionId>>;
}
