//! What is sealed in the rows of messages and conversations, and where each sealed value stands.

use crate::store::{
    error::SqlError,
    subjects::{Keys, Place},
};
use chrono::{DateTime, Utc};
use domain::{
    messaging::{
        conversation::{Conversation, InboundContent},
        flow::{Answer, Slug},
    },
    phone::PhoneNumber,
};
use ports::subject_keys::SubjectKeyId;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// The place of a conversation's state.
pub(crate) const fn state_of(id: &Uuid) -> Place<'_> {
    Place::of("conversations.state", id)
}

/// The place of a conversation's sender.
pub(crate) const fn sender_of(id: &Uuid) -> Place<'_> {
    Place::of("conversations.sealed", id)
}

/// The place of an inbound message's body.
pub(crate) const fn body_of(id: &Uuid) -> Place<'_> {
    Place::of("inbox.body", id)
}

/// The place of the webhook that an inbound message came in.
pub(crate) const fn raw_of(id: &Uuid) -> Place<'_> {
    Place::of("inbox.raw", id)
}

/// The place of the answers to a flow.
pub(crate) const fn answers_of(id: &Uuid) -> Place<'_> {
    Place::of("flow_responses.body", id)
}

/// The sealed part of an inbound message.
#[derive(Serialize, Deserialize)]
pub(crate) struct InboundBody {
    pub(crate) v: u8,
    /// The provider's id of the message. Version 1 had it in a column, in the clear.
    #[serde(default)]
    pub(crate) event: String,
    pub(crate) sender: String,
    pub(crate) phone: Option<PhoneNumber>,
    #[serde(default)]
    pub(crate) profile_name: Option<String>,
    pub(crate) content: InboundContent,
    #[serde(default)]
    pub(crate) sent_at: Option<DateTime<Utc>>,
    /// Version 1 had the webhook's body here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) raw: Vec<u8>,
}

/// The body of a webhook, sealed apart from the message, because it is kept for a shorter time. A list of bytes is long
/// in JSON, so what is text is stored as text.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum RawBody {
    Text(String),
    Bytes(Vec<u8>),
}

impl RawBody {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|not_text| Self::Bytes(not_text.into_bytes()), Self::Text)
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// Seals the body of a webhook, if there is one.
    pub(crate) fn seal(
        keys: &Keys,
        key: SubjectKeyId,
        id: Uuid,
        raw: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, SqlError> {
        if raw.is_empty() {
            return Ok(None);
        }
        keys.seal(key, raw_of(&id), &Self::new(raw)).map(Some)
    }
}

/// The sealed state of a conversation.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct SealedState {
    pub(crate) conversation: Conversation,
}

/// The sealed sender of a conversation.
#[derive(Serialize, Deserialize)]
pub(crate) struct SealedSender {
    pub(crate) v: u8,
    /// The canonical number, or the address when it is no number.
    pub(crate) key: String,
    /// The address for replies, verbatim. `None`: the sender has not written yet.
    pub(crate) address: Option<String>,
}

impl SealedSender {
    pub(crate) const fn new(key: String, address: Option<String>) -> Self {
        Self { v: 1, key, address }
    }
}

/// The sealed answers to a flow.
#[derive(Serialize, Deserialize)]
pub(crate) struct ResponseBody {
    pub(crate) v: u8,
    pub(crate) respondent: String,
    pub(crate) answers: Vec<(Slug, Answer)>,
}

/// Opens a sealed value. `None`: there is none, it was erased or its time is over, or its key is gone.
pub(crate) fn open<T: DeserializeOwned>(
    keys: &Keys,
    place: Place<'_>,
    sealed: Option<&[u8]>,
) -> Result<Option<T>, SqlError> {
    match sealed {
        None | Some([]) => Ok(None),
        Some(sealed) => keys.open(place, sealed),
    }
}
