//! The texts about payees: who is remembered, which of them is meant, and what changed.

use super::{Reply, Text};
use crate::messaging::conversation::{PayeeLine, PayeeList, PayeeOption, Question};

impl Reply {
    /// Replies about payees.
    pub(super) fn payee_texts(&self) -> Option<Vec<Text>> {
        Some(vec![match self {
            Self::Payees(payees) => return Some(list(payees)),
            Self::WhichPayee(options) => return Some(numbered("which-payee", options)),
            Self::UnknownPayee { name, nearest } if nearest.is_empty() => {
                Text::plain("payee-unknown").with("name", name.clone())
            }
            Self::UnknownPayee { name, nearest } => {
                let unknown = Text::plain("payee-unknown-near").with("name", name.clone());
                return Some(std::iter::once(unknown).chain(numbered("which-payee", nearest)).collect());
            }
            Self::PayeeRenamed { before, payee } => Text::plain("payee-renamed")
                .with("before", before.clone())
                .with("name", payee.name.clone())
                .with("account", payee.account.masked()),
            Self::AskNewName(name) => Text::plain("payee-ask-new-name").with("name", name.clone()),
            Self::BadPayeeName => Text::plain("payee-bad-name"),
            Self::YesOrNo(Question::ForgetPayee(payee)) => Text::plain("payee-forget-ask")
                .with("name", payee.name.clone())
                .with("account", payee.account.masked()),
            Self::PayeeForgotten(name) => Text::plain("payee-forgotten").with("name", name.clone()),
            _ => return None,
        }])
    }
}

/// A question, and one numbered line for each payee.
fn numbered(question: &'static str, options: &[PayeeOption]) -> Vec<Text> {
    let line = |(number, option): (i64, &PayeeOption)| {
        Text::plain("which-payee-line")
            .with_number("number", number)
            .with("payee", option.name.clone())
            .with("account", option.account.masked())
    };
    std::iter::once(Text::plain(question)).chain((1_i64..).zip(options).map(line)).collect()
}

/// The payees, how many more there are, and how one is changed.
fn list(payees: &PayeeList) -> Vec<Text> {
    let Some(first) = payees.lines.first() else { return vec![Text::plain("payees-none")] };
    let line = |payee: &PayeeLine| {
        let bank = payee.bank.as_ref().map_or(String::new(), |bank| format!(" ({bank})"));
        Text::plain("payees-line")
            .with("payee", payee.name.clone())
            .with("account", format!("{}{bank}", payee.account))
    };
    let mut texts = vec![Text::plain("payees")];
    texts.extend(payees.lines.iter().map(line));
    if payees.more > 0 {
        texts.push(Text::plain("payees-more").with_number("more", payees.more));
    }
    texts.push(Text::plain("payees-how").with("name", first.name.clone()));
    texts
}
