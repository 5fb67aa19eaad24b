//! A person's own data: a copy of it, and its erasure.

use super::{HandleMessage, TurnError};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    ids::UserId,
    messaging::conversation::{Conversation, ErasureNoted, Event},
};
use ports::{
    messaging::LeasedTurn,
    privacy::{ErasureAsked, ExportAsked, TakenBack},
};

impl HandleMessage {
    /// Notes the wish to be erased. The person said a clear yes and gave a code.
    pub(super) async fn ask_erasure(&self, turn: &LeasedTurn, user: UserId) -> Result<Event, TurnError> {
        let asked = self.parts.erase.ask(user, None, &Self::actor(turn)).await?;
        Ok(Event::ErasureNoted(match asked {
            ErasureAsked::Due(at) => {
                let shown = at.with_timezone(&self.rules.zone).format("%d/%m/%Y %H:%M");
                ErasureNoted::Due(shown.to_string())
            }
            ErasureAsked::InTheWay(obstacles) => ErasureNoted::InTheWay(obstacles),
            ErasureAsked::NoProof | ErasureAsked::NoSuchPerson => ErasureNoted::NoSuchPerson,
        }))
    }

    pub(super) async fn take_erasure_back(
        &self,
        turn: &LeasedTurn,
        user: UserId,
    ) -> Result<Event, TurnError> {
        let taken = self.parts.erase.take_back(user, &Self::actor(turn)).await?;
        Ok(Event::ErasureTakenBack(taken == TakenBack::Done))
    }

    /// Notes the wish for a copy, and makes the link that downloads it once. A person with the link has the data, so its
    /// secret has 256 bits and is stored as a hash alone.
    pub(super) async fn ask_export(
        &self,
        turn: &LeasedTurn,
        state: &Conversation,
        user: UserId,
    ) -> Result<Event, TurnError> {
        let mut secret = [0; 32];
        self.kernel.random.fill(&mut secret);
        let secret = URL_SAFE_NO_PAD.encode(secret);
        let locale = self.locale_of(state);
        let (_id, asked) =
            self.parts.export.ask(user, None, Some(&secret), locale, &Self::actor(turn)).await?;
        let link = || format!("{}/export/{secret}", self.rules.public_base_url);
        Ok(Event::ExportNoted((asked == ExportAsked::Accepted).then(link)))
    }
}
