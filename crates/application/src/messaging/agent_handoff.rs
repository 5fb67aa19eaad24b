//! Agent handoff: an agent takes a conversation over and releases it. Agent commands wait in the inbox behind
//! what the person wrote before, so no turn in progress is overtaken.

use domain::{
    ids::{ConversationId, EventId},
    messaging::conversation::{AgentCommand, InboundContent},
    phone::PhoneNumber,
    principal::Principal,
};
use ports::{
    clock::Clock,
    ids_and_random::IdGenerator,
    messaging::{Conversations, TurnQueue, inbound_webhook::InboundMessage},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Accepts the commands of agents.
pub struct AgentHandoff {
    /// The conversations that exist.
    pub conversations: Arc<dyn Conversations>,
    /// The inbox that keeps commands.
    pub inbox: Arc<dyn TurnQueue>,
    /// Makes the ids of commands.
    pub ids: Arc<dyn IdGenerator>,
    /// The clock port.
    pub clock: Arc<dyn Clock>,
}

impl AgentHandoff {
    /// Puts a command of that agent into the inbox. False: there is no such conversation.
    pub async fn order(&self, id: ConversationId, command: AgentCommand, by: Principal) -> StoreResult<bool> {
        let Some(conversation) = self.conversations.find_conversation(id).await? else { return Ok(false) };
        let event = EventId(self.ids.new_id());
        let message = InboundMessage {
            channel_account: conversation.channel_account,
            provider_event_id: format!("desk:{event}"),
            sender: conversation.address.unwrap_or_else(|| conversation.sender_key.clone()),
            // The key of the conversation is a number, or an address that is no number.
            phone: PhoneNumber::try_from(conversation.sender_key).ok(),
            content: InboundContent::AgentCommand { command, by },
            is_ours: true,
            sent_at: None,
            raw: Vec::new(),
        };
        self.inbox.accept(&[(event, message)], self.clock.now()).await?;
        Ok(true)
    }
}
