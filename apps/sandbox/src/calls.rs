//! What every call to a provider goes through: a fault may strike, the work is done, it is written down.

use crate::{
    answer::Answer,
    faults::{Fault, FaultKind},
    hangup::hang_up,
    memory::Request,
    world::{Shared, World, timestamp},
};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use std::time::Duration;

/// How long a held connection is held at the most.
pub(crate) const HELD_FOR: Duration = Duration::from_mins(2);

/// A call as it came, and what the wire shows of it: `path` and `shown` bear no secret.
pub(crate) struct ProviderCall {
    pub(crate) world: Shared,
    pub(crate) request: HttpRequest,
    pub(crate) provider: &'static str,
    pub(crate) operation: String,
    pub(crate) path: String,
    pub(crate) shown: Value,
}

impl ProviderCall {
    /// What the provider refuses before it looks at the request itself; no fault strikes.
    pub(crate) fn refuse(&self, refusal: &Answer) -> HttpResponse {
        self.finish(refusal, None)
    }

    /// Lets a fault strike, does the work, writes it down, answers.
    pub(crate) async fn answer(self, work: impl FnOnce(&Shared) -> Answer) -> HttpResponse {
        let chance = self.world.chance();
        let fault = self.world.memory().faults.strike(self.provider, &self.operation, chance);
        match fault {
            Some(fault) => self.strike(fault, work).await,
            None => self.finish(&work(&self.world), None),
        }
    }

    async fn strike(self, fault: Fault, work: impl FnOnce(&Shared) -> Answer) -> HttpResponse {
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
        log(&self.world, self, answer.status, fault);
        answer.respond()
    }
}

fn log(world: &World, call: &ProviderCall, status: u16, fault: Option<&str>) {
    world.log_request(Request {
        seq: 0,
        provider: call.provider.into(),
        operation: call.operation.clone(),
        method: call.request.method().to_string(),
        path: call.path.clone(),
        body: call.shown.clone(),
        status,
        fault: fault.map(str::to_owned),
        at: timestamp(),
    });
}
