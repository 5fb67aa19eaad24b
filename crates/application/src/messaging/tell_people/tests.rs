//! Where an alert is told, in which language, and when it is dropped.

use super::*;
use adapter_locales::BuiltInTexts;
use domain::{
    ids::{ConversationId, WalletId},
    messaging::conversation::Conversation,
    money::{bank::BankReason, outbound::OutboundPayment},
    phone::PhoneNumber,
};
use ports::{
    accounts::{MockChatLinks, MockIdentities, MockUsers},
    messaging::{MockAlerts, MockConversations},
    money::{MockLedger, MockOutboundPayments},
};
use std::sync::Mutex;
use testkit::{CountedIds, MovableClock, SeededRandom, at, id, phone, posting};

const WHATSAPP: &str = "twilio:whatsapp:+14155238886";
const TELEGRAM: &str = "telegram:telegram:42";

/// What is known of the person who is told, and of the settings.
struct World {
    profile: Profile,
    conversations: Vec<ConversationView>,
    chat: Option<i64>,
    template: Option<String>,
    sends_sms_and_mail: bool,
}

impl World {
    /// A person with a number and an address, who wrote on WhatsApp a minute ago.
    fn usual() -> Self {
        Self {
            profile: profile(Some(phone(1)), Some("ana@example.com")),
            conversations: vec![conversation(WHATSAPP, -60)],
            chat: None,
            template: None,
            sends_sms_and_mail: true,
        }
    }

    /// The messages that an alert becomes.
    async fn told(self, kind: AlertKind) -> Vec<AlertMessage> {
        let finished = Arc::new(Mutex::new(None));
        let mut alerts = MockAlerts::new();
        let alert = LeasedAlert { seq: 1, user: self.profile.user, kind, at: at(-1), fence: 1 };
        alerts.expect_lease_alerts().times(1).return_once(move |_, _, _| Ok(vec![alert]));
        let kept = finished.clone();
        alerts.expect_finish_alert().times(1).returning(move |_, messages, _| {
            *kept.lock().unwrap() = Some(messages.to_vec());
            Ok(true)
        });
        assert_eq!(self.tell(alerts).run(10).await.unwrap(), 1);
        let told = finished.lock().unwrap().take();
        told.expect("the alert is over")
    }

    fn tell(self, alerts: MockAlerts) -> TellPeople {
        let Self { profile, conversations, chat, template, sends_sms_and_mail } = self;
        let mut ledger = MockLedger::new();
        ledger.expect_find_transfer().returning(|_| Ok(Some(paid())));
        ledger.expect_find_wallet().returning(|_| Ok(None));
        let mut payments = MockOutboundPayments::new();
        payments.expect_find_payment().returning(|_| Ok(Some(refused())));
        let mut identities = MockIdentities::new();
        identities.expect_shown_name().returning(|_| Ok(Some("Ximena".into())));
        let mut accounts = MockUsers::new();
        accounts.expect_profile().returning(move |_| Ok(Some(profile.clone())));
        let mut links = MockChatLinks::new();
        links.expect_newest_chat_of().returning(move |_| Ok(chat));
        let mut conversations_port = MockConversations::new();
        conversations_port.expect_newest_conversation().returning(move |channel, _, _| {
            Ok(conversations.iter().find(|known| known.channel == channel).cloned())
        });
        let account = |key: &str| key.parse::<ChannelAccount>().unwrap();
        let parts = TellPeopleParts {
            alerts: Arc::new(alerts),
            ledger: Arc::new(ledger),
            payments: Arc::new(payments),
            identities: Arc::new(identities),
            accounts: Arc::new(accounts),
            links: Arc::new(links),
            conversations: Arc::new(conversations_port),
            texts: Arc::new(BuiltInTexts),
            chats: vec![account(WHATSAPP), account(TELEGRAM)],
            sms: sends_sms_and_mail.then(|| account("twilio:sms:+14155238887")),
            mail: sends_sms_and_mail.then(|| account("smtp:email:bank@example.com")),
            received_template: template,
            default_locale: Locale::Es,
        };
        let kernel = Kernel {
            clock: Arc::new(MovableClock::default()),
            ids: Arc::new(CountedIds::default()),
            random: Arc::new(SeededRandom::of(1)),
        };
        TellPeople::new(parts, kernel)
    }
}

