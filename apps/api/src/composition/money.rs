//! Builds the use cases of money.

use super::Foundation;
use crate::{
    config::{AppEnv, Settings},
    stores::Stores,
};
use adapter_crypto::HmacCodeHasher;
use adapter_locales::BuiltInTexts;
use application::{
    kernel::Kernel,
    money::{
        bank_entries::TakeEntries,
        cancel_transfer::CancelTransfer,
        confirm_transfer::ConfirmTransfer,
        deposit::{Adjustments, DepositPolicy, Deposits},
        figures::{Figures, FiguresParts},
        incoming::TakeIncoming,
        open_demo::{DemoPerson, OpenDemoPeople},
        open_wallet::OpenWallet,
        outbound::{
            OutboundPolicy, carry_out_payments::CarryOutPayments, payment_inquiries::PaymentInquiries,
            take_bank_word::TakeBankWord,
        },
        payees::PayeeBook,
        payment_code::{PaymentCodes, ResendPaymentCode},
        prepare_transfer::{PrepareTransfer, PrepareTransferParts},
        receiving::Receiving,
        reconcile::{Reconcile, ReconcileByItself},
        reverse_transfer::ReverseTransfer,
        statement::Statements,
        submit_transfer::{SubmitTransfer, SubmitTransferParts},
        transfer_rules::TransferRules,
        wallets::Wallets,
    },
};
use chrono::Duration;
use domain::{
    accounts::PersonName,
    channel_account::ChannelAccount,
    money::{limits::Limits, transfer::OffUsSettlement},
    phone::PhoneNumber,
};
use ports::money::{
    Reconciliations,
    core_bank::{BankNotices, CoreBank},
};
use std::sync::Arc;
#[cfg(feature = "sandbox")]
use {
    application::money::deposit::{DepositRequest, DepositTarget},
    domain::{money::ledger::Outcome, operations::audit::Actor, principal::Principal},
};

/// The demo people: number, first name and opening balance in centavos. Only the first wallet ever holds exactly
/// 1000.00; the second has enough to show the second step.
const DEMO_PEOPLE: [(&str, &str, i64); 2] =
    [("+521234567890", "Sofía", 100_000), ("+521234567891", "Mateo", 2_500_000)];

/// What the chip of the phones page deposits, in the default currency.
#[cfg(feature = "sandbox")]
const CHIP_AMOUNT: &str = "5000.00";

/// The use cases of money.
pub(crate) struct Money {
    pub(crate) settings: Arc<Settings>,
    pub(crate) kernel: Kernel,
    pub(crate) wallets: Wallets,
    pub(crate) open_wallet: Arc<OpenWallet>,
    pub(crate) statements: Statements,
    pub(crate) prepare: Arc<PrepareTransfer>,
    pub(crate) figures: Arc<Figures>,
    pub(crate) payees: Arc<PayeeBook>,
    pub(crate) submit: Arc<SubmitTransfer>,
    pub(crate) confirm: Arc<ConfirmTransfer>,
    pub(crate) resend_code: Arc<ResendPaymentCode>,
    pub(crate) cancel: Arc<CancelTransfer>,
    pub(crate) reverse: Arc<ReverseTransfer>,
    pub(crate) receiving: Arc<Receiving>,
    pub(crate) deposits: Arc<Deposits>,
    pub(crate) inquiries: Arc<PaymentInquiries>,
    pub(crate) reconciliations: Arc<dyn Reconciliations>,
    /// `None`: no outside bank is set up, and off-us transfers settle at once.
    pub(crate) bank: Option<Arc<OutsideBank>>,
    rules: Arc<TransferRules>,
    store: Arc<dyn Stores>,
}

/// How the outside bank is reached, from the settings.
pub(crate) struct BankConnection {
    pub(crate) client: Arc<dyn CoreBank>,
    /// `None`: the bank has no way to tell us anything by itself.
    pub(crate) notices: Option<Arc<dyn BankNotices>>,
    pub(crate) policy: OutboundPolicy,
    /// Our account at the bank.
    pub(crate) account: String,
    pub(crate) reconcile_every: Duration,
}

