//! What money's tables keep of people, sealed under their money keys, and the hashes that rows are found by.

use crate::{
    backend::Conn,
    store::{
        error::SqlError,
        subjects::{Keys, Place, Vault},
    },
};
use chrono::{DateTime, Utc};
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        account_number::AccountNumber,
        ledger::{LedgerAccount, PostingBatch},
        transfer::Destination,
    },
};
use ports::subject_keys::{LookupKind, SubjectKeyId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Where a transfer's destination and concept stand, for its payer.
pub(crate) const TRANSFER: &str = "transfers.sealed";
/// Where the payee's copy of a concept stands.
pub(crate) const PAYEES_COPY: &str = "transfers.payee_sealed";
const WALLET: &str = "wallets.sealed";
const PAYEE: &str = "payees.sealed";
const CLABE: &str = "clabes.sealed";
const BANK_ANSWER: &str = "bank_calls.sealed";
const EVIDENCE: &str = "payment_resolutions.sealed";

/// The version of the sealed forms.
const VERSION: u8 = 1;

/// A transfer's destination and concept.
#[derive(Serialize, Deserialize)]
pub(crate) struct Said<D, C> {
    v: u8,
    pub(crate) destination: D,
    pub(crate) concept: C,
}

/// The name and the kind of a wallet.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct WalletWords {
    v: u8,
    pub(crate) name: String,
    pub(crate) kind: String,
}

/// The name of a payee, and the account.
#[derive(Serialize, Deserialize)]
pub(crate) struct PayeeWords {
    v: u8,
    pub(crate) name: String,
    pub(crate) account: AccountNumber,
}

const fn key(user: UserId) -> SubjectKeyId {
    SubjectKeyId::money(user.0)
}

/// The hash of what a person pays, as they name it. Another person's hash of the same account is another one.
pub(crate) fn payee_hash(vault: &Vault, payer: UserId, canonical: &str) -> String {
    vault.lookup(LookupKind::Payee, &format!("{payer}\0{canonical}"))
}

/// The hash of a CLABE of ours.
pub(crate) fn clabe_hash(vault: &Vault, canonical: &str) -> String {
    vault.lookup(LookupKind::AccountNumber, canonical)
}

/// Seals what is written about some people.
pub(crate) struct Seals<'a> {
    vault: &'a Vault,
    keys: Keys,
}

impl<'a> Seals<'a> {
    /// For writing about these people. Keys that are missing are made.
    pub(crate) async fn of(
        conn: &mut Conn,
        vault: &'a Vault,
        people: Vec<UserId>,
        now: DateTime<Utc>,
    ) -> Result<Self, SqlError> {
        let ids: Vec<SubjectKeyId> = people.into_iter().map(key).collect();
        let keys = vault.keys_for(conn, ids, now).await?;
        Ok(Self { vault, keys })
    }

    /// For a fold over these accounts: of the people who own them, and of the owners of the transfers. The accounts of
    /// people who were erased leave the fold, so that nothing is paid to or by them.
    pub(crate) async fn of_fold(
        conn: &mut Conn,
        vault: &'a Vault,
        batch: &mut PostingBatch,
        owners: Vec<UserId>,
        now: DateTime<Utc>,
    ) -> Result<Self, SqlError> {
        let mut people = owners;
        people.extend(batch.accounts.values().filter_map(|account| account.owner));
        let seals = Self::of(conn, vault, people, now).await?;
        let is_live = |account: &LedgerAccount| account.owner.is_none_or(|owner| seals.may_seal(owner));
        batch.accounts.retain(|_, account| is_live(account));
        Ok(seals)
    }

    /// False: the person was erased, and nothing new is written about them.
    pub(crate) fn may_seal(&self, user: UserId) -> bool {
        self.keys.get(key(user)).is_some()
    }

    /// The hash of what a person pays, as they name it.
    pub(crate) fn hash(&self, payer: UserId, canonical: &str) -> String {
        payee_hash(self.vault, payer, canonical)
    }

    /// The hash of a destination of a payer.
    pub(crate) fn payee_hash(&self, payer: UserId, destination: &Destination) -> String {
        self.hash(payer, &destination.canonical())
    }

    /// A transfer's destination and concept, for its payer.
    pub(crate) fn said(
        &self,
        transfer: Uuid,
        payer: UserId,
        (destination, concept): (&Destination, Option<&str>),
    ) -> Result<Vec<u8>, SqlError> {
        let said = Said { v: VERSION, destination, concept };
        self.keys.seal(key(payer), Place::of(TRANSFER, &transfer), &said)
    }

