//! The steps of every call to a provider: apply a fault, do the work, record the call.

use crate::{
    answer::Answer,
    clock::timestamp,
    faults::{Fault, FaultKind},
    hangup::hang_up,
    memory::Request,
    world::{Shared, World},
};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use std::time::Duration;

/// The longest time that a `timeout` fault holds a connection open.
pub(crate) const HELD_FOR: Duration = Duration::from_mins(2);

/// A call to a provider. `path` and `shown` go to the traffic log, so they contain no secret.
pub(crate) struct ProviderCall {
    pub(crate) world: Shared,
    pub(crate) request: HttpRequest,
    pub(crate) provider: &'static str,
    pub(crate) operation: String,
    pub(crate) path: String,
    pub(crate) shown: Value,
}

impl ProviderCall {
    /// Answers with a refusal that comes before the request is read. No fault applies.
    pub(crate) fn refuse(&self, refusal: &Answer) -> HttpResponse {
        self.finish(refusal, None)
    }

    /// Applies a fault, does the work, records the call and answers.
    pub(crate) async fn answer(self, work: impl FnOnce(&Shared) -> Answer) -> HttpResponse {
        let chance = self.world.chance();
        let fault = self.world.memory().faults.take(self.provider, &self.operation, chance);
        match fault {
            Some(fault) => self.answer_with_fault(fault, work).await,
            None => self.finish(&work(&self.world), None),
        }
    }

    /// Records the call at once, and gives the answer after `delay`. No fault applies.
    pub(crate) async fn answer_late(self, answer: &Answer, delay: Duration) -> HttpResponse {
        let response = self.finish(answer, None);
        tokio::time::sleep(delay).await;
        response
    }

    async fn answer_with_fault(self, fault: Fault, work: impl FnOnce(&Shared) -> Answer) -> HttpResponse {
        let kind = Some(fault.kind);
        match fault.kind {
            FaultKind::Status => {
                let status = fault.status.unwrap_or(500);
                self.finish(&Answer { status, body: fault.body.unwrap_or(Value::Null) }, kind)
            }
            FaultKind::Delay => {
                let answer = work(&self.world);
                tokio::time::sleep(fault.delay()).await;
                self.finish(&answer, kind)
            }
            FaultKind::Timeout => {
                let unanswered = self.finish(&Answer { status: 504, body: Value::Null }, kind);
                tokio::time::sleep(HELD_FOR).await;
                unanswered
            }
            FaultKind::Reset => {
                hang_up(&self.request);
                self.finish(&Answer { status: 500, body: Value::Null }, kind)
            }
            FaultKind::DropReply => {
                let answer = work(&self.world);
                hang_up(&self.request);
                self.finish(&answer, kind)
            }
            FaultKind::Garbage => {
                let _logged = self.finish(&Answer { status: 200, body: Value::Null }, kind);
                HttpResponse::Ok().content_type("text/html").body("<html><body>Bad Gateway \u{fffd}\u{0}")
            }
        }
    }

    fn finish(&self, answer: &Answer, fault: Option<FaultKind>) -> HttpResponse {
        let fault = fault.map(FaultKind::name);
        tracing::info!(provider = self.provider, operation = %self.operation, status = answer.status, fault, "call");
        log(&self.world, self, answer, fault);
        answer.respond()
    }
}

fn log(world: &World, call: &ProviderCall, answer: &Answer, fault: Option<&str>) {
    let subject = world.subject(call.provider, &call.path, &call.shown, &answer.body);
    world.log_request(Request {
        seq: 0,
        provider: call.provider.into(),
        operation: call.operation.clone(),
        method: call.request.method().to_string(),
        path: call.path.clone(),
        body: call.shown.clone(),
        status: answer.status,
        fault: fault.map(str::to_owned),
        at: timestamp(),
        subject,
    });
}
