//! The requests of a script: some fit and some don't, some are new and some are repeated.

use super::{End, LATE, Script};
use crate::{
    examples::{actor, at, folio, id, policy, transfer},
    money::step_up::wait_for_code,
};
use domain::{
    ids::{TransferId, UserId, WalletId},
    money::{
        account_number::AccountNumber,
        ledger::{AccountKind, ReverseTransfer},
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::idempotency::{Fingerprint, IdempotencyKey},
    principal::Principal,
};
use ports::money::{PostRequest, ReverseRequest};

impl Script {
    /// An idempotency key of the script: either a name used several times, or a key of this request alone.
    fn key(&mut self, operation: &str, request: TransferId) -> IdempotencyKey {
        let named = self.dice.happens(30).then(|| self.dice.below(4).to_string());
        IdempotencyKey {
            caller: Principal::Client(format!("script-{}", self.seed)),
            operation: operation.into(),
            key: named.unwrap_or_else(|| format!("id:{request}")),
        }
    }

    /// A request to transfer money, under no limits.
    pub(super) fn request(&mut self, from: End, to: End, minor: i64) -> PostRequest {
        let owner = from.owner.or(to.owner).unwrap_or(UserId(id()));
        let mut request = transfer(owner, from.id, to.id, minor, None);
        let asked = &mut request.command.transfer;
        asked.amount.currency = from.currency;
        asked.created_at = at(self.second);
        if to.owner.is_some() {
            asked.destination = Destination::Wallet { id: to.id, found_by: None };
        } else {
            let number = format!("00000{}", self.dice.below(2));
            asked.destination = Destination::Account(AccountNumber::Plain(number));
        }
        request.command.fingerprint = fingerprint(asked);
        request.command.key = self.key("transfer", request.command.transfer.id);
        request.command.day = self.day();
        request
    }

    pub(super) fn any_request(&mut self) -> PostRequest {
        if self.dice.happens(15)
            && let Some(request) = self.dice.pick(&self.posted)
        {
            return self.again(request);
        }
        let fits = self.dice.happens(90);
        let from = self.dice.pick(&self.ends[if fits { 2 } else { 0 }..]).unwrap();
        let is_fitting = |to: &&End| !fits || (to.currency == from.currency && to.id != from.id);
        let others: Vec<_> = self.ends.iter().filter(is_fitting).copied().collect();
        let to = self.dice.pick(&others).unwrap();
        let minor = if self.dice.happens(80) { self.dice.minor(400) } else { self.dice.minor(1_500) };
        let mut request = self.request(from, to, minor);
        if self.dice.happens(80) {
            request.command.limits = self.limits;
        }
        match self.dice.below(10) {
            0..3 => request.command.transfer.status = TransferStatus::Processing,
            3..5 if from.owner.is_some() => wait_for_code(&mut request, policy(), LATE),
            _ => {}
        }
        request.command.fingerprint = fingerprint(&request.command.transfer);
        self.posted.push(request.clone());
        request
    }

    /// An earlier request under its key: unchanged, or with a higher amount.
    fn again(&mut self, mut request: PostRequest) -> PostRequest {
        let asked = &mut request.command.transfer;
        asked.id = TransferId(id());
        asked.created_at = at(self.second);
        asked.amount.minor += i64::from(self.dice.happens(30));
        request.command.fingerprint = fingerprint(asked);
        request.command.day = self.day();
        request
    }

    pub(super) fn any_reversal(&mut self) -> Option<ReverseRequest> {
        if self.dice.happens(20)
            && let Some(mut request) = self.dice.pick(&self.reversed)
        {
            request.command.id = TransferId(id());
            request.command.at = at(self.second);
            return Some(request);
        }
        let settled = [TransferStatus::Completed, TransferStatus::Reversed];
        let is_person = |wallet: WalletId| self.mirror.accounts[&wallet].kind == AccountKind::Person;
        let fits = |id: &TransferId| {
            let transfer = &self.transfers[id];
            transfer.reverses.is_none() && is_person(transfer.from) && is_person(transfer.to)
        };
        let fitting: Vec<_> = self.having(&settled).into_iter().filter(fits).collect();
        let any: Vec<_> = self.transfers.keys().copied().collect();
        let fits = self.dice.happens(80);
        let original = self.dice.pick(if fits { &fitting } else { &any })?;
        let minor = self.dice.happens(60).then(|| self.dice.minor(300) - 1);
        let reversal = TransferId(id());
        let (of, amount) = (original.to_string(), minor.map(|minor| minor.to_string()));
        let command = ReverseTransfer {
            id: reversal,
            folio: folio(),
            caller: Principal::Client(format!("script-{}", self.seed)),
            minor,
            reason: "wrong person".into(),
            key: self.key("reverse", reversal),
            fingerprint: Fingerprint::of(&[("of", Some(&of)), ("amount", amount.as_deref())]),
            at: at(self.second),
        };
        let request = ReverseRequest { original, command, actor: actor() };
        self.reversed.push(request.clone());
        Some(request)
    }
}

fn fingerprint(asked: &Transfer) -> Fingerprint {
    let (from, to, amount) = (asked.from.to_string(), asked.to.to_string(), asked.amount.to_string());
    let (at, status) = (asked.destination.canonical(), asked.status.name());
    Fingerprint::of(&[
        ("from", Some(&from)),
        ("to", Some(&to)),
        ("at", Some(&at)),
        ("amount", Some(&amount)),
        ("as", Some(status)),
    ])
}
