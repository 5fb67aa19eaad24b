//! The sandbox's data, in memory only: phones, what each provider stores, recorded calls, faults.

mod bank;
mod meta;
mod nlu;
mod phones;
mod telegram;
mod traffic;
mod twilio;
mod windows;
mod written;

pub(crate) use self::{
    bank::{BankCreditor, BankEntry, BankMemory, BankTransfer},
    meta::{Failure, InboundMessage, Media, MetaMemory, MetaMessage, Recipient},
    nlu::{NluMemory, Told},
    phones::{Delivered, Sign, phone_key},
    telegram::{BotFile, Hook, TelegramMemory},
    traffic::{Request, Subject},
    twilio::{SendAttempt, TwilioMemory, TwilioMessage, TwilioVerification},
    windows::{Window, Windows},
    written::Written,
};

use crate::{clock::timestamp, faults::Faults};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// How many recorded calls are kept. Older ones are removed.
const REQUESTS_MAX: usize = 20_000;
/// How many signs are kept for a phone. They matter only for seconds.
const SIGNS_MAX: usize = 200;

/// All data of the sandbox.
#[derive(Default)]
pub(crate) struct Memory {
    seq: u64,
    lives: u64,
    phones: BTreeMap<String, Vec<Delivered>>,
    written: BTreeMap<String, VecDeque<Written>>,
    signs: BTreeMap<String, VecDeque<Sign>>,
    pub(crate) requests: VecDeque<Request>,
    pub(crate) webhooks: VecDeque<Request>,
    pub(crate) twilio: TwilioMemory,
    pub(crate) meta: MetaMemory,
    pub(crate) telegram: TelegramMemory,
    pub(crate) nlu: NluMemory,
    pub(crate) bank: BankMemory,
    pub(crate) windows: Windows,
    pub(crate) faults: Faults,
}

impl Memory {
    /// The number of the last thing that happened.
    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    /// How often everything was forgotten.
    pub(crate) fn lives(&self) -> u64 {
        self.lives
    }

    pub(crate) fn next_seq(&mut self) -> u64 {
        self.seq = self.seq.saturating_add(1);
        self.seq
    }

    /// Delivers a message to the phone of its address.
    pub(crate) fn deliver(&mut self, message: Delivered) {
        self.deliver_to(&phone_key(&message.to), message);
    }

    /// Delivers a message to a phone. The message's `to` may write the address differently.
    pub(crate) fn deliver_to(&mut self, key: &str, mut message: Delivered) {
        message.seq = self.next_seq();
        message.changed = message.seq;
        message.at = timestamp();
        self.phones.entry(key.to_owned()).or_default().push(message);
    }

