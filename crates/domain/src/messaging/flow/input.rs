//! What a flow is given: the input of a person and the context that it is read in.

use crate::phone::Region;
use chrono::NaiveDate;

/// The context that answers are read in.
#[derive(Clone, Copy, Debug)]
pub struct FlowContext {
    /// Today's date, for days such as «hoy».
    pub today: NaiveDate,
    /// The country of the person's number, otherwise the configured one.
    pub region: Region,
}

/// The input to a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowInput<'a> {
    /// A written text.
    Text(&'a str),
    /// A tap on a button of this flow.
    Button {
        /// The step that the button belongs to.
        step: &'a str,
        /// The chosen option.
        option: &'a str,
    },
}

impl<'a> FlowInput<'a> {
    /// Reads the id of one of our buttons: the flow's name, and what was tapped. `None` when it is no button
    /// of a flow.
    #[must_use]
    pub fn from_button(id: &'a str) -> Option<(&'a str, Self)> {
        let mut parts = id.strip_prefix("flow:")?.split(':');
        let (flow, step, option) = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().is_none().then_some((flow, Self::Button { step, option }))
    }
}
