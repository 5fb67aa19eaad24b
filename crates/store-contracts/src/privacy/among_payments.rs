//! Erasures among live payments: whatever the order, no money is lost and nobody is half erased.

use super::erasures::{begin, finish};
use crate::{
    Stores,
    examples::{at, person, transfer},
    money::ledger::{balance, is_sound, post},
};
use domain::privacy::Obstacle;
use futures_util::future::{join, join_all};
use ports::{money::WalletView, privacy::Begun};

/// People who pay each other in a circle while they are erased.
const PEOPLE: u32 = 1_000;
const ROUNDS: usize = 3;
/// What the payments of a round can not lose, in minor units.
const EACH: i64 = 10;

/// Of people who pay each other while they are erased, each is erased whole or not at all.
pub async fn erasures_among_payments_lose_nothing(store: impl Stores) {
    let store = &store;
    let mut circle: Vec<WalletView> = Vec::new();
    for n in 0..PEOPLE {
        circle.push(person(store, n + 1, EACH).await);
    }
    let mut erased = 0_usize;
    for round in 0..ROUNDS {
        let pays = circle.iter().enumerate().map(|(at, payer)| {
            // In each round others empty their wallets: into the next one, or into one further on.
            let payee = &circle[(at + round + 1) % circle.len()];
            post(store, transfer(payer.user, payer.id, payee.id, EACH, None))
        });
        let erasures =
            circle.iter().enumerate().filter(|(at, _)| at % ROUNDS == round).map(|(_, wallet)| async {
                match begin(store, wallet.user, 10).await {
                    Begun::Begun => {
                        finish(store, wallet.user, 11).await;
                        assert_eq!(balance(store, wallet.id).await, 0, "who is erased has nothing left");
                        1
                    }
                    Begun::InTheWay(obstacles) => {
                        assert_eq!(obstacles, [Obstacle::MoneyLeft]);
                        0
                    }
                    other => panic!("{other:?}"),
                }
            });
        let (_, done) = join(join_all(pays), join_all(erasures)).await;
        erased += done.iter().sum::<usize>();
    }
    let mut left = 0;
    for wallet in &circle {
        left += balance(store, wallet.id).await;
    }
    assert_eq!(left, EACH * i64::from(PEOPLE), "no money is lost, {erased} people were erased");
    is_sound(store).await;
    while store.seal(at(20)).await.unwrap().is_some() {}
    assert_eq!(store.verify_chain(None).await.unwrap().faults, []);
}
