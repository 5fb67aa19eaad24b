//! FREEZE: the money of the person behind this number or chat is frozen at once.

use super::{HandleMessage, TurnError};
use domain::{
    ids::UserId,
    message::Channel,
    messaging::conversation::{Conversation, Event, FreezeOutcome, StepContext},
};
use ports::{accounts::FreezeRequest, messaging::LeasedTurn, store_error::StoreResult};

impl HandleMessage {
    /// Freezes the person whose number or chat this is. `key`: the same key again freezes once.
    pub(super) async fn freeze(
        &self,
        turn: &LeasedTurn,
        state: &Conversation,
        facts: &StepContext,
        key: String,
    ) -> Result<Event, TurnError> {
        let Some(user) = self.owner_of_chat(turn, state, facts).await? else {
            return Ok(Event::Frozen(FreezeOutcome::Nobody));
        };
        let request = FreezeRequest {
            user,
            ordered_on: Some(turn.message.channel_account.channel()),
            reason: None,
            key: Some(key),
            actor: Self::actor(turn),
        };
        let frozen = self.parts.freezes.freeze(&request, self.kernel.now()).await?;
        Ok(Event::Frozen(if frozen.is_some() { FreezeOutcome::Frozen } else { FreezeOutcome::Nobody }))
    }

    /// The person whose number or chat this is, proved or not: a freeze needs no code. An SMS proves nothing,
    /// because its sender is easy to fake.
    async fn owner_of_chat(
        &self,
        turn: &LeasedTurn,
        state: &Conversation,
        facts: &StepContext,
    ) -> StoreResult<Option<UserId>> {
        if turn.message.channel_account.channel() == Channel::Sms {
            return Ok(None);
        }
        if let Some(user) = state.user(facts) {
            return Ok(Some(user));
        }
        match &turn.message.phone {
            Some(phone) => Ok(self.parts.identities.find_by_phone(phone).await?.map(|person| person.id)),
            None => Ok(None),
        }
    }
}
