//! What nearly every use case needs from outside: the time, new ids and random bytes.

use chrono::{DateTime, Utc};
use domain::money::folio::Folio;
use ports::{
    clock::Clock,
    ids_and_random::{IdGenerator, Random},
};
use std::sync::Arc;
use uuid::Uuid;

/// The clock, the ids and the random source. Copies share them, so a test that moves the clock moves it for
/// all.
#[derive(Clone)]
pub struct Kernel {
    /// Gives the time.
    pub clock: Arc<dyn Clock>,
    /// Makes new ids.
    pub ids: Arc<dyn IdGenerator>,
    /// Fills buffers with random bytes.
    pub random: Arc<dyn Random>,
}

impl Kernel {
    /// The time now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A folio drawn at random. The ledger takes the next one where it is taken.
    #[must_use]
    pub fn draw_folio(&self) -> Folio {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        Folio::of_random(u64::from_be_bytes(bytes))
    }

    /// An id that was not used before.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        self.ids.new_id()
    }
}
