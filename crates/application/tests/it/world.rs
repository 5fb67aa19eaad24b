//! A bank with one customer: the use cases are wired as in the program, and its workers retry as the
//! program's do.

use crate::{
    faults::Plan,
    providers::{Codes, Numbers, Telephone},
    stores::Planned,
};
use adapter_crypto::{AeadSealer, HmacAuditSealer, HmacCodeHasher, HmacSecretHasher, Keyring};
use adapter_locales::BuiltInTexts;
use adapter_nlu_rules::RuleParser;
use adapter_sqlite::Store;
use adapter_zip::ZipArchives;
use application::{
    accounts::chat_owners::ChatOwners,
    kernel::Kernel,
    messaging::{
        handle_message::{ConversationPolicy, HandleMessage, HandleMessageParts},
        relay_outbox::RelayOutbox,
        turn_runner::{TurnEnd, TurnPolicy, TurnRunner},
    },
    money::{
        cancel_transfer::CancelTransfer,
        confirm_transfer::ConfirmTransfer,
        figures::{Figures, FiguresParts},
        open_demo::open_demo,
        payees::PayeeBook,
        payment_code::{PaymentCodes, ResendPaymentCode},
        prepare_transfer::{PrepareTransfer, PrepareTransferParts},
        receiving::Receiving,
        submit_transfer::{SubmitTransfer, SubmitTransferParts},
        transfer_rules::TransferRules,
    },
    privacy::{
        erase_person::ErasePerson,
        export::{ExportPerson, ExportPersonParts, ExportSources, Exporter},
    },
    verification::verification_service::{VerificationParts, VerificationService},
};
use chrono::Duration;
use domain::{
    ids::EventId,
    locale::Locale,
    messaging::conversation::InboundContent,
    money::{Currency, limits::Limits, transfer::OffUsSettlement},
    phone::{PhoneNumber, Region},
    verification::otp::OtpPolicy,
};
use ports::{
    clock::Clock,
    ids_and_random::IdGenerator,
    messaging::{
        Outbox, Settlement, TurnQueue, inbound_webhook::InboundMessage, message_channel::MessageChannel,
    },
    money::{Ledger, WalletView},
    store_error::StoreResult,
};
use std::{collections::HashMap, future::pending, sync::Arc};
use tempfile::TempDir;
use testkit::{CountedIds, MovableClock, SeededRandom};

const CHAT: &str = "twilio:whatsapp:+14155238886";
const SMS: &str = "twilio:sms:+14155238886";
pub(crate) const PHONE: &str = "+525512345678";
/// Longer than any lease and any pause before a retry. After two such pauses without work, nothing is left to
/// do.
const LULL: Duration = Duration::seconds(30);
const LULLS: u32 = 2;

/// A folder for one database, removed when it is dropped.
pub(crate) fn fresh_folder() -> TempDir {
    TempDir::with_prefix("ventanilla-turns-").unwrap()
}

pub(crate) async fn open_store(folder: &TempDir) -> Store {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(SeededRandom::of(0)));
    let audit = HmacAuditSealer::new(&keys);
    let store =
        Store::connect(folder.path().join("stores.db").to_str().unwrap(), Arc::new(sealer), Arc::new(audit))
            .await
            .unwrap();
    store.migrate().await.unwrap();
    store
}

/// The clock and the ids of a test, with random bytes from this seed.
pub(crate) fn kernel(clock: &Arc<impl Clock + 'static>, ids: &Arc<CountedIds>, seed: u64) -> Kernel {
    Kernel { clock: clock.clone(), ids: ids.clone(), random: Arc::new(SeededRandom::of(seed)) }
}

pub(crate) struct World {
    /// The store without the plan, for reads that are not counted.
    pub(crate) store: Store,
    pub(crate) plan: Arc<Plan>,
    pub(crate) clock: Arc<MovableClock>,
    pub(crate) telephone: Arc<Telephone>,
    planned: Arc<Planned>,
    ids: Arc<CountedIds>,
    turns: TurnRunner,
    relay: RelayOutbox,
    _folder: TempDir,
}

fn conversation_policy() -> ConversationPolicy {
    ConversationPolicy {
        default_locale: Locale::Es,
        default_currency: Currency::MXN,
        session_ttl: Duration::hours(1),
        messages_per_minute: 20,
        handoff_for: Duration::hours(1),
        zone: chrono_tz::America::Mexico_City,
        home: Region::parse("MX").unwrap(),
        default_flows: domain::messaging::flow::DefaultFlows::default(),
        public_base_url: "https://ventanilla.example".into(),
    }
}

