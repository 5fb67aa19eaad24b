//! Whose conversations are leased, so that the end of a turn need not read it again.

use crate::{
    backend::{Conn, DbId},
    store::{
        error::SqlError,
        messaging::sealed::{SealedSender, open, sender_of},
        rows::corrupt,
        schema::conversations,
        subjects::Vault,
    },
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::ids::ConversationId;
use lru::LruCache;
use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// How many leases are remembered. One that was forgotten is read.
const LEASES_MAX: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();

/// The contact of a conversation.
#[derive(Clone)]
pub(crate) struct Sender {
    pub(crate) contact: Uuid,
    pub(crate) channel: String,
    /// The hash of the sender's canonical number or address.
    pub(crate) hash: String,
    /// That number or address. `None`: the sender was erased.
    pub(crate) key: Option<String>,
}

/// The senders of conversations by their leases. A conversation gets another contact only together with another fence,
/// so what is remembered under a fence stays true.
#[derive(Clone)]
pub(crate) struct LeasedContacts(Arc<Mutex<LruCache<(Uuid, i64), Sender>>>);

impl LeasedContacts {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(LruCache::new(LEASES_MAX))))
    }

    pub(super) fn remember(&self, conversation: ConversationId, fence: i64, sender: Sender) {
        self.lock().put((conversation.0, fence), sender);
    }

    /// The sender of a leased conversation. `None`: there is no such conversation.
    pub(super) async fn sender(
        &self,
        conn: &mut Conn,
        vault: &Vault,
        conversation: ConversationId,
        fence: i64,
    ) -> Result<Option<Sender>, SqlError> {
        if let Some(sender) = self.lock().pop(&(conversation.0, fence)) {
            return Ok(Some(sender));
        }
        read_sender(conn, vault, conversation).await
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<(Uuid, i64), Sender>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read_sender(
    conn: &mut Conn,
    vault: &Vault,
    conversation: ConversationId,
) -> Result<Option<Sender>, SqlError> {
    let row = conversations::table
        .find(DbId(conversation.0))
        .select((
            conversations::contact_id,
            conversations::channel,
            conversations::sender_hash,
            conversations::sealed,
        ))
        .first::<(Option<DbId>, String, String, Option<Vec<u8>>)>(conn)
        .await
        .optional()?;
    let Some((contact, channel, hash, sealed)) = row else { return Ok(None) };
    let contact = contact.ok_or_else(|| corrupt("a conversation without a contact"))?.0;
    let keys = vault.keys_in(conn, sealed.as_deref()).await?;
    let sender: Option<SealedSender> = open(&keys, sender_of(&conversation.0), sealed.as_deref())?;
    Ok(Some(Sender { contact, channel, hash, key: sender.map(|sender| sender.key) }))
}
