//! All flows at hand: the newest edition of each can be started, older ones are ended by those who began
//! with them.

use super::{Flow, Slug, words::Folded};
use crate::locale::Locale;

/// All flows.
#[derive(Clone, Debug, Default)]
pub struct FlowRegistry {
    flows: Vec<Flow>,
    /// Editions that nobody begins any more.
    older: Vec<Flow>,
}

/// Two flows that can't stand side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookFault {
    /// The place in the list of the one that came later.
    pub flow: usize,
    /// The line of the one that came later.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl FlowRegistry {
    /// Flows that can stand side by side, or all that keeps them from it.
    pub fn new(flows: Vec<Flow>) -> Result<Self, Vec<BookFault>> {
        let mut faults = Vec::new();
        for (at, flow) in flows.iter().enumerate() {
            let before = flows.get(..at).unwrap_or_default();
            if before.iter().any(|other| other.id == flow.id && other.version == flow.version) {
                let reason = format!("there are two flows {} of version {}", flow.id, flow.version);
                faults.push(BookFault { flow: at, line: 1, reason });
            }
            for trigger in &flow.triggers {
                let taken_by = before.iter().find(|other| {
                    other.id != flow.id && other.triggers.iter().any(|theirs| theirs.word == trigger.word)
                });
                if let Some(other) = taken_by {
                    let reason = format!("«{}» starts {} already", trigger.written, other.id);
                    faults.push(BookFault { flow: at, line: trigger.line, reason });
                }
            }
        }
        if faults.is_empty() { Ok(Self { flows, older: Vec::new() }) } else { Err(faults) }
    }

    /// With older editions, which only those who began with them see. Those at hand already stay as they are.
    #[must_use]
    pub fn with_older(mut self, older: impl IntoIterator<Item = Flow>) -> Self {
        for flow in older {
            if self.find(&flow.id, flow.version).is_none() {
                self.older.push(flow);
            }
        }
        self
    }

    /// One edition.
    #[must_use]
    pub fn find(&self, id: &Slug, version: u32) -> Option<&Flow> {
        self.flows.iter().chain(&self.older).find(|flow| flow.id == *id && flow.version == version)
    }

    /// Whether there is any edition of it, older ones included.
    #[must_use]
    pub fn has(&self, id: &Slug) -> bool {
        self.flows.iter().chain(&self.older).any(|flow| flow.id == *id)
    }

    /// The edition that is begun now.
    #[must_use]
    pub fn newest(&self, id: &Slug) -> Option<&Flow> {
        self.flows.iter().filter(|flow| flow.id == *id).max_by_key(|flow| flow.version)
    }

    /// The newest edition of each, by name.
    #[must_use]
    pub fn all_newest(&self) -> Vec<&Flow> {
        let mut ids: Vec<&Slug> = self.flows.iter().map(Flow::id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.newest(id)).collect()
    }

    /// The flow that a message starts, and its language. A word of several languages is taken for one of
    /// the language spoken so far, else of the flow's first.
    #[must_use]
    pub fn started_by(&self, message: &str, spoken: Option<Locale>) -> Option<(&Flow, Locale)> {
        let content = Folded::new(message);
        self.all_newest().into_iter().find_map(|flow| {
            let of = |locale: Locale| flow.triggers.iter().any(|t| t.locale == locale && t.word == content);
            let locale = spoken
                .filter(|spoken| of(*spoken))
                .or_else(|| flow.languages.iter().copied().find(|locale| of(*locale)))?;
            Some((flow, locale))
        })
    }
}
