//! Random scripts of orders, given to the fold and to the model.

use super::{
    model::{Model, Order, ScriptAnswer},
    *,
};
use crate::money::ledger::tests::scripted_store::{Rows, ScriptedStore};
use chrono::Duration;
use proptest::{prelude::*, sample::Index};

/// A line of a script. What it refers to is chosen when it runs.
#[derive(Clone, Debug)]
enum Line {
    Send { status: TransferStatus, from: Index, to: Index, any_end: bool, minor: i64, key: Option<u8> },
    Confirm(Index),
    End(Index, HoldEnd),
    Reverse { which: Index, any_transfer: bool, minor: Option<i64>, key: Option<u8> },
    Repeat(Index),
    RepeatWithMore(Index),
    Wait { minutes: i64 },
}

fn line() -> impl Strategy<Value = Line> {
    let status = prop_oneof![
        4 => Just(TransferStatus::Completed),
        3 => Just(TransferStatus::Processing),
        2 => Just(TransferStatus::PendingVerification),
    ];
    let key = || prop::option::weighted(0.3, 0u8..4);
    let end = prop_oneof![Just(HoldEnd::Captured), Just(HoldEnd::Voided)];
    let minor = prop_oneof![3 => 1i64..400, 1 => 400i64..1_500];
    let send = (status, any::<[Index; 2]>(), prop::bool::weighted(0.15), minor, key()).prop_map(
        |(status, [from, to], any_end, minor, key)| Line::Send { status, from, to, any_end, minor, key },
    );
    let part =
        prop_oneof![2 => Just(None), 3 => (1i64..300).prop_map(Some), 1 => (-1i64..900).prop_map(Some)];
    let reverse = (any::<Index>(), prop::bool::weighted(0.2), part, key())
        .prop_map(|(which, any_transfer, minor, key)| Line::Reverse { which, any_transfer, minor, key });
    prop_oneof![
        10 => send,
        2 => any::<Index>().prop_map(Line::Confirm),
        3 => (any::<Index>(), end).prop_map(|(which, end)| Line::End(which, end)),
        4 => reverse,
        2 => any::<Index>().prop_map(Line::Repeat),
        1 => any::<Index>().prop_map(Line::RepeatWithMore),
        1 => prop_oneof![1i64..40, 600i64..6_000].prop_map(|minutes| Line::Wait { minutes }),
    ]
}

fn limits() -> impl Strategy<Value = Limits> {
    let limit = |range: std::ops::Range<i64>| prop_oneof![3 => Just(0i64), 1 => range];
    let cool_off = prop_oneof![2 => Just(0i64), 1 => 1i64..60].prop_map(Duration::minutes);
    (limit(100..700), limit(300..1_500), limit(300..2_500), cool_off).prop_map(
        |(per_transfer, per_day, per_month, new_payee_cooloff)| Limits {
            currency: Currency::MXN,
            per_transfer,
            per_day,
            per_month,
            new_payee_cooloff,
        },
    )
}

/// A script while it runs.
struct Reading {
    limits: Limits,
    minute: i64,
    asked: Vec<Order>,
    next_id: u128,
}

impl Reading {
    /// The next id, and the minute of its request.
    fn next(&mut self) -> (TransferId, DateTime<Utc>) {
        (self.next_id, self.minute) = (self.next_id + 1, self.minute + 3);
        (TransferId(Uuid::from_u128(self.next_id)), at(self.minute))
    }

    fn day(&self) -> NaiveDate {
        at(self.minute).date_naive()
    }

    /// The order of a line; `None` when there is nothing that it can refer to.
    fn order(&mut self, line: &Line, model: &Model) -> Option<Order> {
        let of = |status, which: &Index| {
            let all: Vec<_> = model.transfers.values().filter(|kept| kept.status == status).collect();
            (!all.is_empty()).then(|| which.get(&all).asked.id)
        };
        match line {
            Line::Send { status, from, to, any_end, minor, key } => {
                let ends = pick_ends(*from, *to, *any_end);
                let order = Order::Send(Box::new(self.send(*status, ends, *minor, *key)));
                self.asked.push(order.clone());
                Some(order)
            }
            Line::Confirm(which) => {
                let id = of(TransferStatus::PendingVerification, which)?;
                self.next();
                Some(Order::Confirm { id, limits: self.limits, day: self.day() })
            }
            Line::End(which, end) => {
                Some(Order::End { id: of(TransferStatus::Processing, which)?, end: *end })
            }
            Line::Reverse { which, any_transfer, minor, key } => {
                let can_be = |id: &&TransferId| *any_transfer || model.is_reversible(**id);
                let all: Vec<_> = model.transfers.keys().filter(can_be).collect();
                let original = (!all.is_empty()).then(|| **which.get(&all))?;
                let (id, at) = self.next();
                let mut command = Box::new(ReverseTransfer { at, ..give_back(id.0.as_u128(), *minor) });
                command.fingerprint = fingerprint_of_reversal(original, *minor);
                if let Some(key) = key {
                    command.key.key = key.to_string();
                }
                let order = Order::Reverse { original, command };
                self.asked.push(order.clone());
                Some(order)
            }
            Line::Repeat(which) => self.again(*which, 0),
            Line::RepeatWithMore(which) => self.again(*which, 1),
            Line::Wait { minutes } => {
                self.minute += minutes;
                None
            }
        }
    }