fn profile(phone: Option<PhoneNumber>, email: Option<&str>) -> Profile {
    Profile {
        user: UserId(id()),
        email: email.map(|email| EmailAddress::parse(email).unwrap()),
        email_verified: false,
        phone,
        claimed_phone: None,
        phone_replaced_at: None,
        first_name: None,
        last_name: None,
        locale: None,
        mfa_enabled: false,
        freeze: domain::accounts::freeze::Freeze::default(),
    }
}

fn conversation(account: &str, last_inbound: i64) -> ConversationView {
    let channel_account: ChannelAccount = account.parse().unwrap();
    ConversationView {
        id: ConversationId(id()),
        channel: channel_account.channel(),
        channel_account,
        sender_key: Some(phone(1).e164().to_owned()),
        address: Some("address".into()),
        last_inbound_at: Some(at(last_inbound)),
        consent: ConsentStatus::OptedIn,
        state: Conversation::default(),
        is_unreadable: false,
        updated_at: at(last_inbound),
    }
}

/// A payment that the outside bank refused because the account is closed.
fn refused() -> OutboundPayment {
    let reason = BankReason::try_new("AC04", "");
    OutboundPayment { reason, ..OutboundPayment::reserved(TransferId(id()), at(0)) }
}

fn paid() -> Transfer {
    let wallet = || WalletId(id());
    Transfer {
        concept: Some("renta".into()),
        ..posting(UserId(id()), wallet(), wallet(), 5_000, "").command.transfer
    }
}

fn received() -> AlertKind {
    AlertKind::Received { transfer: TransferId(id()) }
}

#[tokio::test]
async fn a_payee_reads_how_much_and_from_whom() {
    let told = World::usual().told(received()).await;
    let message = &told[0].message.message;
    assert_eq!(message.text, "Recibiste 50.00 MXN de Ximena. Concepto: renta");
    assert_eq!((told.len(), message.recipient.as_str()), (1, "address"));
    assert!(told[0].conversation.is_some());
}

#[tokio::test]
async fn the_language_is_the_persons_setting_else_the_conversations() {
    let mut world = World::usual();
    world.conversations[0].state.locale = Some(Locale::Pt);
    assert!(world.told(received()).await[0].message.message.text.starts_with("Você recebeu 50.00 MXN"));
    let mut world = World::usual();
    world.conversations[0].state.locale = Some(Locale::Pt);
    world.profile.locale = Some(Locale::En);
    assert!(world.told(received()).await[0].message.message.text.starts_with("You received 50.00 MXN"));
}

#[tokio::test]
async fn the_newest_conversation_is_used_whatever_its_channel() {
    let mut world = World::usual();
    world.chat = Some(9);
    world.conversations.push(conversation(TELEGRAM, -30));
    assert_eq!(world.told(received()).await[0].message.message.channel, Channel::Telegram);
    let mut world = World::usual();
    world.chat = Some(9);
    world.conversations.push(conversation(TELEGRAM, -90));
    assert_eq!(world.told(received()).await[0].message.message.channel, Channel::Whatsapp);
}

#[tokio::test]
async fn outside_the_window_only_a_template_goes_out() {
    let old = || World { conversations: vec![conversation(WHATSAPP, -90_000)], ..World::usual() };
    assert!(old().told(received()).await.is_empty());
    let world = World { template: Some("dinero_recibido".into()), ..old() };
    let told = world.told(received()).await;
    let MessageForm::Template(template) = &told[0].message.message.form else { panic!("no template") };
    assert_eq!((template.name.as_str(), template.language.as_str()), ("dinero_recibido", "es"));
    assert_eq!(template.parameters, ["50.00 MXN", "Ximena"]);
}

#[tokio::test]
async fn a_person_who_opted_out_or_never_wrote_is_not_told() {
    let mut world = World::usual();
    world.conversations[0].consent = ConsentStatus::OptedOut;
    assert!(world.told(received()).await.is_empty());
    let world = World { conversations: Vec::new(), ..World::usual() };
    assert!(world.told(received()).await.is_empty());
}

