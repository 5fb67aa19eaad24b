//! Accepts an email after its last line, or applies a fault.

use super::mail::Mail;
use crate::{
    calls::HELD_FOR,
    faults::{Fault, FaultKind},
    world::World,
};
use serde_json::Value;

const ACCEPTED: &str = "250 2.0.0 Ok: queued";

/// What the client gets: a reply, or a closed connection.
pub(super) enum Outcome {
    Reply(String),
    HangUp,
}

/// Delivers the email, unless a fault applies.
pub(super) async fn accept(world: &World, mail: &Mail) -> Outcome {
    let chance = world.chance();
    let fault = world.memory().faults.take("smtp", "send", chance);
    let Some(fault) = fault else {
        mail.deliver(world);
        mail.log(world, 250, None);
        return Outcome::Reply(ACCEPTED.into());
    };
    let name = Some(fault.kind.name());
    match fault.kind {
        FaultKind::Status => {
            let status = fault.status.unwrap_or(451);
            mail.log(world, status, name);
            Outcome::Reply(format!("{status} {}", explanation(&fault, status)))
        }
        FaultKind::Delay => {
            mail.deliver(world);
            tokio::time::sleep(fault.delay()).await;
            mail.log(world, 250, name);
            Outcome::Reply(ACCEPTED.into())
        }
        FaultKind::Timeout => {
            mail.log(world, 0, name);
            tokio::time::sleep(HELD_FOR).await;
            Outcome::HangUp
        }
        FaultKind::Reset => {
            mail.log(world, 0, name);
            Outcome::HangUp
        }
        FaultKind::DropReply => {
            mail.deliver(world);
            mail.log(world, 250, name);
            Outcome::HangUp
        }
        FaultKind::Garbage => {
            mail.log(world, 0, name);
            Outcome::Reply("<html>\u{fffd}</html>".into())
        }
    }
}

/// The text of a fault on one line, or the usual text of its status.
fn explanation(fault: &Fault, status: u16) -> String {
    let own = match &fault.body {
        Some(Value::String(text)) => Some(text.as_str()),
        Some(body) => body["message"].as_str(),
        None => None,
    };
    let usual = match status {
        450 => "4.2.0 Mailbox busy, try again later",
        550 => "5.1.1 No such mailbox",
        400..500 => "4.3.0 Try again later",
        _ => "5.0.0 Refused",
    };
    own.unwrap_or(usual).replace(['\r', '\n'], " ")
}
