//! Writes the report of the soak test, for the terminal and for the documentation.

use super::{Options, people::Said, verdict::Findings, world::Seen};
use crate::bench::machine;
use std::{fmt::Write, path::Path, sync::atomic::Ordering, time::Duration};

const METHOD: &str = "\
# Reliability

<!-- Written by `cargo xtask soak --docs`. -->

`cargo xtask soak` starts a PostgreSQL of its own, the sandbox in a process of its own, and two replicas of
the server on that database. Many simulated people write at once, over WhatsApp through Meta and through
Twilio, and over Telegram:

- Webhooks go to the replicas in turn, signed as their providers sign them, until one acknowledges. Five of a
  hundred are delivered again: half of them at the same time to the other replica, half after the conversation
  has continued.
- Of a hundred calls to send, two fail: HTTP 429 and 500, a connection closed before the work, a message sent
  whose answer is lost. Telegram fails with 429 only: it can't be asked what it has sent, so an operator
  decides about a lost answer.
- The statuses of one message in ten come again in disorder (read, delivered, sent from any of them on). A
  webhook that nobody acknowledged is posted again.
- In the middle one replica is killed with `kill -9`; it comes back five seconds later.

Then the soak waits until nothing is open and checks everything. It fails unless

- each phone shows the answer to each of its person's messages once, in the order in which they were written,
  and nothing else;
- each message was handled and each answer settled;
- each status is the furthest that its provider reported;
- there is no dead letter but those of Telegram whose answer the killed replica took with it, each accounted
  for.

Long waits have two causes by design: what a killed replica was sending stays leased for 20 seconds, and a
send without a clear answer is looked up for 10 seconds before it is repeated. Messages behind it in the same
conversation wait with it.
";

/// The data of the report.
pub(super) struct Report<'a> {
    pub(super) options: &'a Options,
    pub(super) said: &'a Said,
    pub(super) seen: &'a Seen,
    pub(super) findings: &'a Findings,
    /// How long the sending took.
    pub(super) spoken: Duration,
    /// How long the whole test took, with the check.
    pub(super) took: Duration,
}

impl Report<'_> {
    /// The report for the terminal.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.rows() {
            // Writing into a String can't fail.
            let _written = writeln!(text, "{name:<58} {value:>12}");
        }
        text
    }

    /// The page for the documentation. `bin` is the folder of the PostgreSQL programs.
    pub(super) fn page(&self, bin: &Path) -> String {
        let Options { messages, conversations, pace, seed, .. } = self.options;
        let mut page = String::from(METHOD);
        let _written = write!(
            page,
            "\n```sh\ncargo xtask soak --messages {messages} --conversations {conversations} --pace {pace} --seed {seed} --docs\n\
             ```\n\nRun on {}, with unoptimized binaries.\n\n| what | |\n|---|---:|\n",
            machine::describe(bin)
        );
        for (name, value) in self.rows() {
            let _written = writeln!(page, "| {name} | {value} |");
        }
        page
    }

    fn rows(&self) -> Vec<(String, String)> {
        let (said, seen, findings) = (self.said, self.seen, self.findings);
        let messages = said.messages.load(Ordering::Relaxed);
        let mut rows: Vec<(String, String)> = Vec::new();
        let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
        row("conversations", self.options.conversations.to_string());
        row("messages", messages.to_string());
        row("webhooks delivered again", said.redelivered.load(Ordering::Relaxed).to_string());
        row(
            "webhooks without an acknowledgement, posted again",
            said.unanswered.load(Ordering::Relaxed).to_string(),
        );
        row("calls to send", seen.sends.to_string());
        for ((provider, kind), count) in &seen.faults {
            row(&format!("faults: {provider}, {kind}"), count.to_string());
        }
        row("sends made again", seen.sends.saturating_sub(findings.answers).to_string());
        row("sends in doubt, looked for", findings.doubts.to_string());
        row("statuses acknowledged", seen.statuses.to_string());
        row("messages whose statuses came in disorder", seen.shuffled.to_string());
        row("statuses without an acknowledgement, posted again", seen.repeated.to_string());
        row("answers on phones", findings.answers.to_string());
        row("left to people (Telegram, at the kill)", findings.left_to_people.to_string());
        row("what must not be", findings.complaints.len().to_string());
        row("seconds of writing", format!("{:.0}", self.spoken.as_secs_f64()));
        row("seconds in all", format!("{:.0}", self.took.as_secs_f64()));
        let rate = u32::try_from(messages).map_or(0.0, f64::from) / self.spoken.as_secs_f64();
        row("messages a second", format!("{rate:.1}"));
        for (name, percent) in [("half", 50), ("99 of 100", 99), ("all", 100)] {
            let wait = percentile(&findings.waits_ms, percent);
            row(&format!("milliseconds from webhook to phone, {name} within"), wait.to_string());
        }
        rows
    }
}

fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let sorted: Vec<i64> = (1..=200).collect();
        assert_eq!([50, 99, 100].map(|percent| percentile(&sorted, percent)), [100, 198, 200]);
        assert_eq!(percentile(&[], 50), 0);
    }
}
