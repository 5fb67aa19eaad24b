//! The demo people with their wallets, for development. It happens once for each database, even when several
//! processes start at the same time: every step has an idempotency key of its own.

use crate::{kernel::Kernel, money::transfer_rules::TransferRules};
use chrono::{DateTime, Duration, Utc};
use domain::{
    accounts::PersonName,
    ids::{TransferId, UserId, WalletId},
    money::{
        Currency, Money,
        account_number::AccountNumber,
        ledger::{PostTransfer, clearing_account},
        limits::Limits,
        transfer::{Destination, Transfer, TransferStatus},
    },
    operations::{
        audit::Actor,
        idempotency::{Fingerprint, IdempotencyKey},
    },
    phone::PhoneNumber,
    principal::Principal,
};
use ports::{
    accounts::{Identities, NameChange, NewPerson, ProfileChange, Users},
    money::{Ledger, PostRequest},
    store_error::StoreResult,
};

/// The opening balance in centavos: 1000.00 MXN.
const OPENING: i64 = 100_000;
/// The loan that the demo people gave each other back, in centavos: 200.00 MXN.
const LOAN: i64 = 20_000;
/// How long ago the demo people met, in days. It is another month, so no limit of today counts it.
const MET_DAYS_AGO: i64 = 40;

/// A demo person.
#[derive(Clone, Debug)]
pub struct DemoPerson {
    /// Their number, proved.
    pub phone: PhoneNumber,
    /// Their first name. The other demo person pays them under it.
    pub first_name: PersonName,
    /// Their opening balance in centavos.
    pub opening_minor: i64,
}

/// The stores and rules that the demo data is written with.
pub struct OpenDemoPeople<'a> {
    /// The port of people and payees.
    pub identities: &'a dyn Identities,
    /// The port of profiles.
    pub users: &'a dyn Users,
    /// The ledger.
    pub ledger: &'a dyn Ledger,
    /// Time and ids.
    pub kernel: &'a Kernel,
    /// The rules of transfers, for the calendar day.
    pub rules: &'a TransferRules,
}

/// A demo person with their wallet.
struct Opened {
    user: UserId,
    wallet: WalletId,
}

/// One movement of the demo data.
struct Movement<'a> {
    key: &'a str,
    owner: UserId,
    from: WalletId,
    to: WalletId,
    /// The number that the payer wrote, and the name of its owner; `None` for an opening balance.
    payee: Option<(PhoneNumber, PersonName)>,
    minor: i64,
    concept: &'a str,
    at: DateTime<Utc>,
}

/// Makes the demo person with this number unless there is one, and credits the opening balance of 1000.00 MXN
/// once.
pub async fn open_demo(
    identities: &dyn Identities,
    ledger: &dyn Ledger,
    kernel: &Kernel,
    rules: &TransferRules,
    phone: PhoneNumber,
) -> StoreResult<()> {
    let Some(person) = open_person(identities, ledger, kernel, &phone).await? else { return Ok(()) };
    post(ledger, kernel, rules, &opening("opening-balance", &person, OPENING, kernel.now())).await
}

