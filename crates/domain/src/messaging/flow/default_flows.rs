//! The flow that begins on a channel account with a greeting or a first message.

use super::Slug;
use crate::channel_account::ChannelAccount;
use std::collections::HashMap;
use thiserror::Error;

/// The default flow of each channel account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DefaultFlows {
    everywhere: Option<Slug>,
    of_accounts: HashMap<ChannelAccount, Slug>,
}

/// The text doesn't tell default flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be FLOW, or CHANNEL_ACCOUNT=FLOW with commas between several")]
pub struct InvalidDefaultFlows;

impl DefaultFlows {
    /// Reads `FLOW`, which counts for every channel account, or `CHANNEL_ACCOUNT=FLOW,…`, which counts for those.
    /// With both, the flow without an account counts for all others.
    ///
    /// # Errors
    /// If a part is neither, or an account comes twice.
    pub fn parse(text: &str) -> Result<Self, InvalidDefaultFlows> {
        let mut all = Self::default();
        for part in text.split(',').map(str::trim) {
            let (account, flow) = match part.rsplit_once('=') {
                Some((account, flow)) => (Some(account.trim()), flow.trim()),
                None => (None, part),
            };
            let flow = Slug::parse(flow).map_err(|_bad| InvalidDefaultFlows)?;
            let before = match account {
                None => all.everywhere.replace(flow),
                Some(account) => {
                    let account = account.parse().map_err(|_bad| InvalidDefaultFlows)?;
                    all.of_accounts.insert(account, flow)
                }
            };
            if before.is_some() {
                return Err(InvalidDefaultFlows);
            }
        }
        Ok(all)
    }

    /// The flow that begins on this channel account. `None`: none does.
    #[must_use]
    pub fn of(&self, account: &ChannelAccount) -> Option<&Slug> {
        self.of_accounts.get(account).or(self.everywhere.as_ref())
    }

    /// The names of all default flows.
    pub fn flows(&self) -> impl Iterator<Item = &Slug> {
        self.everywhere.iter().chain(self.of_accounts.values())
    }

    /// The channel accounts that have a default flow of their own.
    pub fn accounts(&self) -> impl Iterator<Item = &ChannelAccount> {
        self.of_accounts.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(text: &str) -> ChannelAccount {
        text.parse().unwrap()
    }

    #[test]
    fn one_flow_counts_everywhere_and_others_for_their_account() {
        let (twilio, bot) = (account("twilio:whatsapp:+14155238886"), account("telegram:telegram:123456"));
        let everywhere = DefaultFlows::parse("oncology-intake").unwrap();
        assert_eq!(everywhere.of(&bot).map(Slug::as_str), Some("oncology-intake"));
        let named =
            "twilio:whatsapp:+14155238886=oncology-intake, telegram:telegram:123456=wallet-onboarding";
        let named = DefaultFlows::parse(named).unwrap();
        assert_eq!(named.of(&twilio).map(Slug::as_str), Some("oncology-intake"));
        assert_eq!(named.of(&bot).map(Slug::as_str), Some("wallet-onboarding"));
        assert_eq!(named.of(&account("meta:whatsapp:106540352242922")), None);
        assert_eq!((named.flows().count(), named.accounts().count()), (2, 2));
        assert_eq!(DefaultFlows::default().of(&bot), None);
    }

    #[test]
    fn what_tells_no_flow_is_refused() {
        for text in [
            "",
            "Flow!",
            "a,b",
            "x=flow",
            "telegram:telegram:1=",
            "a,",
            "telegram:telegram:1=a,telegram:telegram:1=b",
        ] {
            assert_eq!(DefaultFlows::parse(text), Err(InvalidDefaultFlows), "{text}");
        }
    }
}
