//! Erase a person: ask, take back, and carry out.
//!
//! A worker carries out what is due, under a lease. An erasure that has begun goes on after a crash, from the first part
//! that is not noted as done.

use crate::{error_chain::describe, kernel::Kernel};
use chrono::{DateTime, Duration, Utc};
use domain::{
    ids::UserId,
    operations::audit::Actor,
    principal::Principal,
    privacy::{Obstacle, Receipt, TAKE_BACK},
};
use ports::{
    accounts::MfaProof,
    operations::Leases,
    privacy::{
        Advanced, AskErasure, BeginErasure, Begun, Erasure, ErasureAsked, ErasureTerms, Erasures, TakenBack,
    },
    store_error::StoreResult,
};
use std::sync::Arc;
use uuid::Uuid;

/// How long the lease of the worker is held. It is extended before each person.
const LEASE: Duration = Duration::minutes(2);
/// The name of the lease.
const LEASE_NAME: &str = "erasures";
/// How many people are erased in one go.
const DUE_MAX: i64 = 16;

/// Erases people.
pub struct ErasePerson {
    erasures: Arc<dyn Erasures>,
    leases: Arc<dyn Leases>,
    holder: Uuid,
    kernel: Kernel,
}

/// The outcome of an erasure at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erased {
    /// The person is erased, now or before.
    Done(Receipt),
    /// These stand in the way; nothing was erased.
    InTheWay(Vec<Obstacle>),
    /// It was taken back, or put off.
    NotDue,
    /// There is no such person.
    NoSuchPerson,
}

impl ErasePerson {
    /// Builds the use case. It is one process to the lease.
    #[must_use]
    pub fn new(erasures: Arc<dyn Erasures>, leases: Arc<dyn Leases>, kernel: Kernel) -> Self {
        let holder = kernel.new_id();
        Self { erasures, leases, holder, kernel }
    }

    /// Notes that a person is to be erased in [`TAKE_BACK`].
    #[tracing::instrument(name = "ask_erasure", level = "debug", skip_all, fields(%user))]
    pub async fn ask(
        &self,
        user: UserId,
        proof: Option<MfaProof>,
        actor: &Actor,
    ) -> StoreResult<ErasureAsked> {
        let now = self.kernel.now();
        let execute_at = now.checked_add_signed(TAKE_BACK).unwrap_or(now);
        let request = AskErasure { user, proof, execute_at, actor: actor.clone() };
        self.erasures.ask_erasure(&request, now).await
    }

    /// Withdraws it, as long as it has not begun.
    #[tracing::instrument(name = "take_erasure_back", level = "debug", skip_all, fields(%user))]
    pub async fn take_back(&self, user: UserId, actor: &Actor) -> StoreResult<TakenBack> {
        self.erasures.take_erasure_back(user, actor, self.kernel.now()).await
    }

    /// What stands in the way of a person's erasure now; it is looked at again when the erasure begins.
    pub async fn obstacles(&self, user: UserId) -> StoreResult<Vec<Obstacle>> {
        self.erasures.erasure_obstacles(user).await
    }

    /// A person's erasure, if one was asked for.
    pub async fn find(&self, user: UserId) -> StoreResult<Option<Erasure>> {
        self.erasures.find_erasure(user).await
    }

    /// Erases a person now, from the first step to the receipt.
    #[tracing::instrument(name = "erase_person", level = "debug", skip_all, fields(%user))]
    pub async fn erase_now(&self, user: UserId, actor: &Actor) -> StoreResult<Erased> {
        self.carry_out(BeginErasure { user, terms: ErasureTerms::AtOnce, actor: actor.clone() }).await
    }

    /// Erases a person again who was erased before the database was restored from an older copy, whatever stands in the
    /// way now: their keys are gone.
    #[tracing::instrument(name = "erase_person_again", level = "debug", skip_all, fields(%user))]
    pub async fn erase_again(&self, user: UserId, actor: &Actor) -> StoreResult<Erased> {
        self.carry_out(BeginErasure { user, terms: ErasureTerms::Again, actor: actor.clone() }).await
    }

    /// Carries out what is due, if no other process does. Returns how many people were erased. What stands in the way of
    /// one stops no other.
    #[tracing::instrument(name = "run_erasures", level = "debug", skip_all)]
    pub async fn run_due(&self) -> StoreResult<usize> {
        self.erasures.end_kept(self.kernel.now()).await?;
        let due = self.erasures.due_erasures(DUE_MAX, self.kernel.now()).await?;
        let mut erased = 0_usize;
        for user in due {
            if !self.holds_lease().await? {
                return Ok(erased);
            }
            let request = BeginErasure { user, terms: ErasureTerms::Due, actor: worker(user) };
            let erased_now = match self.carry_out(request).await {
                Ok(done) => done,
                Err(error) => {
                    tracing::error!(%user, error = %describe(&error), "an erasure failed; it is tried again");
                    continue;
                }
            };
            match erased_now {
                Erased::Done(_) => {
                    tracing::info!(%user, "a person was erased");
                    erased = erased.saturating_add(1);
                }
                Erased::InTheWay(obstacles) => {
                    let names: Vec<_> = obstacles.into_iter().map(Obstacle::name).collect();
                    tracing::warn!(%user, ?names, "a person can't be erased; they can ask again");
                }
                Erased::NotDue => tracing::info!(%user, "an erasure was taken back in time"),
                Erased::NoSuchPerson => {}
            }
        }
        Ok(erased)
    }

    async fn holds_lease(&self) -> StoreResult<bool> {
        let now = self.kernel.now();
        let until: DateTime<Utc> = now.checked_add_signed(LEASE).unwrap_or(now);
        self.leases.hold_lease(LEASE_NAME, self.holder, now, until).await
    }

    async fn carry_out(&self, request: BeginErasure) -> StoreResult<Erased> {
        match self.erasures.begin_erasure(&request, self.kernel.now()).await? {
            Begun::Begun => {}
            Begun::Done(receipt) => return Ok(Erased::Done(receipt)),
            Begun::InTheWay(obstacles) => return Ok(Erased::InTheWay(obstacles)),
            Begun::NotDue => return Ok(Erased::NotDue),
            Begun::NoSuchPerson => return Ok(Erased::NoSuchPerson),
        }
        loop {
            let advanced =
                self.erasures.advance_erasure(request.user, &request.actor, self.kernel.now()).await?;
            match advanced {
                Advanced::Part(step) => tracing::debug!(step = step.name(), "a part of an erasure is done"),
                Advanced::Done(receipt) => return Ok(Erased::Done(receipt)),
                Advanced::NotBegun => return Ok(Erased::NoSuchPerson),
            }
        }
    }
}

/// The actor of what the worker does.
fn worker(user: UserId) -> Actor {
    Actor { who: Principal::System, channel: "worker".into(), request_id: format!("erasure:{user}") }
}
