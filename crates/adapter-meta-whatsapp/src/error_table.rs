//! Meta's error codes and what each means for an outbound message (Cloud API error codes, Graph v25.0).

use provider_http::Answer;
use serde::Deserialize;
use std::ops::RangeInclusive;

#[derive(Deserialize)]
struct Refusal {
    error: GraphError,
}

/// Meta's error object. Its message may contain a phone number, so it is not read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct GraphError {
    pub(crate) code: i64,
    #[serde(default)]
    error_subcode: Option<i64>,
    #[serde(default)]
    is_transient: Option<bool>,
    #[serde(default)]
    fbtrace_id: Option<String>,
}

/// Meta's error, whatever the status. None when the body contains none.
pub(crate) fn error_of(answer: &Answer) -> Option<GraphError> {
    Some(answer.json::<Refusal>()?.error)
}

/// Describes the response for logs: status, code, subcode and trace id.
pub(crate) fn describe(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    let Some(error) = error_of(answer) else { return format!("HTTP {status}") };
    let subcode = error.error_subcode.map(|subcode| format!(" subcode {subcode}")).unwrap_or_default();
    let trace = error.fbtrace_id.map(|trace| format!(" trace {trace}")).unwrap_or_default();
    format!("HTTP {status} code {}{subcode}{trace}", error.code)
}

/// What an error means for the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Refused before processing: the message can be sent again.
    Replay,
    /// Too many messages to one recipient: send again after 4ⁿ seconds.
    PairRate,
    /// The message may have gone out.
    Ambiguous,
    /// The messaging window is closed: only a template may be sent.
    TemplateNeeded,
    /// The recipient stopped our messages.
    OptedOut,
    /// Meta limits messages to this recipient: send again after a day.
    WaitADay,
    /// The message can never reach this recipient.
    Recipient,
    /// The request itself is wrong.
    Request,
    /// The number can't send until an operator fixes its account or its token.
    NumberStopped,
    /// A server on the way refused without a Graph error: nothing is known to be wrong with the message.
    Unexplained,
}

/// Ranges of codes by class. Most ranges are one code; the permission errors are 200 to 299.
const TABLE: [(Class, &[RangeInclusive<i64>]); 9] = [
    (Class::Replay, &[4..=4, 80007..=80007, 130_429..=130_429]),
    (Class::PairRate, &[131_056..=131_056]),
    (Class::Ambiguous, &[1..=2, 131_000..=131_000, 131_016..=131_016, 131_057..=131_057, 133_004..=133_004]),
    (Class::TemplateNeeded, &[131_047..=131_047]),
    (Class::OptedOut, &[131_050..=131_050]),
    (Class::WaitADay, &[131_049..=131_049]),
    (
        Class::Recipient,
        &[
            131_026..=131_026,
            131_021..=131_021,
            130_472..=130_472,
            131_030..=131_030,
            130_497..=130_497,
            131_062..=131_062,
            // The number may belong to another person now.
            137_000..=137_000,
        ],
    ),
    (
        Class::Request,
        &[
            100..=100,
            131_008..=131_009,
            131_051..=131_051,
            135_000..=135_000,
            132_000..=132_001,
            132_005..=132_005,
            132_007..=132_008,
            132_012..=132_012,
            132_015..=132_016,
            132_068..=132_069,
        ],
    ),
    (
        Class::NumberStopped,
        &[
            190..=190,
            0..=0,
            3..=3,
            10..=10,
            200..=299,
            131_005..=131_005,
            368..=368,
            131_031..=131_031,
            131_042..=131_042,
            131_045..=131_045,
            133_010..=133_010,
            131_048..=131_048,
        ],
    ),
];

/// Classifies a response that accepted no message. The error code decides, whatever the HTTP status. The
/// status decides only when there is no known code.
pub(crate) fn class_of(answer: &Answer) -> Class {
    let error = error_of(answer);
    let known = error.as_ref().and_then(|error| class_of_code(error.code));
    let status = answer.status.as_u16();
    match (known, status) {
        (Some(class), _) => class,
        (None, 429) => Class::Replay,
        (None, 401 | 403) => Class::NumberStopped,
        (None, 400..=499) => match error {
            Some(error) if error.is_transient == Some(true) => Class::Ambiguous,
            Some(_) => Class::Request,
            None => Class::Unexplained,
        },
        (None, _) => Class::Ambiguous,
    }
}

fn class_of_code(code: i64) -> Option<Class> {
    TABLE.iter().find(|(_, codes)| codes.iter().any(|range| range.contains(&code))).map(|(class, _)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_http::StatusCode;

    fn class(status: u16, body: &str) -> Class {
        let status = StatusCode::from_u16(status).unwrap();
        class_of(&Answer { status, retry_after: None, date: None, body: body.into() })
    }

    #[test]
    fn no_code_is_in_two_classes() {
        let ranges: Vec<_> = TABLE.iter().flat_map(|(_, codes)| codes.iter()).collect();
        for (at, one) in ranges.iter().enumerate() {
            let others = ranges.iter().skip(at + 1);
            assert!(others.into_iter().all(|other| one.end() < other.start() || other.end() < one.start()));
        }
    }

    #[test]
    fn the_code_decides_whatever_the_status() {
        for status in [200, 400, 403, 429, 500, 503] {
            let body = |code: i64| format!(r#"{{"error":{{"code":{code},"message":"x"}}}}"#);
            assert_eq!(class(status, &body(131_026)), Class::Recipient);
            assert_eq!(class(status, &body(130_429)), Class::Replay);
            assert_eq!(class(status, &body(131_000)), Class::Ambiguous);
        }
    }

    #[test]
    fn an_unknown_code_is_judged_by_its_status() {
        let odd = r#"{"error":{"code":987654}}"#;
        for (status, expected) in [
            (400, Class::Request),
            (401, Class::NumberStopped),
            (403, Class::NumberStopped),
            (429, Class::Replay),
            (500, Class::Ambiguous),
            (302, Class::Ambiguous),
            (200, Class::Ambiguous),
        ] {
            assert_eq!(class(status, odd), expected, "{status}");
        }
        assert_eq!(class(400, r#"{"error":{"code":987654,"is_transient":true}}"#), Class::Ambiguous);
        assert_eq!(class(404, "<html>"), Class::Unexplained);
    }
}
