//! The texts about a person's own data.

use super::{Reply, Text};
use crate::{messaging::conversation::Question, privacy::Obstacle};

impl Reply {
    /// Replies about the person's data.
    pub(super) fn data_texts(&self) -> Option<Vec<Text>> {
        Some(vec![match self {
            Self::WhichDataWish => Text::plain("data-which"),
            Self::DataNeedsNumber => Text::plain("data-needs-number"),
            Self::YesOrNo(Question::EraseAccount) => {
                return Some(vec![Text::plain("erasure-what"), Text::plain("erasure-ask")]);
            }
            Self::ErasureInTheWay(obstacles) => {
                let each = obstacles.iter().map(|obstacle| Text::plain(in_the_way(*obstacle)));
                return Some(std::iter::once(Text::plain("erasure-in-the-way")).chain(each).collect());
            }
            Self::ErasureDue(at) => Text::plain("erasure-due").with("at", at.clone()),
            Self::ErasureTakenBack => Text::plain("erasure-taken-back"),
            Self::NoErasure => Text::plain("no-erasure"),
            Self::ExportLink(link) => Text::plain("export-link").with("link", link.clone()),
            _ => return None,
        }])
    }
}

const fn in_the_way(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::MoneyLeft => "erasure-money-left",
        Obstacle::TransfersOpen => "erasure-transfers-open",
        Obstacle::TransfersInDoubt => "erasure-transfers-in-doubt",
        // That an authority holds the data may be a secret.
        Obstacle::LegalHold => "erasure-held",
    }
}
