//! The step-up codes of payments: whether one may be sent, decided in the posting transaction, and the
//! challenge that is filed with its transfer.

use crate::{
    backend::{Conn, DbId, lock_names},
    store::{
        error::SqlError,
        messaging::outbox::new_row::NewOutboxRow,
        schema::outbox,
        subjects::Vault,
        verification::verifications::{self, Sender},
    },
};
use chrono::{DateTime, Utc};
use diesel_async::RunQueryDsl;
use domain::{
    money::{
        ledger::{Decision, Outcome, PostingBatch},
        transfer::Transfer,
    },
    principal::Principal,
    verification::{
        SendRefusal, StartDecision, StartFacts,
        otp::{Purpose, Recipient},
    },
};
use ports::{
    money::{PostRequest, StepUpChallenge},
    verification::NewChallenge,
};
use std::collections::BTreeMap;

/// What is known about the numbers to which a batch may send codes. Their locks are held.
#[derive(Default)]
pub(super) struct PaymentCodes(BTreeMap<String, StartFacts>);

impl PaymentCodes {
    /// Takes the locks of all numbers to which the requests may send codes, and reads what the decisions are
    /// made from. Must come before the locks of accounts, as everywhere.
    pub(super) async fn lock(
        conn: &mut Conn,
        vault: &Vault,
        requests: &[(PostRequest, DateTime<Utc>)],
        now: DateTime<Utc>,
    ) -> Result<Self, SqlError> {
        let steps = requests.iter().filter_map(|(request, _)| request.step_up_challenge.as_ref());
        let wanted: BTreeMap<String, Recipient> =
            steps.map(|step| (step.phone.e164().to_owned(), step.phone.clone().into())).collect();
        if wanted.is_empty() {
            return Ok(Self::default());
        }
        let locks: Vec<String> = wanted.keys().map(|phone| verifications::phone_lock(phone)).collect();
        lock_names(conn, &locks).await?;
        let breaker = verifications::breaker(conn, now).await?;
        let mut numbers = BTreeMap::new();
        for (phone, to) in wanted {
            let failures =
                verifications::failures_of(conn, &verifications::known_failure_name(vault, &to)).await?;
            let counts = verifications::send_counts(conn, vault, &to, Sender::default(), true, now).await?;
            let facts = StartFacts { breaker, ..StartFacts::of(failures, counts) };
            numbers.insert(phone, facts);
        }
        Ok(Self(numbers))
    }

    /// The check attempts of the code that may be sent for this request. `None`: none is needed, or the
    /// request was decided before and sends none.
    pub(super) fn allow(
        &self,
        batch: &PostingBatch,
        request: &PostRequest,
        now: DateTime<Utc>,
    ) -> Result<Option<u32>, SendRefusal> {
        let Some(step) = &request.step_up_challenge else { return Ok(None) };
        if request.command.keys().any(|key| batch.outcomes.contains_key(key)) {
            return Ok(None);
        }
        let Some(facts) = self.0.get(step.phone.e164()) else { return Ok(None) };
        match facts.decide(&step.policy, now) {
            StartDecision::Send { attempts_max } => Ok(Some(attempts_max)),
            StartDecision::Repeat | StartDecision::KeepOpen => Ok(None),
            StartDecision::Refuse(refusal) => Err(refusal),
        }
    }

    /// Counts the code of a request that was accepted, for those behind it in the batch.
    pub(super) fn count(&mut self, request: &PostRequest, decision: &Decision, now: DateTime<Utc>) {
        if let (Decision::Decided(Outcome::Accepted(_)), Some(step)) = (decision, &request.step_up_challenge)
            && let Some(facts) = self.0.get_mut(step.phone.e164())
        {
            facts.counts.destination.add(now);
        }
    }
}

/// Stores the challenge of a waiting transfer, its send, and the message with its code.
pub(super) async fn file(
    conn: &mut Conn,
    vault: &Vault,
    transfer: &Transfer,
    step: &StepUpChallenge,
    attempts_max: u32,
    now: DateTime<Utc>,
) -> Result<(), SqlError> {
    let new = NewChallenge {
        id: step.verification,
        requester: Principal::Transfer(transfer.id),
        to: step.phone.clone().into(),
        channel: step.message.message.channel,
        purpose: Purpose::Transfer,
        client_ip: None,
        origin: None,
        page: None,
        locale: None,
        fallback: Vec::new(),
    };
    let terms = verifications::Terms { expires_at: step.expires_at, attempts_max };
    verifications::insert(conn, vault, &new, None, Some(&step.code), terms, now).await?;
    let send = verifications::NewSend {
        verification: DbId(new.id.0),
        to: &new.to,
        is_payment: true,
        sender: Sender::default(),
        channel: new.channel,
        message: Some(step.message.message.id),
        effect_key: None,
    };
    verifications::add_send(conn, vault, &send, now).await?;
    let row = NewOutboxRow::new(conn, vault, &step.message, None, now).await?;
    diesel::insert_into(outbox::table).values(row).execute(conn).await?;
    Ok(())
}
