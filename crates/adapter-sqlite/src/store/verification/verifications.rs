//! Challenges. Each decision about a number waits for the number's lock, so that load, decide by the domain's
//! rule and save are one atomic step.

mod attempts;
mod fallback_row;
mod fallbacks;
mod known_attempts;
pub(crate) mod personal;
mod repeats;
mod row;
mod senders;
mod sends;
mod store_impl;

pub(crate) use self::{
    attempts::{OwnAttempt, breaker, failures_of, judge_own},
    fallback_row::{FallbackRecipient, RECIPIENT},
    known_attempts::{KnownAttempt, known_attempt, last_attempt_of},
    row::{load, load_locked},
    senders::{Sender, known_failure_name, send_counts},
    sends::{NewSend, Terms, add_send, insert},
};

use self::{
    attempts::{attempts_at, judge_attempt, take_attempt},
    fallback_row::FallbackRow,
    fallbacks::{drop_fallbacks, enqueue},
    known_attempts::concurrent_attempts,
    personal::{network_hash, prefix_hash, recipient_hash, requester_key},
    repeats::has_twin,
    row::{VerificationRow, whole, with_sends},
    senders::{failure_name, failure_name_of, kind_of, last_sent_by_pages},
    sends::{begin, begin_resend, open_challenges, record_send},
};
use crate::backend::{Conn, DbId, DbTime, lock_names};
use crate::store::error::SqlError;
use crate::store::{
    messaging::outbox::new_row::NewOutboxRow,
    operations::audit_record::record,
    rows::{column, corrupt, count, lane_name},
    schema::{
        code_failures, number_lookups, outbox, verification_attempts, verification_fallbacks,
        verification_sends, verifications,
    },
    subjects::Vault,
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{
    accounts::proof_is_fresh,
    ids::{MessageId, VerificationId},
    message::{Channel, DeliveryStatus, SendStatus},
    operations::idempotency::Fingerprint,
    phone::PhoneNumber,
    verification::{
        AttemptDecision, AttemptFacts, AttemptRefusal, AttemptResult, Settlement, StartDecision, StartFacts,
        otp::{
            BREAKER_WINDOW, Breaker, Challenge, ChallengeStatus, Count, FALLBACK_AFTER, Failures,
            FallbackDecision, NO_TRANSACTION, OtpPolicy, Purpose, Recipient, SendCounts, hashes_equal,
            next_fallback,
        },
    },
};
use futures_util::FutureExt;
use ports::{
    messaging::Lane,
    store_error::StoreResult,
    subject_keys::SubjectKeyId,
    verification::{
        AttemptRequest, AttemptTicket, AttemptVerdict, BeginResend, BeginVerification, CheckAttempt,
        NewChallenge, OwnCode, ReserveAttempt, SendResult, StartOutcome, Verification, Verifications,
        number_lookup::{LineType, NumberInfo},
    },
};
use uuid::Uuid;

fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    now.checked_add_signed(wait).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The name of a number's lock. Everything that counts codes and check attempts of the number takes it.
pub(crate) fn phone_lock(phone: &str) -> String {
    format!("phone:{phone}")
}

/// Uses up an approved challenge of that number as a proof. False: it proves nothing, or was used before.
pub(crate) async fn use_proof(
    conn: &mut Conn,
    vault: &Vault,
    id: VerificationId,
    recipient: &str,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<bool, SqlError> {
    let Some(row) = load(conn, vault, id).await? else { return Ok(false) };
    let proves = row.to.canonical() == recipient
        && row.columns.purpose == purpose.name()
        && row.columns.used_at.is_none()
        && proof_is_fresh(&row.challenge()?, now);
    if !proves {
        return Ok(false);
    }
    let unused = verifications::table.find(row.columns.id).filter(verifications::used_at.is_null());
    let used = diesel::update(unused).set(verifications::used_at.eq(Some(DbTime(now)))).execute(conn).await?;
    Ok(used == 1)
}