pub(crate) fn transfer_rules() -> TransferRules {
    TransferRules {
        step_up_from: 500.into(),
        limits: Limits::none(Currency::MXN),
        zone: chrono_tz::America::Mexico_City,
        code_policy: OtpPolicy::default(),
        code_account: Some(SMS.parse().unwrap()),
        default_locale: Locale::Es,
        off_us: OffUsSettlement::AtOnce,
    }
}

impl World {
    /// A new bank, in which one call fails as planned. The customer has 1000 pesos.
    pub(crate) async fn new(plan: Plan) -> Self {
        let (folder, plan, clock) = (fresh_folder(), Arc::new(plan), Arc::<MovableClock>::default());
        let (ids, rules) = (Arc::<CountedIds>::default(), Arc::new(transfer_rules()));
        let store = open_store(&folder).await;
        let phone = PhoneNumber::parse_international(PHONE).unwrap();
        open_demo(&store, &store, &kernel(&clock, &ids, 0), &rules, phone).await.unwrap();
        let planned = Arc::new(Planned { store: store.clone(), plan: plan.clone() });
        let telephone = Arc::new(Telephone::new(plan.clone(), clock.clone()));
        let channel: Arc<dyn MessageChannel> = telephone.clone();
        let channels = HashMap::from(
            [(CHAT, channel.clone()), (SMS, channel)]
                .map(|(account, channel)| (account.parse().unwrap(), channel)),
        );
        let relay = RelayOutbox::new(planned.clone(), channels, kernel(&clock, &ids, 1));
        let kernel = kernel(&clock, &ids, 2);
        let handle = Arc::new(handle_message(&planned, &kernel, &rules));
        let turns = TurnRunner::new(planned.clone(), handle, HashMap::new(), kernel, TurnPolicy::default());
        Self { store, plan, clock, telephone, planned, ids, turns, relay, _folder: folder }
    }

    /// The person writes. If the process dies at it, the provider delivers the message again.
    pub(crate) async fn say(&self, number: usize, text: &str) {
        loop {
            let message = InboundMessage {
                channel_account: CHAT.parse().unwrap(),
                provider_event_id: format!("SM-in-{number}"),
                sender: format!("whatsapp:{PHONE}"),
                phone: Some(PhoneNumber::parse_international(PHONE).unwrap()),
                profile_name: None,
                content: InboundContent::Text(text.into()),
                is_ours: true,
                sent_at: None,
                raw: text.as_bytes().to_vec(),
            };
            let messages = [(EventId(self.ids.new_id()), message)];
            let accept = self.planned.accept(&messages, self.clock.now());
            if let Some(Ok(_)) = self.unless_it_dies(accept).await {
                break;
            }
        }
        self.work().await;
    }

    /// The workers work until nothing is left to do. A worker that dies is replaced by another.
    async fn work(&self) {
        let mut lulls = 0;
        while lulls < LULLS || self.store.backlog().await.unwrap() > 0 {
            let found_work = self.unless_it_dies(async { self.take_turn().await | self.send().await }).await;
            if found_work == Some(false) {
                self.clock.advance(LULL);
                lulls += 1;
            } else {
                lulls = 0;
            }
        }
    }

    async fn unless_it_dies<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.plan.death.notified() => None,
            done = work => Some(done),
        }
    }

    /// Runs a turn as `apps/api/src/workers.rs` does. True when there was one.
    async fn take_turn(&self) -> bool {
        let Ok(leased) = self.turns.lease(1).await else { return false };
        let Some(turn) = leased.into_iter().next() else { return false };
        let end = self.turns.run(&turn, |_| pending()).await;
        assert_ne!(end, TurnEnd::Parked, "one fault is no reason to park a turn");
        true
    }

    /// Sends a message as `apps/api/src/workers.rs` does. True when there was one.
    async fn send(&self) -> bool {
        let Ok(leased) = self.relay.lease(1).await else { return false };
        let Some(message) = leased.into_iter().next() else { return false };
        // If that fails, the lease expires and the message is in doubt.
        let _settled: StoreResult<Settlement> = self.relay.handle(message).await;
        true
    }

    pub(crate) async fn wallet(&self) -> WalletView {
        let all = self
            .store
            .wallets(None, &ports::pagination::PageRequest { limit: 10, after: None })
            .await
            .unwrap();
        assert_eq!(all.len(), 1, "one person, one wallet");
        all.into_iter().next().unwrap()
    }
}

