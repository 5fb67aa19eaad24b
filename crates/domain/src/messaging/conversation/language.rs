//! The language of a conversation. It is the language of the first message that tells one, and it changes only when
//! two messages in a row are written in another one: «ok» and «buen día» say nothing about a language.

use super::step::Step;
use crate::locale::Locale;

impl Step<'_> {
    /// Notes the language that a message is written in. `None`: the message doesn't tell.
    pub(super) fn note_language(&mut self, written_in: Option<Locale>) {
        let Some(written_in) = written_in else { return };
        match self.state.locale {
            Some(current) if current == written_in => self.state.other_locale = None,
            Some(_) if self.state.other_locale != Some(written_in) => {
                self.state.other_locale = Some(written_in);
            }
            _ => {
                self.state.locale = Some(written_in);
                self.state.other_locale = None;
            }
        }
    }
}