    /// The messages on a phone that are newer than `since`.
    pub(crate) fn on_phone(&self, phone: &str, since: u64) -> Vec<Delivered> {
        let all = self.phones.get(&phone_key(phone)).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|message| message.seq > since && !message.is_deleted).cloned().collect()
    }

    /// The messages on a phone that came or changed after `since`, deleted ones too.
    fn changed_on_phone(&self, phone: &str, since: u64) -> Vec<Delivered> {
        let all = self.phones.get(&phone_key(phone)).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|message| message.changed > since).cloned().collect()
    }

    /// Changes the text of a message on a phone, if one is given, and its buttons.
    pub(crate) fn edit(
        &mut self,
        phone: &str,
        provider: &str,
        id: &str,
        body: Option<&str>,
        buttons: Vec<Value>,
    ) {
        self.change(phone, provider, id, |message| {
            if let Some(body) = body {
                body.clone_into(&mut message.body);
                message.is_edited = true;
            }
            message.buttons = buttons;
        });
    }

    /// Takes a message off a phone.
    pub(crate) fn delete(&mut self, phone: &str, provider: &str, id: &str) {
        self.change(phone, provider, id, |message| {
            message.is_deleted = true;
            message.body.clear();
            message.buttons.clear();
        });
    }

    fn change(&mut self, phone: &str, provider: &str, id: &str, work: impl FnOnce(&mut Delivered)) {
        let changed = self.next_seq();
        let all = self.phones.get_mut(&phone_key(phone)).into_iter().flatten();
        if let Some(message) = all.rev().find(|message| message.provider == provider && message.id == id) {
            message.changed = changed;
            work(message);
        }
    }

    /// The newest message of a provider on a phone that has a button with this id, and the button.
    pub(crate) fn find_button(&self, phone: &str, provider: &str, id: &str) -> Option<(&Delivered, &Value)> {
        let all = self.phones.get(&phone_key(phone))?;
        all.iter().rev().filter(|message| message.provider == provider).find_map(|message| {
            let button = message.buttons.iter().find(|button| button["id"] == id)?;
            Some((message, button))
        })
    }

    pub(crate) fn sign(&mut self, key: &str, mut sign: Sign) {
        sign.seq = self.next_seq();
        let signs = self.signs.entry(key.to_owned()).or_default();
        if signs.len() >= SIGNS_MAX {
            signs.pop_front();
        }
        signs.push_back(sign);
    }

    pub(crate) fn signs_on(&self, phone: &str, since: u64) -> Vec<Sign> {
        let all = self.signs.get(&phone_key(phone)).into_iter().flatten();
        all.filter(|sign| sign.seq > since).cloned().collect()
    }

    pub(crate) fn log(&mut self, mut request: Request, is_webhook: bool) {
        request.seq = self.next_seq();
        let list = if is_webhook { &mut self.webhooks } else { &mut self.requests };
        if list.len() >= REQUESTS_MAX {
            list.pop_front();
        }
        list.push_back(request);
    }

    /// Removes all data. The counters go on, so that a phone's `since` stays valid and no id comes twice.
    pub(crate) fn forget(&mut self) {
        let telegram = self.telegram.forgotten();
        let lives = self.lives.saturating_add(1);
        *self = Self { seq: self.seq, lives, telegram, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgetting_does_not_begin_again_at_one() {
        let mut memory = Memory::default();
        memory.deliver(Delivered { to: "+525511112226".into(), ..Delivered::default() });
        memory.sign("+525511112226", Sign::new("meta", "typing"));
        memory.forget();
        assert!(
            memory.on_phone("+525511112226", 0).is_empty() && memory.signs_on("+525511112226", 0).is_empty()
        );
        assert_eq!(memory.next_seq(), 3);
    }

    #[test]
    fn what_changes_on_a_phone_is_told_to_the_page() {
        let mut memory = Memory::default();
        let to = "+525511112226".to_owned();
        for id in ["1", "2"] {
            let (provider, body) = ("telegram".into(), "antes".into());
            memory.deliver(Delivered {
                provider,
                to: to.clone(),
                id: id.into(),
                body,
                ..Delivered::default()
            });
        }
        memory.edit(&to, "telegram", "1", Some("después"), Vec::new());
        memory.delete(&to, "telegram", "2");
        let shown: Vec<_> = memory.on_phone(&to, 0).into_iter().map(|message| message.body).collect();
        assert_eq!(shown, ["después"]);
        let changed: Vec<_> =
            memory.changed_on_phone(&to, 2).into_iter().map(|m| (m.id, m.is_edited, m.is_deleted)).collect();
        assert_eq!(changed, [("1".to_owned(), true, false), ("2".to_owned(), false, true)]);
    }

    #[test]
    fn the_newest_button_of_an_id_is_the_one_that_is_tapped() {
        let mut memory = Memory::default();
        for (provider, title) in [("meta", "old"), ("meta", "new"), ("telegram", "another's")] {
            let buttons = vec![serde_json::json!({"id": "yes", "title": title})];
            let to = "+525511112226".to_owned();
            memory.deliver(Delivered { provider: provider.into(), to, buttons, ..Delivered::default() });
        }
        let (_, button) = memory.find_button("+525511112226", "meta", "yes").unwrap();
        assert_eq!(button["title"], "new");
        assert!(memory.find_button("+525511112226", "meta", "no").is_none());
    }
}