    fn send(
        &mut self,
        status: TransferStatus,
        (from, to): (WalletId, WalletId),
        minor: i64,
        key: Option<u8>,
    ) -> PostTransfer {
        let (id, created_at) = self.next();
        let ask = if is_in_dollars(from) { pay_dollars } else { pay };
        let mut command = to_be(status, ask(id.0.as_u128(), from, to, minor));
        command.fingerprint = fingerprint_of_sending(&command.transfer);
        command.transfer.created_at = created_at;
        (command.limits, command.day) = (self.limits, self.day());
        if let Some(key) = key {
            command.key.key = key.to_string();
        }
        command
    }

    /// An earlier request again under the same key, with an amount that is higher by `more`.
    fn again(&mut self, which: Index, more: i64) -> Option<Order> {
        let mut order = (!self.asked.is_empty()).then(|| which.get(&self.asked).clone())?;
        let (id, at) = self.next();
        let today = self.day();
        match &mut order {
            Order::Send(command) => {
                let PostTransfer { transfer, fingerprint, day, .. } = command.as_mut();
                (transfer.id, transfer.created_at, *day) = (id, at, today);
                transfer.amount.minor += more;
                *fingerprint = fingerprint_of_sending(transfer);
            }
            Order::Reverse { original, command } => {
                (command.id, command.at) = (id, at);
                command.minor = command.minor.map(|minor| minor + more);
                command.fingerprint = fingerprint_of_reversal(*original, command.minor);
            }
            Order::Confirm { .. } | Order::End { .. } => {}
        }
        Some(order)
    }
}

fn is_in_dollars(id: WalletId) -> bool {
    [ANAS_DOLLARS, BEAS_DOLLARS, clearing_account(usd())].contains(&id)
}

/// Two accounts that fit, or with `any` any two, also unknown ones.
fn pick_ends(from: Index, to: Index, any: bool) -> (WalletId, WalletId) {
    let people = [ANAS, ANAS_SAVINGS, ANAS_DOLLARS, BEAS, BEAS_DOLLARS];
    let outsides = [outside(), clearing_account(usd())];
    let ends = || people.into_iter().chain(outsides);
    let strange = ends().chain([NOBODYS]).collect::<Vec<_>>();
    let from = *from.get(if any { &strange } else { people.as_slice() });
    let fitting: Vec<_> =
        ends().filter(|id| *id != from && is_in_dollars(*id) == is_in_dollars(from)).collect();
    (from, *to.get(if any { &strange } else { &fitting }))
}

fn fingerprint_of_sending(transfer: &Transfer) -> Fingerprint {
    let (from, to, amount) =
        (transfer.from.to_string(), transfer.to.to_string(), transfer.amount.to_string());
    let status = transfer.status.name();
    Fingerprint::of(&[
        ("from", Some(&from)),
        ("to", Some(&to)),
        ("amount", Some(&amount)),
        ("as", Some(status)),
    ])
}

fn fingerprint_of_reversal(original: TransferId, minor: Option<i64>) -> Fingerprint {
    let minor = minor.map(|minor| minor.to_string());
    Fingerprint::of(&[("original", Some(&original.to_string())), ("amount", minor.as_deref())])
}

/// An order that was refused, repeated or sent under a used key leaves no trace, except an outcome under its
/// key and a payee who waits for the cool-off.
fn left_no_trace(before: &Rows, after: &Rows, answer: ScriptAnswer) {
    let (mut answers, mut payees) = (0, 0);
    if let ScriptAnswer::Refused(refusal) = answer {
        answers = usize::from(refusal.is_remembered());
        payees =
            usize::from(matches!(refusal, Refusal::LimitExceeded { limit: LimitExceeded::NewPayee { .. } }));
    }
    assert!(after.outcomes.len() - before.outcomes.len() <= answers, "{answer:?}");
    assert!(after.payees.len() - before.payees.len() <= payees, "{answer:?}");
    let rest = Rows { outcomes: before.outcomes.clone(), payees: before.payees.clone(), ..after.clone() };
    assert_eq!(*before, rest, "{answer:?} moved something");
}

fn read_out(limits: Limits, script: &[Line]) {
    let mut model = Model::new();
    let (mut one_by_one, mut batch) = (ScriptedStore::new(true), ScriptedStore::new(false));
    let mut reading = Reading { limits, minute: 0, asked: Vec::new(), next_id: 0 };
    for line in script {
        let Some(order) = reading.order(line, &model) else { continue };
        let before = one_by_one.rows();
        let expected = model.answer(&order);
        assert_eq!(one_by_one.answer(&order), expected, "{order:?}");
        assert_eq!(batch.answer(&order), expected, "in a batch: {order:?}");
        let after = one_by_one.rows();
        assert_eq!(batch.rows(), after, "a batch is its orders one by one");
        if !matches!(expected, ScriptAnswer::Done(_)) {
            left_no_trace(&before, &after, expected);
        }
        one_by_one.is_sound();
        for account in after.accounts.values().filter(|account| account.kind == AccountKind::Person) {
            assert_eq!((account.posted, account.held), (model.posted(account.id), model.held(account.id)));
            assert_eq!(one_by_one.account(account.id), batch.account(account.id));
        }
        let status_of = |id: &TransferId| one_by_one.transfers[id].status;
        assert!(model.transfers.iter().all(|(id, kept)| kept.status == status_of(id)));
    }
}

proptest! {
    #[test]
    fn any_script_ends_as_in_the_model_and_the_ledger_is_sound_after_each_line(
        limits in limits(),
        script in prop::collection::vec(line(), 1..60),
    ) {
        read_out(limits, &script);
    }
}