#[tokio::test]
async fn a_freeze_is_told_on_another_channel_than_it_was_ordered_on() {
    let channels = |told: Vec<AlertMessage>| -> Vec<(Channel, String)> {
        told.into_iter().map(|told| (told.message.message.channel, told.message.message.recipient)).collect()
    };
    let sms = || (Channel::Sms, phone(1).e164().to_owned());
    let mail = || (Channel::Email, "ana@example.com".to_owned());
    let frozen = |ordered_on| AlertKind::Frozen { ordered_on };
    let told = World::usual().told(frozen(Some(Channel::Whatsapp))).await;
    assert!(told[0].message.message.text.contains("por WhatsApp"), "{}", told[0].message.message.text);
    assert_eq!(channels(told), [sms()]);
    assert_eq!(channels(World::usual().told(frozen(Some(Channel::Telegram))).await), [mail()]);
    assert_eq!(channels(World::usual().told(frozen(None)).await), [sms(), mail()]);
    let without_mail = || World { profile: profile(Some(phone(1)), None), ..World::usual() };
    assert_eq!(channels(without_mail().told(frozen(Some(Channel::Telegram))).await), [sms()]);
    assert_eq!(channels(without_mail().told(frozen(None)).await), [sms()]);
    let unknown = World { profile: profile(None, None), ..World::usual() };
    assert!(unknown.told(frozen(None)).await.is_empty());
}

#[tokio::test]
async fn a_changed_mfa_setting_is_told_by_mail_else_by_sms_else_in_the_chat() {
    let told_on = async |world: World| {
        let told = world.told(AlertKind::MfaTurnedOff).await;
        told.iter().map(|told| told.message.message.channel).collect::<Vec<_>>()
    };
    assert_eq!(told_on(World::usual()).await, [Channel::Email]);
    let without_mail = World { profile: profile(Some(phone(1)), None), ..World::usual() };
    assert_eq!(told_on(without_mail).await, [Channel::Sms]);
    let chat_only = || World { sends_sms_and_mail: false, ..World::usual() };
    assert_eq!(told_on(chat_only()).await, [Channel::Whatsapp]);
    let mut opted_out = chat_only();
    opted_out.conversations[0].consent = ConsentStatus::OptedOut;
    assert_eq!(told_on(opted_out).await, []);
    let closed = World { conversations: vec![conversation(WHATSAPP, -90_000)], ..chat_only() };
    assert_eq!(told_on(closed).await, []);
}

#[tokio::test]
async fn an_alert_that_failed_again_and_again_is_given_up() {
    let mut alerts = MockAlerts::new();
    let alert = LeasedAlert { seq: 1, user: UserId(id()), kind: received(), at: at(0), fence: TRIES_MAX + 1 };
    alerts.expect_lease_alerts().times(1).return_once(move |_, _, _| Ok(vec![alert]));
    alerts
        .expect_finish_alert()
        .withf(|_, messages, _| messages.is_empty())
        .times(1)
        .returning(|_, _, _| Ok(true));
    World::usual().tell(alerts).run(10).await.unwrap();
}

/// The status of a payment at the outside bank, in the language of the conversation; not where the window is closed.
#[tokio::test]
async fn a_payment_at_the_bank_is_told_each_time_it_changes() {
    let words = [
        (TransferStatus::Completed, ["completada", "completed", "concluída"]),
        (TransferStatus::Failed, ["cerrada", "closed", "encerrada"]),
        (TransferStatus::Unknown, ["averiguando", "finding out", "verificando"]),
        (TransferStatus::Processing, ["en proceso", "being processed", "em processamento"]),
    ];
    for (status, expected) in words {
        for (locale, word) in [Locale::Es, Locale::En, Locale::Pt].into_iter().zip(expected) {
            let mut world = World::usual();
            world.conversations[0].state.locale = Some(locale);
            let told = world.told(AlertKind::PaymentChanged { transfer: TransferId(id()), status }).await;
            let text = &told[0].message.message.text;
            assert!(text.contains(word) && text.contains("MXN"), "{text}");
        }
    }
    let mut world = World::usual();
    world.conversations[0].last_inbound_at = Some(at(-90_000));
    let kind = AlertKind::PaymentChanged { transfer: TransferId(id()), status: TransferStatus::Completed };
    assert!(world.told(kind).await.is_empty());
}
