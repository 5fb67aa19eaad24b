//! The plan of the soak test: who writes what, and which answer must come. It is fixed before the first
//! message.

/// The provider over which a person writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Provider {
    Meta,
    Telegram,
    Twilio,
}

impl Provider {
    /// The name that the sandbox uses.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Telegram => "telegram",
            Self::Twilio => "twilio",
        }
    }
}

/// A message whose answer differs from all other answers and doesn't depend on the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Help,
    Hello,
    Yes,
    Code,
    Rubbish,
}

impl Word {
    const ALL: [Self; 5] = [Self::Help, Self::Hello, Self::Yes, Self::Code, Self::Rubbish];

    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Help => "ayuda",
            Self::Hello => "hola",
            Self::Yes => "sí",
            Self::Code => "CONFIRMAR 482913",
            Self::Rubbish => "zxcv qwer",
        }
    }

    /// Words that only the answer to this message contains (Spanish catalogue).
    const fn mark(self) -> &'static str {
        match self {
            Self::Help => "Esto puedo hacer",
            Self::Hello => "Soy Ventanilla",
            Self::Yes => "No hay nada pendiente",
            Self::Code => "No espero ningún código",
            Self::Rubbish => "No entendí tu mensaje",
        }
    }

    /// The message that an answer belongs to. `None` for an unknown answer.
    pub(super) fn answered_by(reply: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| reply.contains(word.mark()))
    }
}

/// The conversation of one person.
pub(super) struct PlannedConversation {
    pub(super) provider: Provider,
    /// The digits of the person's number; for Telegram, the person's id.
    pub(super) digits: String,
    /// The person's messages in order. Neighbours differ, so that the test sees when two answers change
    /// places.
    pub(super) words: Vec<Word>,
}

impl PlannedConversation {
    /// The provider's id of the nth message.
    pub(super) fn event(&self, nth: usize) -> String {
        format!("{}.{nth}", self.digits)
    }
}

/// Plans `count` conversations. Of ten, one is over Telegram, one over Twilio and the others over Meta.
pub(super) fn conversations(count: usize, messages: usize, dice: &mut Dice) -> Vec<PlannedConversation> {
    let (each, more) = (messages / count, messages % count);
    let one = |index: usize| {
        let provider = match index % 10 {
            3 => Provider::Telegram,
            7 => Provider::Twilio,
            _ => Provider::Meta,
        };
        let words = words(each + usize::from(index < more), dice);
        PlannedConversation { provider, digits: format!("52551{index:07}"), words }
    };
    (0..count).map(one).collect()
}

/// Puts at most one unknown message between two known ones, because the third in a row hands the conversation
/// to a person. Help and codes are answered before the parser runs, so they don't reset that count.
fn words(count: usize, dice: &mut Dice) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut may_be_rubbish = true;
    while words.len() < count {
        let Some(word) = Word::ALL.into_iter().nth(dice.below(Word::ALL.len())) else { continue };
        if words.last() == Some(&word) || (word == Word::Rubbish && !may_be_rubbish) {
            continue;
        }
        may_be_rubbish = match word {
            Word::Rubbish => false,
            Word::Help | Word::Code => may_be_rubbish,
            Word::Hello | Word::Yes => true,
        };
        words.push(word);
    }
    words
}

/// A reproducible random generator: `SplitMix64` (Steele, Lea, Flood 2014).
#[derive(Clone)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A random number from 0 to `count` - 1.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.throw() % count).unwrap_or(0)
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn falls(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_differ_and_nobody_is_called() {
        let conversations = conversations(30, 305, &mut Dice(1));
        assert_eq!(conversations.iter().map(|conversation| conversation.words.len()).sum::<usize>(), 305);
        for conversation in &conversations {
            assert!(conversation.words.windows(2).all(|pair| pair[0] != pair[1]));
            let mut rubbish = 0;
            for word in &conversation.words {
                match word {
                    Word::Rubbish => rubbish += 1,
                    Word::Help | Word::Code => {}
                    _ => rubbish = 0,
                }
                assert!(rubbish < 3);
            }
        }
        let count =
            |provider| conversations.iter().filter(|conversation| conversation.provider == provider).count();
        assert_eq!([Provider::Meta, Provider::Telegram, Provider::Twilio].map(count), [24, 3, 3]);
    }

    #[test]
    fn the_same_seed_is_the_same_plan() {
        let words = |seed| {
            conversations(5, 50, &mut Dice(seed))
                .into_iter()
                .flat_map(|conversation| conversation.words)
                .collect::<Vec<_>>()
        };
        assert_eq!(words(7), words(7));
        assert_ne!(words(7), words(8));
    }

    #[test]
    fn an_answer_tells_its_question() {
        assert_eq!(
            Word::answered_by("No hay nada pendiente. Cuando quieras, escribe «saldo»"),
            Some(Word::Yes)
        );
        assert_eq!(Word::answered_by("Tu saldo es: 1.00 MXN"), None);
    }
}
