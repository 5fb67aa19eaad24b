//! All loaded flows. The newest version of each can be started; earlier ones stay for the people who began with
//! them.

use super::{Flow, Slug, words::Folded};
use crate::locale::Locale;

/// All loaded flows, by name and version.
#[derive(Clone, Debug, Default)]
pub struct FlowRegistry {
    flows: Vec<Flow>,
    /// Versions that can't be started any more.
    earlier: Vec<Flow>,
}

/// Two flows that can't be loaded together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRegistryError {
    /// The index of the later one in the list.
    pub flow: usize,
    /// The line of the later one.
    pub line: usize,
    /// What is wrong, as a sentence.
    pub reason: String,
}

impl FlowRegistry {
    /// Checks that these flows can be loaded together. `Err` lists every conflict.
    pub fn new(flows: Vec<Flow>) -> Result<Self, Vec<FlowRegistryError>> {
        let mut faults = Vec::new();
        for (at, flow) in flows.iter().enumerate() {
            let before = flows.get(..at).unwrap_or_default();
            if before.iter().any(|other| other.id == flow.id && other.version == flow.version) {
                let reason = format!("there are two flows {} of version {}", flow.id, flow.version);
                faults.push(FlowRegistryError { flow: at, line: 1, reason });
            }
            for trigger in &flow.triggers {
                let taken_by = before.iter().find(|other| {
                    other.id != flow.id && other.triggers.iter().any(|theirs| theirs.word == trigger.word)
                });
                if let Some(other) = taken_by {
                    let reason = format!("«{}» starts {} already", trigger.written, other.id);
                    faults.push(FlowRegistryError { flow: at, line: trigger.line, reason });
                }
            }
        }
        if faults.is_empty() { Ok(Self { flows, earlier: Vec::new() }) } else { Err(faults) }
    }

    /// Adds earlier versions, which only people who began with them see. A version that is loaded already stays
    /// as it is.
    #[must_use]
    pub fn with_earlier_versions(mut self, earlier: impl IntoIterator<Item = Flow>) -> Self {
        for flow in earlier {
            if self.find(&flow.id, flow.version).is_none() {
                self.earlier.push(flow);
            }
        }
        self
    }

    /// The flow with that name and version.
    #[must_use]
    pub fn find(&self, id: &Slug, version: u32) -> Option<&Flow> {
        self.flows.iter().chain(&self.earlier).find(|flow| flow.id == *id && flow.version == version)
    }

    /// Whether any version of the flow is loaded, earlier ones included.
    #[must_use]
    pub fn has(&self, id: &Slug) -> bool {
        self.flows.iter().chain(&self.earlier).any(|flow| flow.id == *id)
    }

    /// The version that is started now.
    #[must_use]
    pub fn newest(&self, id: &Slug) -> Option<&Flow> {
        self.flows.iter().filter(|flow| flow.id == *id).max_by_key(|flow| flow.version)
    }

    /// The newest version of each flow, by name.
    #[must_use]
    pub fn all_newest(&self) -> Vec<&Flow> {
        let mut ids: Vec<&Slug> = self.flows.iter().map(Flow::id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.newest(id)).collect()
    }

    /// The flow that a message starts, and its language. A trigger of several languages counts for the
    /// language `spoken` so far, otherwise for the first of the flow's languages.
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
