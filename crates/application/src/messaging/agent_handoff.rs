//! Agent handoff: an agent takes a conversation over and releases it. Agent commands wait in the inbox behind
//! what the person wrote before, so no turn in progress is overtaken.

use crate::kernel::Kernel;
use domain::{
    ids::{ConversationId, EventId},
    messaging::conversation::{AgentCommand, InboundContent},
    phone::PhoneNumber,
    principal::Principal,
};
use ports::{
    messaging::{Conversations, TurnQueue, inbound_webhook::InboundMessage},
    store_error::StoreResult,
};
use std::sync::Arc;

/// Accepts the commands of agents.
pub struct AgentHandoff {
    conversations: Arc<dyn Conversations>,
    inbox: Arc<dyn TurnQueue>,
    kernel: Kernel,
}

impl AgentHandoff {
    /// Builds the use case from the ports that it needs.
    #[must_use]
    pub fn new(conversations: Arc<dyn Conversations>, inbox: Arc<dyn TurnQueue>, kernel: Kernel) -> Self {
        Self { conversations, inbox, kernel }
    }
}

impl AgentHandoff {
    /// Puts a command of that agent into the inbox. False: there is no such conversation.
    #[tracing::instrument(name = "agent_handoff", level = "debug", skip_all, fields(conversation = %id))]
    pub async fn order(&self, id: ConversationId, command: AgentCommand, by: Principal) -> StoreResult<bool> {
        let Some(conversation) = self.conversations.find_conversation(id).await? else { return Ok(false) };
        // With a person who was erased nobody speaks any more.
        let Some(sender_key) = conversation.sender_key else { return Ok(false) };
        let event = EventId(self.kernel.new_id());
        let message = InboundMessage {
            channel_account: conversation.channel_account,
            provider_event_id: format!("desk:{event}"),
            sender: conversation.address.unwrap_or_else(|| sender_key.clone()),
            // The key of the conversation is a number, or an address that is no number.
            phone: PhoneNumber::try_from(sender_key).ok(),
            profile_name: None,
            content: InboundContent::AgentCommand { command, by },
            is_ours: true,
            sent_at: None,
            raw: Vec::new(),
        };
        self.inbox.accept(&[(event, message)], self.kernel.now()).await?;
        Ok(true)
    }
}