    /// The payee's own copy of a concept. `None`: there is no concept, or the payee is nobody here, or the payer.
    pub(crate) fn copy(
        &self,
        transfer: Uuid,
        (payer, payee): (UserId, Option<UserId>),
        concept: Option<&str>,
    ) -> Result<Option<Vec<u8>>, SqlError> {
        let payee = payee.filter(|payee| *payee != payer && self.may_seal(*payee));
        let Some((payee, concept)) = payee.zip(concept) else { return Ok(None) };
        self.keys.seal(key(payee), Place::of(PAYEES_COPY, &transfer), &concept).map(Some)
    }

    /// The name and the kind of a wallet.
    pub(crate) fn wallet(
        &self,
        id: WalletId,
        user: UserId,
        (name, kind): (&str, &str),
    ) -> Result<Vec<u8>, SqlError> {
        let words = WalletWords { v: VERSION, name: name.to_owned(), kind: kind.to_owned() };
        self.keys.seal(key(user), Place::of(WALLET, &id.0), &words)
    }

    /// The name of a payee and its account, in the row with that hash.
    pub(crate) fn payee(
        &self,
        payer: UserId,
        hash: &str,
        (name, account): (&str, &AccountNumber),
    ) -> Result<Vec<u8>, SqlError> {
        let words = PayeeWords { v: VERSION, name: name.to_owned(), account: account.clone() };
        self.keys.seal(key(payer), payee_place(hash), &words)
    }

    /// A CLABE of a wallet of ours.
    pub(crate) fn clabe(&self, wallet: Uuid, user: UserId, clabe: &str) -> Result<Vec<u8>, SqlError> {
        self.keys.seal(key(user), Place::of(CLABE, &wallet), &clabe)
    }

    /// What a bank answered about a payment. `None`: the payer was erased.
    pub(crate) fn bank_answer(
        &self,
        call: Uuid,
        payer: UserId,
        raw: &[u8],
    ) -> Result<Option<Vec<u8>>, SqlError> {
        let text = String::from_utf8_lossy(raw);
        self.of_live(payer, Place::of(BANK_ANSWER, &call), &text)
    }

    /// What an operator knows the fate of a payment by. `None`: the payer was erased.
    pub(crate) fn evidence(
        &self,
        transfer: TransferId,
        payer: UserId,
        text: &str,
    ) -> Result<Option<Vec<u8>>, SqlError> {
        self.of_live(payer, Place::of(EVIDENCE, &transfer.0), text)
    }

    fn of_live(&self, person: UserId, place: Place<'_>, text: &str) -> Result<Option<Vec<u8>>, SqlError> {
        if self.may_seal(person) { self.keys.seal(key(person), place, &text).map(Some) } else { Ok(None) }
    }

    /// The hash of a CLABE of ours.
    pub(crate) fn clabe_hash(&self, clabe: &str) -> String {
        clabe_hash(self.vault, clabe)
    }

    /// What the audit log says of an account of a person: it can be checked while their key lives.
    pub(crate) fn commitment(&self, user: UserId, account: &AccountNumber) -> Option<String> {
        let key = self.keys.get(key(user))?;
        Some(format!("account=c:{}", key.commitment("account", account.canonical())))
    }
}

const fn payee_place(hash: &str) -> Place<'_> {
    Place::new(PAYEE, hash.as_bytes())
}

/// Opens the name and kind of a wallet; empty ones if the key is gone.
pub(crate) fn open_wallet(keys: &Keys, id: Uuid, sealed: Option<&[u8]>) -> Result<WalletWords, SqlError> {
    Ok(opened(keys, Place::of(WALLET, &id), sealed)?.unwrap_or_default())
}

/// Opens a payee. `None`: the key is gone.
pub(crate) fn open_payee(keys: &Keys, hash: &str, sealed: &[u8]) -> Result<Option<PayeeWords>, SqlError> {
    opened(keys, payee_place(hash), Some(sealed))
}

/// Opens a CLABE. `None`: the key is gone.
pub(crate) fn open_clabe(
    keys: &Keys,
    wallet: Uuid,
    sealed: Option<&[u8]>,
) -> Result<Option<AccountNumber>, SqlError> {
    Ok(opened(keys, Place::of(CLABE, &wallet), sealed)?.map(AccountNumber::Clabe))
}

/// Opens a value of these tables. `None`: there is none, or its key is gone.
pub(crate) fn opened<T: DeserializeOwned>(
    keys: &Keys,
    place: Place<'_>,
    sealed: Option<&[u8]>,
) -> Result<Option<T>, SqlError> {
    Ok(sealed.map(|sealed| keys.open(place, sealed)).transpose()?.flatten())
}
