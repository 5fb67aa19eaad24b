//! What people write on their phones, so that a phone shows both sides of its conversation after a reload.

use super::{Delivered, Memory, phone_key};
use crate::{clock::timestamp, inbound_action::InboundAction};
use serde::Serialize;

/// How many written messages are kept for a phone. The oldest are removed.
const WRITTEN_MAX: usize = 1_000;

/// A message or action of a person, as their phone shows it.
#[derive(Clone, Serialize)]
pub(crate) struct Written {
    pub(crate) seq: u64,
    pub(crate) channel: &'static str,
    pub(crate) provider: String,
    /// `text`, `button`, `contact`, `block`, or another kind of message.
    pub(crate) kind: String,
    pub(crate) body: String,
    pub(crate) button_id: Option<String>,
    /// The provider's id; absent until the webhook is posted.
    pub(crate) message_id: Option<String>,
    /// The API's answer to the webhook: absent until it comes, 0 if the API was not reached.
    pub(crate) webhook_status: Option<u16>,
    pub(crate) is_edited: bool,
    pub(crate) at: String,
    /// The number of the last change. A phone asks for what changed since its last look.
    #[serde(skip)]
    changed: u64,
}

/// One item of a conversation.
#[derive(Serialize)]
#[serde(tag = "direction", rename_all = "snake_case")]
pub(crate) enum Item {
    Received(Delivered),
    Written(Written),
}

impl Item {
    fn seq(&self) -> u64 {
        match self {
            Self::Received(message) => message.seq,
            Self::Written(message) => message.seq,
        }
    }
}

impl Memory {
    /// Keeps what a person does before it is posted, so that it stands before the answer. Returns its number.
    /// A redelivered message is the one that is there already, and an edit changes the message it names.
    pub(crate) fn write(&mut self, action: &InboundAction) -> u64 {
        let changed = self.next_seq();
        let is_edit = action.kind.as_deref() == Some("edited");
        let written = self.written.entry(phone_key(&action.phone)).or_default();
        let known = action.message_id.as_ref().and_then(|id| {
            let named =
                |one: &&mut Written| one.provider == action.provider && one.message_id.as_ref() == Some(id);
            written.iter_mut().find(named)
        });
        if let Some(known) = known {
            if is_edit {
                action.text().clone_into(&mut known.body);
                known.is_edited = true;
                known.changed = changed;
            }
            return known.seq;
        }
        let kind = if action.button_id.is_some() { "button" } else { "text" };
        // What is redelivered opened the window when it came first.
        self.windows.open(&action.provider, &action.phone);
        if written.len() >= WRITTEN_MAX {
            written.pop_front();
        }
        written.push_back(Written {
            seq: changed,
            channel: if action.provider == "telegram" { "telegram" } else { "whatsapp" },
            provider: action.provider.clone(),
            kind: action.kind.clone().filter(|_| !is_edit).unwrap_or_else(|| kind.into()),
            body: action.text().to_owned(),
            button_id: action.button_id.clone(),
            message_id: action.message_id.clone(),
            webhook_status: None,
            is_edited: is_edit,
            at: timestamp(),
            changed,
        });
        changed
    }

    /// Notes what became of a written message.
    pub(crate) fn written_posted(&mut self, phone: &str, seq: u64, message_id: Option<&str>, status: u16) {
        let changed = self.next_seq();
        let written = self.written.get_mut(&phone_key(phone));
        let found = written.and_then(|written| written.iter_mut().find(|one| one.seq == seq));
        if let Some(one) = found {
            one.message_id = message_id.map(str::to_owned).or_else(|| one.message_id.take());
            one.webhook_status = Some(status);
            one.changed = changed;
        }
    }

    /// Both sides of a phone's conversation, in order: what is new or has changed since then.
    pub(crate) fn conversation(&self, phone: &str, since: u64) -> Vec<Item> {
        let written = self.written.get(&phone_key(phone)).into_iter().flatten();
        let written = written.filter(|one| one.changed > since).cloned().map(Item::Written);
        let mut items: Vec<Item> =
            self.changed_on_phone(phone, since).into_iter().map(Item::Received).chain(written).collect();
        items.sort_by_key(Item::seq);
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str = "+525511112226";

    fn action(kind: Option<&str>, body: &str, id: Option<&str>) -> InboundAction {
        InboundAction {
            provider: "telegram".into(),
            body: Some(body.into()),
            button_id: None,
            message_id: id.map(str::to_owned),
            profile_name: None,
            kind: kind.map(str::to_owned),
            payload: None,
            phone: PHONE.into(),
        }
    }

    fn bodies(memory: &Memory, since: u64) -> Vec<String> {
        let body = |item: Item| match item {
            Item::Received(message) => format!("< {}", message.body),
            Item::Written(message) => format!("> {}", message.body),
        };
        memory.conversation(PHONE, since).into_iter().map(body).collect()
    }

    #[test]
    fn both_sides_stand_in_their_order_and_only_one_reached_the_phone() {
        let mut memory = Memory::default();
        let seq = memory.write(&action(None, "hola", None));
        memory.deliver(Delivered { to: PHONE.into(), body: "¡Hola!".into(), ..Delivered::default() });
        memory.written_posted(PHONE, seq, Some("7"), 200);
        assert_eq!(bodies(&memory, 0), ["> hola", "< ¡Hola!"]);
        assert_eq!(bodies(&memory, 2), ["> hola"], "the API's answer is a change");
        assert_eq!(bodies(&memory, 3), [""; 0]);
        assert_eq!(memory.on_phone(PHONE, 0).len(), 1);
    }

    #[test]
    fn a_redelivery_is_the_same_message_and_an_edit_changes_it() {
        let mut memory = Memory::default();
        let seq = memory.write(&action(None, "manda 5", Some("7")));
        assert_eq!(memory.write(&action(None, "manda 5", Some("7"))), seq);
        assert_eq!(memory.write(&action(Some("edited"), "manda 6", Some("7"))), seq);
        assert_eq!(bodies(&memory, 0), ["> manda 6"]);
        let Some(Item::Written(one)) = memory.conversation(PHONE, 0).pop() else { panic!() };
        assert!(one.is_edited && one.kind == "text");
        memory.write(&action(Some("edited"), "de otro", Some("8")));
        assert_eq!(bodies(&memory, 0), ["> manda 6", "> de otro"]);
    }

    #[test]
    fn the_oldest_go_first() {
        let mut memory = Memory::default();
        for number in 0..=WRITTEN_MAX {
            memory.write(&action(None, &number.to_string(), None));
        }
        let all = bodies(&memory, 0);
        assert_eq!((all.len(), all.first().map(String::as_str)), (WRITTEN_MAX, Some("> 1")));
    }
}
