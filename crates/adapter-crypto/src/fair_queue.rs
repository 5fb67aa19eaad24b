//! A queue in which network addresses take turns: a caller who asks often waits behind their own
//! passwords, and not before those of others.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// The queue is full, and the newcomer's address has the longest line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Lets a few work at once; the others wait.
pub(crate) struct FairQueue {
    state: Mutex<State>,
    waiting_max: usize,
}

struct State {
    /// How many more may work now.
    free: usize,
    waiting: usize,
    /// Who waits, by address, in the order in which they came. No line is empty.
    lines: HashMap<String, VecDeque<oneshot::Sender<Turn>>>,
    /// The addresses in the order of their turns.
    order: VecDeque<String>,
}

/// The right to work, until it is dropped.
pub(crate) struct Turn(Option<Arc<FairQueue>>);

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(queue) = self.0.take() {
            queue.pass_on();
        }
    }
}

impl State {
    /// The one whose turn it is. None if nobody waits.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let address = self.order.pop_front()?;
        let line = self.lines.get_mut(&address)?;
        let first = line.pop_front();
        if line.is_empty() {
            self.lines.remove(&address);
        } else {
            self.order.push_back(address);
        }
        self.waiting = self.waiting.saturating_sub(1);
        first
    }

    /// Makes room by sending the last one of the longest line away, unless that is the newcomer's own line.
    fn make_room(&mut self, newcomer: &str) -> Result<(), Full> {
        let own = self.lines.get(newcomer).map_or(0, VecDeque::len);
        let longest =
            self.lines.iter().max_by_key(|(_, line)| line.len()).map(|(address, _)| address.clone());
        let longest = longest.ok_or(Full)?;
        let line = self.lines.get_mut(&longest).ok_or(Full)?;
        if line.len() <= own.saturating_add(1) {
            return Err(Full);
        }
        // Dropping it tells the one who waits.
        drop(line.pop_back());
        self.waiting = self.waiting.saturating_sub(1);
        Ok(())
    }
}

impl FairQueue {
    /// `at_once` work at the same time, and at most `waiting_max` wait.
    pub(crate) fn new(at_once: usize, waiting_max: usize) -> Arc<Self> {
        let state = State { free: at_once.max(1), waiting: 0, lines: HashMap::new(), order: VecDeque::new() };
        Arc::new(Self { state: Mutex::new(state), waiting_max })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn.
    pub(crate) async fn turn(self: &Arc<Self>, address: &str) -> Result<Turn, Full> {
        let wait = {
            let mut state = self.lock();
            if state.free > 0 {
                state.free = state.free.saturating_sub(1);
                return Ok(Turn(Some(self.clone())));
            }
            if state.waiting >= self.waiting_max {
                state.make_room(address)?;
            }
            let (turn, wait) = oneshot::channel();
            let line = state.lines.entry(address.to_owned()).or_default();
            line.push_back(turn);
            if line.len() == 1 {
                state.order.push_back(address.to_owned());
            }
            state.waiting = state.waiting.saturating_add(1);
            wait
        };
        wait.await.map_err(|_sent_away| Full)
    }

    /// Gives a turn that ended to the next who still waits.
    fn pass_on(self: Arc<Self>) {
        loop {
            let next = {
                let mut state = self.lock();
                let next = state.next();
                if next.is_none() {
                    state.free = state.free.saturating_add(1);
                }
                next
            };
            let Some(next) = next else { return };
            match next.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // They stopped waiting. This turn must not pass itself on while it is dropped.
                Err(mut unused) => drop(unused.0.take()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::pin::Pin;

    type Waits = Pin<Box<dyn Future<Output = Result<Turn, Full>>>>;

    /// Someone who waits: asked once, so that they stand in the queue.
    fn waits(queue: &Arc<FairQueue>, address: &'static str) -> Waits {
        let queue = queue.clone();
        let mut wait: Waits = Box::pin(async move { queue.turn(address).await });
        assert!((&mut wait).now_or_never().is_none(), "{address} has to wait");
        wait
    }

    fn has_turn(wait: &mut Waits) -> Option<Turn> {
        wait.now_or_never().map(Result::unwrap)
    }

    #[tokio::test]
    async fn addresses_take_turns() {
        let queue = FairQueue::new(1, 10);
        let working = queue.turn("flood").await.unwrap();
        let mut flood = [waits(&queue, "flood"), waits(&queue, "flood"), waits(&queue, "flood")];
        let mut other = waits(&queue, "other");
        drop(working);
        let first = has_turn(&mut flood[0]).expect("who came first is first");
        drop(first);
        assert!(has_turn(&mut flood[1]).is_none());
        drop(has_turn(&mut other).expect("then it is another address's turn"));
        drop(has_turn(&mut flood[1]).expect("and then the first one's again"));
        drop(has_turn(&mut flood[2]).expect("until nobody waits"));
        assert!(queue.turn("late").now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_full_queue_sends_the_flooder_away_and_not_the_newcomer() {
        let queue = FairQueue::new(1, 2);
        let working = queue.turn("flood").await.unwrap();
        let (mut first, mut last) = (waits(&queue, "flood"), waits(&queue, "flood"));
        assert_eq!(queue.turn("flood").now_or_never().unwrap().err(), Some(Full));
        let mut other = waits(&queue, "other");
        assert_eq!((&mut last).now_or_never().unwrap().err(), Some(Full));
        assert_eq!(queue.turn("third").now_or_never().unwrap().err(), Some(Full), "nobody has more than one");
        drop(working);
        drop(has_turn(&mut first).unwrap());
        drop(has_turn(&mut other).unwrap());
    }

    #[tokio::test]
    async fn who_stops_waiting_costs_nobody_a_turn() {
        let queue = FairQueue::new(1, 10);
        let working = queue.turn("a").await.unwrap();
        let (gone, given, mut last) = (waits(&queue, "a"), waits(&queue, "b"), waits(&queue, "c"));
        drop(gone);
        drop(working);
        // The turn is given to the second, who stops before taking it.
        drop(given);
        assert!(has_turn(&mut last).is_some());
        drop(last);
        assert!(queue.turn("d").now_or_never().is_some());
    }
}
