//! A fallback channel of a code, as it is stored. Its message is sealed under the key of the challenge's contact.

use super::*;
use crate::{
    backend::Db,
    store::subjects::{Keys, Place},
};
use domain::messaging::consent::recipient_key;
use ports::messaging::{
    NewOutbound,
    message_channel::{MessageForm, OutboundMessage},
};
use serde::{Deserialize, Serialize};

const BODY: &str = "verification_fallbacks.body";
pub(crate) const RECIPIENT: &str = "verification_fallbacks.sealed";

/// The text with the code.
#[derive(Serialize, Deserialize)]
struct Body {
    v: u8,
    text: String,
    #[serde(default)]
    form: MessageForm,
}

/// Where the code goes.
#[derive(Serialize, Deserialize)]
pub(crate) struct FallbackRecipient {
    v: u8,
    to: String,
}

impl FallbackRecipient {
    pub(crate) const fn new(to: String) -> Self {
        Self { v: 1, to }
    }
}

/// A fallback channel of a code.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = verification_fallbacks, check_for_backend(Db))]
pub(crate) struct FallbackRow {
    pub(crate) id: DbId,
    pub(crate) verification_id: DbId,
    pub(crate) position: i32,
    pub(crate) channel: String,
    channel_account: String,
    recipient_hash: String,
    body: Vec<u8>,
    expires_at: DbTime,
    pub(crate) behind: Option<DbId>,
    pub(crate) since: Option<DbTime>,
    sealed: Option<Vec<u8>>,
}

impl FallbackRow {
    /// `position` counts from 0. The first one waits for the delivery of `behind`.
    pub(crate) fn new(
        vault: &Vault,
        (contact, keys): (SubjectKeyId, &Keys),
        (verification, position): (DbId, i32),
        new: &NewOutbound,
        behind: Option<(DbId, DateTime<Utc>)>,
    ) -> Result<Self, SqlError> {
        let message = &new.message;
        let body = Body { v: 2, text: message.text.clone(), form: message.form.clone() };
        let recipient = FallbackRecipient::new(message.recipient.clone());
        let id = message.id.0;
        Ok(Self {
            id: DbId(id),
            verification_id: verification,
            position,
            channel: message.channel.name().to_owned(),
            channel_account: new.channel_account.key(),
            recipient_hash: vault.address(&recipient_key(message.channel, &message.recipient)),
            body: keys.seal(contact, Place::of(BODY, &id), &body)?,
            expires_at: DbTime(new.expires_at),
            behind: behind.map(|(id, _)| id),
            since: behind.map(|(_, since)| DbTime(since)),
            sealed: Some(keys.seal(contact, Place::of(RECIPIENT, &id), &recipient)?),
        })
    }

    /// The message to send. `None`: the key of its contact is destroyed.
    pub(crate) async fn message(
        &self,
        conn: &mut Conn,
        vault: &Vault,
    ) -> Result<Option<NewOutbound>, SqlError> {
        let channel = Channel::parse(&self.channel).ok_or_else(|| corrupt(&self.channel))?;
        let Some(sealed) = &self.sealed else { return Ok(None) };
        let keys = vault.keys_in(conn, [sealed.as_slice(), &self.body]).await?;
        let id = self.id.0;
        let recipient = keys.open::<FallbackRecipient>(Place::of(RECIPIENT, &id), sealed)?;
        let body = keys.open::<Body>(Place::of(BODY, &id), &self.body)?;
        let Some((recipient, body)) = recipient.zip(body) else { return Ok(None) };
        let (id, recipient) = (MessageId(id), recipient.to);
        Ok(Some(NewOutbound {
            message: OutboundMessage { id, channel, recipient, text: body.text, form: body.form },
            channel_account: self.channel_account.parse().map_err(corrupt)?,
            lane: Lane::Code,
            expires_at: self.expires_at.0,
            client: None,
        }))
    }
}
