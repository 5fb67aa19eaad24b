//! Formats an error with all its causes, for logs and terminals.

/// An error and its causes in one line, separated by colons.
pub(crate) fn describe(fault: &dyn std::error::Error) -> String {
    let mut text = fault.to_string();
    let mut cause = fault.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