impl OpenDemoPeople<'_> {
    /// Makes the two demo people, with their names, opening balances and each other as a payee. Some weeks ago
    /// the second lent the first money and got it back: so both know each other, and the balances are the
    /// opening ones. The first person's opening balance comes in today, so the statement of this month has it.
    ///
    /// # Errors
    /// If the database fails. What is missing is made at the next start.
    pub async fn run(&self, first: &DemoPerson, second: &DemoPerson) -> StoreResult<()> {
        let now = self.kernel.now();
        let met = now.checked_sub_signed(Duration::days(MET_DAYS_AGO)).unwrap_or_default();
        let later = met.checked_add_signed(Duration::days(2)).unwrap_or(met);
        let (Some(one), Some(other)) = (self.open(first).await?, self.open(second).await?) else {
            return Ok(());
        };
        let loan = |key, payer: &Opened, payee: &Opened, person: &DemoPerson, concept, at| Movement {
            key,
            owner: payer.user,
            from: payer.wallet,
            to: payee.wallet,
            payee: Some((person.phone.clone(), person.first_name.clone())),
            minor: LOAN,
            concept,
            at,
        };
        for movement in [
            opening("opening-balance-2", &other, second.opening_minor, met),
            loan("demo-loan", &other, &one, first, "Préstamo", met),
            loan("demo-loan-returned", &one, &other, second, "Pago del préstamo", later),
            opening("opening-balance", &one, first.opening_minor, now),
        ] {
            post(self.ledger, self.kernel, self.rules, &movement).await?;
        }
        Ok(())
    }

    /// Makes a person with their name unless there is one.
    async fn open(&self, person: &DemoPerson) -> StoreResult<Option<Opened>> {
        let opened = open_person(self.identities, self.ledger, self.kernel, &person.phone).await?;
        if let Some(opened) = &opened {
            self.name(opened.user, &person.first_name).await?;
        }
        Ok(opened)
    }

    /// Gives a person their first name, unless they have one.
    async fn name(&self, user: UserId, name: &PersonName) -> StoreResult<()> {
        let profile = self.users.profile(user).await?;
        // Demo people have a number. One that can't be read is sealed under a key that is away: nothing is stored then.
        if profile.is_none_or(|profile| profile.first_name.is_some() || profile.phone.is_none()) {
            return Ok(());
        }
        let change = ProfileChange {
            user,
            first_name: NameChange::Set(name.clone()),
            last_name: NameChange::Keep,
            locale: None,
            phone: None,
            actor: actor(),
        };
        self.users.change_profile(&change, self.kernel.now()).await.map(|_changed| ())
    }
}

/// Makes a person with an empty wallet, unless there is one.
async fn open_person(
    identities: &dyn Identities,
    ledger: &dyn Ledger,
    kernel: &Kernel,
    phone: &PhoneNumber,
) -> StoreResult<Option<Opened>> {
    let person = NewPerson {
        id: UserId(kernel.new_id()),
        phone: phone.clone(),
        wallet: WalletId(kernel.new_id()),
        wallet_name: "Principal".into(),
        currency: Currency::MXN,
    };
    let user = identities.get_or_create(&person, kernel.now()).await?;
    let wallet = ledger.first_wallet(user.id, Currency::MXN).await?;
    Ok(wallet.map(|wallet| Opened { user: user.id, wallet: wallet.id }))
}

/// The opening balance of a person.
fn opening<'a>(key: &'a str, person: &Opened, minor: i64, at: DateTime<Utc>) -> Movement<'a> {
    Movement {
        key,
        owner: person.user,
        from: clearing_account(Currency::MXN),
        to: person.wallet,
        payee: None,
        minor,
        concept: "Saldo inicial",
        at,
    }
}

fn actor() -> Actor {
    Actor { who: Principal::System, channel: "worker".into(), request_id: "demo".into() }
}

/// Posts a movement once.
async fn post(
    ledger: &dyn Ledger,
    kernel: &Kernel,
    rules: &TransferRules,
    movement: &Movement<'_>,
) -> StoreResult<()> {
    let Movement { key, owner, from, to, ref payee, minor, concept, at } = *movement;
    let found_by = payee.as_ref().map(|(phone, _)| AccountNumber::Phone(phone.clone()));
    let transfer = Transfer {
        id: TransferId(kernel.new_id()),
        folio: kernel.draw_folio(),
        caller: Principal::System,
        client_tx_id: None,
        owner,
        from,
        to,
        destination: Destination::Wallet { id: to, found_by },
        amount: Money::new(minor, Currency::MXN),
        concept: Some(concept.into()),
        status: TransferStatus::Completed,
        verification: None,
        reverses: None,
        reversed_minor: 0,
        refusal: None,
        expires_at: None,
        created_at: at,
    };
    let request = PostRequest {
        command: PostTransfer {
            transfer,
            key: IdempotencyKey { caller: Principal::System, operation: "demo".into(), key: key.into() },
            second_key: None,
            fingerprint: Fingerprint::of(&[("demo", Some(key))]),
            limits: Limits::none(Currency::MXN),
            day: rules.day_of(at),
        },
        step_up_challenge: None,
        payee: payee.as_ref().map(|(_, name)| name.as_str().to_owned()),
        actor: actor(),
    };
    ledger.post(&[request], at).await.map(|_outcome| ())
}
