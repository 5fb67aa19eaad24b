//! People's accounts: sign-up, credentials, profile, factors, resets. Sessions and chats have ports of
//! their own in the same tables.

use super::sessions::NewSession;
use crate::{messaging::NewOutbound, store_error::StoreResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    accounts::{EmailAddress, PersonName},
    ids::{SessionId, UserId, VerificationId, WalletId},
    locale::Locale,
    money::Currency,
    operations::audit::{Actor, AuditRecord},
    phone::PhoneNumber,
};

/// An account to be.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The person's id, if he is new.
    pub id: UserId,
    /// His address, not proved.
    pub email: EmailAddress,
    /// The hash of his password.
    pub password_hash: String,
    /// His number, and what proves it.
    pub phone: Option<AccountPhone>,
    /// What he is called.
    pub first_name: Option<PersonName>,
    /// His family's name.
    pub last_name: Option<PersonName>,
    /// The first wallet of a person whose number is proved and new.
    pub wallet: FirstWallet,
    /// The session that is opened with it.
    pub session: NewSession,
    /// For the audit.
    pub actor: Actor,
}

/// A person's first wallet, should he need one.
#[derive(Clone, Debug)]
pub struct FirstWallet {
    /// Its id.
    pub id: WalletId,
    /// Its name.
    pub name: String,
    /// What it is kept in.
    pub currency: Currency,
}

/// A number as it comes with an account.
#[derive(Clone, Debug)]
pub struct AccountPhone {
    /// The number.
    pub number: PhoneNumber,
    /// The approved challenge that proves it, which proves nothing after; without one it is only named.
    pub proof: Option<VerificationId>,
}

/// What came of a sign-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// Done. A person who was known by his number only keeps his id and his wallets.
    Done(UserId),
    /// The address is somebody's.
    EmailTaken,
    /// The number is somebody's who has an account already.
    PhoneTaken,
    /// The challenge proves nothing (any more).
    NoProof,
}

/// What a sign-in is judged by.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whose.
    pub user: UserId,
    /// His password's hash.
    pub password_hash: Option<String>,
}

/// A person's account as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Whose.
    pub user: UserId,
    /// His address.
    pub email: Option<EmailAddress>,
    /// Whether he has proved it.
    pub email_verified: bool,
    /// His number, proved.
    pub phone: Option<PhoneNumber>,
    /// The number he has named without proving it.
    pub claimed_phone: Option<PhoneNumber>,
    /// When he replaced a proved number by another: money cools off from then.
    pub phone_replaced_at: Option<DateTime<Utc>>,
    /// What he is called.
    pub first_name: Option<String>,
    /// His family's name.
    pub last_name: Option<String>,
    /// The language he has set.
    pub locale: Option<Locale>,
    /// Whether a sign-in takes a second factor.
    pub mfa_enabled: bool,
}

/// What is to become of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NameChange {
    /// It stays.
    #[default]
    Keep,
    /// It is taken away.
    Remove,
    /// It becomes this.
    Set(PersonName),
}

/// What is to change of a profile; what is absent stays.
#[derive(Clone)]
pub struct ProfileChange {
    /// Whose.
    pub user: UserId,
    /// What he is called.
    pub first_name: NameChange,
    /// His family's name.
    pub last_name: NameChange,
    /// His language.
    pub locale: Option<Locale>,
    /// His number.
    pub phone: Option<PhoneChange>,
    /// For the audit.
    pub actor: Actor,
}

/// Another number.
#[derive(Clone)]
pub struct PhoneChange {
    /// The number, and what proves it.
    pub phone: AccountPhone,
    /// The proved number it takes the place of, as the person was told; nothing changes where it is
    /// another by now.
    pub replaces: Option<PhoneNumber>,
    /// Tells the old number.
    pub notice: Option<NewOutbound>,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileChanged {
    /// Done.
    Done,
    /// The number is another person's.
    PhoneTaken,
    /// The challenge proves nothing (any more).
    NoProof,
    /// The number was changed meanwhile.
    Moved,
}

/// Tries to be counted under a name, so many at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedTry {
    /// Under which name; it bears no address in the clear.
    pub name: String,
    /// How many within a window.
    pub most: u32,
}

/// A wish for a new password, by mail.
#[derive(Clone)]
pub struct AskReset {
    /// Whose address it names; there may be nobody behind it.
    pub email: EmailAddress,
    /// The hash of the token.
    pub token: [u8; 32],
    /// When the token ends.
    pub expires_at: DateTime<Utc>,
    /// The mail that bears it; none where no mail is set up.
    pub mail: Option<NewOutbound>,
    /// For the audit.
    pub actor: Actor,
}

