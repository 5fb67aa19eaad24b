//! Checks that every step can be reached from the first, and the end from every step.

use super::Checker;
use crate::messaging::flow::{FlowDraft, Step, Target};

impl Checker {
    pub(super) fn graph(&mut self, draft: &FlowDraft, steps: &[Step]) {
        if steps.len() != draft.steps.len() {
            return;
        }
        let reached = spread(steps.len(), |at, reached| {
            at == 0 || steps.iter().enumerate().any(|(from, step)| is_in(reached, from) && leads_to(step, at))
        });
        let ends = spread(steps.len(), |at, ends| {
            steps.get(at).is_some_and(|step| {
                step.next.iter().any(|next| match next.go {
                    Target::End => true,
                    Target::Step(to) => is_in(ends, to),
                })
            })
        });
        for (at, step) in draft.steps.iter().enumerate() {
            if !is_in(&reached, at) {
                self.fault(step.line, format!("step {} is never reached", step.id.value));
            } else if !is_in(&ends, at) && steps.get(at).is_some_and(|step| !step.next.is_empty()) {
                self.fault(step.line, format!("from step {} the end is never reached", step.id.value));
            }
        }
    }
}

fn leads_to(step: &Step, to: usize) -> bool {
    step.next.iter().any(|next| next.go == Target::Step(to))
}

fn is_in(set: &[bool], at: usize) -> bool {
    set.get(at).copied().unwrap_or_default()
}

/// The smallest set that contains everything that `belongs` accepts.
fn spread(count: usize, belongs: impl Fn(usize, &[bool]) -> bool) -> Vec<bool> {
    let mut set = vec![false; count];
    loop {
        let next: Vec<bool> = (0..count).map(|at| is_in(&set, at) || belongs(at, &set)).collect();
        if next == set {
            return set;
        }
        set = next;
    }
}
