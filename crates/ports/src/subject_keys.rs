//! The keys of subjects. A subject is a person, or a contact: a number, an address or a chat that we wrote to or heard
//! from. What is stored about a subject is sealed under one of its two keys, so that erasing it is the end of a key.

use uuid::Uuid;

/// First byte of what a subject's key sealed.
pub const SUBJECT_SEAL: u8 = 2;

/// What a key of a subject seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyPurpose {
    /// What only serves the conversation and the account: texts, names, numbers, addresses, answers. Destroyed when the
    /// person is erased.
    Chat,
    /// What the law on payments makes us keep: concepts, payees, account numbers. Blocked when the person is erased, and
    /// destroyed when its time is over.
    Money,
}

impl KeyPurpose {
    /// The name that is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Money => "money",
        }
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Chat, Self::Money].into_iter().find(|purpose| purpose.name() == name)
    }
}

/// Names a subject's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectKeyId {
    /// The person's id, or the contact's.
    pub subject: Uuid,
    /// Which of its keys.
    pub purpose: KeyPurpose,
}

impl SubjectKeyId {
    /// The key for what serves the conversation with this subject.
    #[must_use]
    pub const fn chat(subject: Uuid) -> Self {
        Self { subject, purpose: KeyPurpose::Chat }
    }

    /// The key for what the law on payments makes us keep.
    #[must_use]
    pub const fn money(subject: Uuid) -> Self {
        Self { subject, purpose: KeyPurpose::Money }
    }

    /// The 18 bytes with which everything begins that this key seals.
    #[must_use]
    pub fn head(self) -> [u8; 18] {
        let mut head = [0; 18];
        let purpose = match self.purpose {
            KeyPurpose::Chat => b'c',
            KeyPurpose::Money => b'm',
        };
        let bytes = [SUBJECT_SEAL, purpose].into_iter().chain(*self.subject.as_bytes());
        head.iter_mut().zip(bytes).for_each(|(at, byte)| *at = byte);
        head
    }

    /// The key that sealed these bytes. `None`: no subject's key did.
    #[must_use]
    pub fn of(sealed: &[u8]) -> Option<Self> {
        let [SUBJECT_SEAL, purpose, rest @ ..] = sealed else { return None };
        let purpose = match purpose {
            b'c' => KeyPurpose::Chat,
            b'm' => KeyPurpose::Money,
            _ => return None,
        };
        let subject = rest.first_chunk::<16>().map(|bytes| Uuid::from_bytes(*bytes))?;
        Some(Self { subject, purpose })
    }
}

/// Kinds of values that rows are found by, through keyed hashes. Equal values of two kinds have different hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupKind {
    /// The canonical number, e-mail address or chat of a sender or recipient.
    Address,
    /// A number without its last four digits.
    Prefix,
    /// A message's or event's id at its provider. Some contain a number.
    ProviderReference,
    /// A network address.
    Network,
    /// The number of an account here: a CLABE.
    AccountNumber,
    /// An account that a person pays, together with the person's id.
    Payee,
}

impl LookupKind {
    /// What tells the kinds apart in a hash.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Prefix => "prefix",
            Self::ProviderReference => "provider-reference",
            Self::Network => "network",
            Self::AccountNumber => "account-number",
            Self::Payee => "payee",
        }
    }
}
