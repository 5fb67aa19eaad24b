//! People at the desk: they take a talk over and give it back. Their orders stand in line with what the person
//! writes, so that a turn under way is not overtaken.

use domain::{
    ids::{ConversationId, EventId},
    messaging::conversation::{AgentCommand, InboundContent},
    phone::PhoneNumber,
};
use ports::{
    clock::Clock,
    ids_and_random::IdGenerator,
    messaging::{Conversations, TurnQueue, inbound_webhook::InboundMessage},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Takes orders of people at the desk.
pub struct AgentHandoff {
    /// Which talks there are.
    pub conversations: Arc<dyn Conversations>,
    /// Where orders stand in line.
    pub inbox: Arc<dyn TurnQueue>,
    /// Ids of orders.
    pub ids: Arc<dyn IdGenerator>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

impl AgentHandoff {
    /// Puts an order in line; false when there is no such talk. `who` stands in the audit log.
    pub async fn order(&self, id: ConversationId, order: AgentCommand, who: &str) -> StoreResult<bool> {
        let Some(conversation) = self.conversations.find_conversation(id).await? else { return Ok(false) };
        let event = EventId(self.ids.new_id());
        let message = InboundMessage {
            channel_account: conversation.channel_account,
            provider_event_id: format!("desk:{event}"),
            sender: conversation.address.unwrap_or_else(|| conversation.sender_key.clone()),
            // The name under which the talk is kept: a number, or an address that is none.
            phone: PhoneNumber::try_from(conversation.sender_key).ok(),
            content: InboundContent::AgentCommand(order),
            is_ours: true,
            sent_at: None,
            raw: who.as_bytes().to_vec(),
        };
        self.inbox.accept(&[(event, message)], self.clock.now()).await?;
        Ok(true)
    }
}