/// The use cases of payments to the outside bank.
pub(crate) struct OutsideBank {
    pub(crate) carry_out: CarryOutPayments,
    pub(crate) words: Arc<TakeBankWord>,
    pub(crate) entries: Arc<TakeEntries>,
    pub(crate) reconcile: Arc<Reconcile>,
    pub(crate) reconcile_by_itself: ReconcileByItself,
    pub(crate) policy: OutboundPolicy,
    pub(crate) notices: Option<Arc<dyn BankNotices>>,
}

impl OutsideBank {
    /// Builds them. No worker runs yet.
    pub(super) fn build(
        settings: &Settings,
        store: &Arc<dyn Stores>,
        kernel: &Kernel,
        connection: BankConnection,
    ) -> Self {
        let BankConnection { client, notices, policy, account, reconcile_every } = connection;
        let words = Arc::new(TakeBankWord::new(store.clone(), store.clone(), kernel.clone(), policy.rules));
        let deposits = unlimited_deposits(settings, store, kernel);
        let home = settings.default_region;
        let incoming = TakeIncoming::new(store.clone(), store.clone(), deposits, home);
        let entries = Arc::new(TakeEntries::new(words.clone(), incoming));
        let reconcile =
            Reconcile::new(store.clone(), client.clone(), entries.clone(), account, kernel.clone());
        let reconcile = Arc::new(reconcile);
        let by_itself =
            ReconcileByItself::new(reconcile.clone(), store.clone(), policy, reconcile_every, kernel.clone());
        Self {
            reconcile,
            reconcile_by_itself: by_itself,
            carry_out: CarryOutPayments::new(store.clone(), store.clone(), client, kernel.clone(), policy),
            words,
            entries,
            policy,
            notices,
        }
    }
}

impl Money {
    /// Builds them. Step-up codes go out from `sms_account`, if there is one. With a connection to an outside bank, it
    /// carries off-us transfers out.
    pub(super) fn build(
        base: &Foundation,
        sms_account: Option<ChannelAccount>,
        bank: Option<BankConnection>,
    ) -> Self {
        let Foundation { settings, store, kernel, .. } = base;
        let off_us = if bank.is_some() { OffUsSettlement::ByBank } else { OffUsSettlement::AtOnce };
        let rules = Arc::new(TransferRules { off_us, ..transfer_rules(settings, sms_account) });
        let hasher = Arc::new(HmacCodeHasher::new(&settings.hmac_secret));
        let region = settings.default_region;
        let prepare = PrepareTransferParts {
            ledger: store.clone(),
            identities: store.clone(),
            payees: store.clone(),
            statements: store.clone(),
        };
        let figures =
            FiguresParts { ledger: store.clone(), payees: store.clone(), statements: store.clone() };
        let texts = Arc::new(BuiltInTexts);
        let codes = Arc::new(PaymentCodes::new(hasher.clone(), texts, kernel.clone(), rules.clone()));
        let submit =
            SubmitTransferParts { ledger: store.clone(), identities: store.clone(), codes: codes.clone() };
        let resend_code =
            ResendPaymentCode::new(store.clone(), store.clone(), codes, kernel.clone(), rules.clone());
        let confirm =
            ConfirmTransfer::new(store.clone(), store.clone(), hasher, kernel.clone(), rules.clone());
        let open_wallet = OpenWallet::new(store.clone(), kernel.clone(), settings.wallets_per_person);
        Self {
            settings: settings.clone(),
            kernel: kernel.clone(),
            wallets: Wallets::new(store.clone(), settings.default_currency),
            open_wallet: Arc::new(open_wallet),
            statements: Statements::new(store.clone(), settings.default_time_zone, kernel.clone()),
            prepare: Arc::new(PrepareTransfer::new(prepare, region, kernel.clone(), rules.clone())),
            figures: Arc::new(Figures::new(figures, region, kernel.clone(), rules.clone())),
            payees: Arc::new(PayeeBook::new(store.clone(), kernel.clone())),
            submit: Arc::new(SubmitTransfer::new(submit, kernel.clone(), rules.clone())),
            confirm: Arc::new(confirm),
            resend_code: Arc::new(resend_code),
            cancel: Arc::new(CancelTransfer::new(store.clone(), kernel.clone())),
            reverse: Arc::new(ReverseTransfer::new(store.clone(), kernel.clone())),
            deposits: Arc::new(deposits(settings, store.clone())),
            receiving: Arc::new(Receiving::new(store.clone(), kernel.clone())),
            inquiries: Arc::new(PaymentInquiries::new(store.clone(), kernel.clone())),
            reconciliations: store.clone(),
            bank: bank.map(|connection| Arc::new(OutsideBank::build(settings, store, kernel, connection))),
            rules,
            store: store.clone(),
        }
    }