fn handle_message(store: &Arc<Planned>, kernel: &Kernel, rules: &Arc<TransferRules>) -> HandleMessage {
    let (mexico, plan) = (Region::parse("MX").unwrap(), &store.plan);
    let hasher = Arc::new(HmacCodeHasher::new(&Keyring::parse(&"h".repeat(32)).unwrap()));
    let codes =
        Arc::new(PaymentCodes::new(hasher.clone(), Arc::new(BuiltInTexts), kernel.clone(), rules.clone()));
    let submit =
        SubmitTransferParts { ledger: store.clone(), identities: store.clone(), codes: codes.clone() };
    let resend = ResendPaymentCode::new(store.clone(), store.clone(), codes, kernel.clone(), rules.clone());
    let figures = FiguresParts { ledger: store.clone(), payees: store.clone(), statements: store.clone() };
    let parts = PrepareTransferParts {
        ledger: store.clone(),
        identities: store.clone(),
        payees: store.clone(),
        statements: store.clone(),
    };
    let prepare = PrepareTransfer::new(parts, mexico, kernel.clone(), rules.clone());
    let owners = ChatOwners::new(
        Arc::new(store.store.clone()),
        Arc::new(store.store.clone()),
        Arc::new(HmacSecretHasher::new(&Keyring::parse(&"h".repeat(32)).unwrap())),
        Duration::zero(),
        kernel.clone(),
    );
    let verify = VerificationParts {
        verifications: store.clone(),
        hosted: Some(Arc::new(Codes::new(plan.clone()))),
        own: None,
        consents: store.clone(),
        lookup: Some(Arc::new(Numbers(plan.clone()))),
        allowed: vec![mexico],
    };
    let confirm = ConfirmTransfer::new(store.clone(), store.clone(), hasher, kernel.clone(), rules.clone());
    let parts = HandleMessageParts {
        parser: Arc::new(RuleParser::new(mexico)),
        texts: Arc::new(BuiltInTexts),
        verify: Arc::new(VerificationService::new(verify, kernel.clone(), OtpPolicy::default())),
        prepare: Arc::new(prepare),
        submit: Arc::new(SubmitTransfer::new(submit, kernel.clone(), rules.clone())),
        confirm: Arc::new(confirm),
        owners: Arc::new(owners),
        resend_code: Arc::new(resend),
        cancel: Arc::new(CancelTransfer::new(store.clone(), kernel.clone())),
        figures: Arc::new(Figures::new(figures, mexico, kernel.clone(), rules.clone())),
        payees: Arc::new(PayeeBook::new(store.clone(), kernel.clone())),
        receiving: Arc::new(Receiving::new(Arc::new(store.store.clone()), kernel.clone())),
        freezes: Arc::new(store.store.clone()),
        erase: Arc::new(ErasePerson::new(
            Arc::new(store.store.clone()),
            Arc::new(store.store.clone()),
            kernel.clone(),
        )),
        export: Arc::new(export_person(&store.store, kernel)),
        ledger: store.clone(),
        identities: store.clone(),
        flows: Arc::default(),
    };
    HandleMessage::new(parts, kernel.clone(), conversation_policy())
}

fn export_person(store: &Store, kernel: &Kernel) -> ExportPerson {
    let all = Arc::new(store.clone());
    let sources = ExportSources {
        users: all.clone(),
        sessions: all.clone(),
        ledger: all.clone(),
        payees: all.clone(),
        receiving: all.clone(),
        conversations: all.clone(),
        personal: all.clone(),
        erasures: all.clone(),
        texts: Arc::new(BuiltInTexts),
        archives: Arc::new(ZipArchives),
    };
    let parts = ExportPersonParts {
        exports: all.clone(),
        leases: all,
        exporter: Exporter::new(
            sources,
            domain::operations::retention::RetentionPolicy::default(),
            kernel.clone(),
        ),
        secrets: Arc::new(HmacSecretHasher::new(&Keyring::parse(&"h".repeat(32)).unwrap())),
    };
    ExportPerson::new(parts, kernel.clone())
}