/// What a new password is set by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResetProof {
    /// The token of a mail, by its hashes: it is used up, and proves the address.
    Token(Vec<[u8; 32]>),
    /// An approved challenge to the person's number, for this.
    Code {
        /// Whose.
        user: UserId,
        /// The challenge.
        verification: VerificationId,
    },
}

/// A new password.
#[derive(Clone)]
pub struct ResetPassword {
    /// What allows it.
    pub proof: ResetProof,
    /// The hash of the new one.
    pub password_hash: String,
    /// For the audit.
    pub actor: Actor,
}

/// A right password that waits for its second factor.
#[derive(Clone)]
pub struct NewLoginChallenge {
    /// The hash of its id.
    pub hash: [u8; 32],
    /// Whose.
    pub user: UserId,
    /// The password's hash that was found right; nothing is begun where it is another by now.
    pub seen_password: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// What passes a login challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mfa {
    /// A code to the person's number, found right.
    Code,
    /// A backup code, by its hashes: it is used up.
    Backup(Vec<[u8; 32]>),
}

/// People's accounts. Every method is one transaction.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Users: Send + Sync {
    /// Makes an account and opens its first session; all of it, or nothing.
    async fn register(&self, account: &NewAccount, now: DateTime<Utc>) -> StoreResult<Registered>;

    /// What a sign-in under that address is judged by.
    async fn find_credentials(&self, email: &EmailAddress) -> StoreResult<Option<Credentials>>;

    /// A person's account.
    async fn profile(&self, user: UserId) -> StoreResult<Option<Profile>>;

    /// Changes a profile. A proved number that takes the place of another starts the cool-off.
    async fn change_profile(&self, change: &ProfileChange, now: DateTime<Utc>)
    -> StoreResult<ProfileChanged>;

    /// Counts a try under each of these names before it is looked at. `Some`: too many under one of them,
    /// and the next may be made then.
    async fn count_try(&self, tries: &[CountedTry], now: DateTime<Utc>)
    -> StoreResult<Option<DateTime<Utc>>>;

    /// Forgets the tries under a name: one was right.
    async fn clear_tries(&self, name: &str) -> StoreResult<()>;

    /// Keeps an audit row for something that changed nothing, such as a refused sign-in.
    async fn note(&self, record: &AuditRecord, now: DateTime<Utc>) -> StoreResult<()>;

    /// Keeps a reset token and sends its mail, where somebody has that address and was not sent too many. It
    /// takes longer for him: the caller must not wait for it.
    async fn ask_reset(&self, asked: &AskReset, now: DateTime<Utc>) -> StoreResult<()>;

    /// Whose address a good reset token is for. It stays good.
    async fn find_reset(
        &self,
        token: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<(UserId, EmailAddress)>>;

    /// Sets a new password once for its proof, ends all sessions and whatever else a thief could hold. The
    /// first proof of an address removes the second factor, the backup codes and the chats that were added
    /// before it: they may be a stranger's, who signed up with it. False: the proof is worth nothing.
    async fn reset_password(&self, reset: &ResetPassword, now: DateTime<Utc>) -> StoreResult<bool>;

    /// Has sign-ins take a second factor, or not. `None`: no number is proved to send codes to.
    async fn set_mfa(
        &self,
        user: UserId,
        enabled: bool,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<()>>;

    /// Replaces a person's backup codes by these hashes.
    async fn replace_backup_codes(
        &self,
        user: UserId,
        codes: &[[u8; 32]],
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<()>;

    /// Keeps a right password until its second factor comes. False: the password is another by now.
    async fn begin_login_challenge(
        &self,
        challenge: &NewLoginChallenge,
        now: DateTime<Utc>,
    ) -> StoreResult<bool>;

    /// Counts a try at a good login challenge before it is looked at; whose it is.
    async fn try_login_challenge(
        &self,
        hashes: &[[u8; 32]],
        now: DateTime<Utc>,
    ) -> StoreResult<Option<UserId>>;

    /// Uses up a login challenge with its second factor and opens the session. `None`: one of both was used
    /// up before, or is no good.
    async fn pass_login_challenge(
        &self,
        hashes: &[[u8; 32]],
        factor: &Mfa,
        session: &NewSession,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> StoreResult<Option<SessionId>>;

    /// Removes what ended before then: sessions, tokens, challenges, codes, tries; how many.
    async fn forget_ended(&self, before: DateTime<Utc>) -> StoreResult<usize>;
}