    /// Deposits the amount of the phones page's chip for the person who proved that number.
    #[cfg(feature = "sandbox")]
    pub(crate) async fn deposit_for_phone(&self, phone: &PhoneNumber) -> Result<(), String> {
        let known = self.store.find_by_phone(phone).await.map_err(|fault| fault.to_string())?;
        let person = known.ok_or("nobody has proved this number")?;
        let actor = Actor { who: Principal::System, channel: "sandbox".into(), request_id: "deposit".into() };
        let target = DepositTarget::FirstWalletOf(person.id);
        let reference = format!("phones page {}", self.kernel.new_id());
        let request = DepositRequest::of(Principal::System, actor, target, CHIP_AMOUNT.to_owned(), reference);
        match self.deposits.run(request).await {
            Ok(done) => match done.outcome {
                Outcome::Accepted(_) => Ok(()),
                Outcome::Refused(refusal) => Err(refusal.name().to_owned()),
            },
            Err(fault) => Err(fault.to_string()),
        }
    }

    /// Creates the demo people, if there are none yet.
    pub(crate) async fn open_demo(&self) -> Result<(), String> {
        let store = self.store.as_ref();
        let [first, second] = DEMO_PEOPLE.map(demo_person);
        let demo = OpenDemoPeople {
            identities: store,
            users: store,
            ledger: store,
            kernel: &self.kernel,
            rules: &self.rules,
        };
        demo.run(&first?, &second?).await.map_err(|fault| fault.to_string())
    }
}

fn demo_person((phone, first_name, opening_minor): (&str, &str, i64)) -> Result<DemoPerson, String> {
    Ok(DemoPerson {
        phone: PhoneNumber::parse_international(phone).map_err(|fault| fault.to_string())?,
        first_name: PersonName::parse(first_name).map_err(|fault| fault.to_string())?,
        opening_minor,
    })
}

/// Deposits of what the outside bank booked: the money is there, so no limit refuses it.
fn unlimited_deposits(settings: &Settings, store: &Arc<dyn Stores>, kernel: &Kernel) -> Deposits {
    let rules = Arc::new(transfer_rules(settings, None));
    let limits = Limits::none(settings.default_currency);
    let policy = DepositPolicy { limits, adjustments: Adjustments::NeedSecondOperator };
    Deposits::new(store.clone(), kernel.clone(), rules, policy)
}

/// The use case of deposits, for the API and for the command.
pub(crate) fn deposits(settings: &Settings, store: Arc<dyn Stores>) -> Deposits {
    let rules = Arc::new(transfer_rules(settings, None));
    let adjustments = match settings.env {
        AppEnv::Development => Adjustments::Allowed,
        AppEnv::Production => Adjustments::NeedSecondOperator,
    };
    let policy = DepositPolicy { limits: settings.deposit_limits, adjustments };
    Deposits::new(store, super::kernel(), rules, policy)
}

fn transfer_rules(settings: &Settings, code_account: Option<ChannelAccount>) -> TransferRules {
    TransferRules {
        step_up_from: settings.transfer_2fa_threshold,
        limits: settings.limits,
        zone: settings.default_time_zone,
        code_policy: settings.otp,
        code_account,
        default_locale: settings.default_locale,
        off_us: OffUsSettlement::AtOnce,
    }
}
