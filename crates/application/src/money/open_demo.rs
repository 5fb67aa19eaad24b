//! The demo people with their wallets, for development. It happens once for each database, even when several
//! processes start at the same time: every step has an idempotency key of its own.

use crate::{kernel::Kernel, money::submit_transfer::TransferRules};
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
    /// The number that the payer wrote; `None` for an opening balance.
    found_by: Option<&'a PhoneNumber>,
    minor: i64,
    concept: &'a str,
    payee: Option<&'a PersonName>,
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
    let opening = ("opening-balance", OPENING, kernel.now());
    open_person(identities, ledger, kernel, rules, &phone, opening).await.map(|_opened| ())
}

impl OpenDemoPeople<'_> {
    /// Makes the two demo people, with their names, opening balances and each other as a payee. Some weeks ago
    /// the second lent the first money and got it back: so both know each other, and the balances are the
    /// opening ones.
    ///
    /// # Errors
    /// If the database fails. What is missing is made at the next start.
    pub async fn run(&self, first: &DemoPerson, second: &DemoPerson) -> StoreResult<()> {
        let Self { identities, ledger, kernel, rules, .. } = *self;
        let met = kernel.now().checked_sub_signed(Duration::days(MET_DAYS_AGO)).unwrap_or_default();
        let mut opened = Vec::new();
        for (key, person) in [("opening-balance", first), ("opening-balance-2", second)] {
            let opening = (key, person.opening_minor, met);
            let one = open_person(identities, ledger, kernel, rules, &person.phone, opening).await?;
            let Some(one) = one else { return Ok(()) };
            self.name(one.user, &person.first_name).await?;
            opened.push(one);
        }
        let [one, other] = opened.as_slice() else { return Ok(()) };
        let lent = ("demo-loan", (other, second), (one, first), "Préstamo", met);
        let later = met.checked_add_signed(Duration::days(2)).unwrap_or(met);
        let returned = ("demo-loan-returned", (one, first), (other, second), "Pago del préstamo", later);
        for (key, (payer, _), (payee, person), concept, at) in [lent, returned] {
            let movement = Movement {
                key,
                owner: payer.user,
                from: payer.wallet,
                to: payee.wallet,
                found_by: Some(&person.phone),
                minor: LOAN,
                concept,
                payee: Some(&person.first_name),
                at,
            };
            post(ledger, kernel, rules, &movement).await?;
        }
        Ok(())
    }

    /// Gives a person their first name, unless they have one.
    async fn name(&self, user: UserId, name: &PersonName) -> StoreResult<()> {
        let profile = self.users.profile(user).await?;
        if profile.is_none_or(|profile| profile.first_name.is_some()) {
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

/// Makes a person unless there is one, and credits their opening balance once: its key, amount and time.
async fn open_person(
    identities: &dyn Identities,
    ledger: &dyn Ledger,
    kernel: &Kernel,
    rules: &TransferRules,
    phone: &PhoneNumber,
    (key, minor, at): (&str, i64, DateTime<Utc>),
) -> StoreResult<Option<Opened>> {
    let person = NewPerson {
        id: UserId(kernel.new_id()),
        phone: phone.clone(),
        wallet: WalletId(kernel.new_id()),
        wallet_name: "Principal".into(),
        currency: Currency::MXN,
    };
    let user = identities.get_or_create(&person, kernel.now()).await?;
    let Some(wallet) = ledger.first_wallet(user.id, Currency::MXN).await? else { return Ok(None) };
    let opening = Movement {
        key,
        owner: user.id,
        from: clearing_account(Currency::MXN),
        to: wallet.id,
        found_by: None,
        minor,
        concept: "Saldo inicial",
        payee: None,
        at,
    };
    post(ledger, kernel, rules, &opening).await?;
    Ok(Some(Opened { user: user.id, wallet: wallet.id }))
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
    let Movement { key, owner, from, to, found_by, minor, concept, payee, at } = *movement;
    let found_by = found_by.cloned().map(AccountNumber::Phone);
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
            fingerprint: Fingerprint::of(&[("demo", Some(key))]),
            limits: Limits::none(Currency::MXN),
            day: rules.day_of(at),
        },
        step_up_challenge: None,
        payee: payee.map(|name| name.as_str().to_owned()),
        actor: actor(),
    };
    ledger.post(&[request], at).await.map(|_outcome| ())
}
