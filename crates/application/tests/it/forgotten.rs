//! A forgotten password, by e-mail: from the request through the outbox to the e-mail, and back with its
//! link.

use crate::world::{fresh_folder, kernel, open_store};
use adapter_crypto::{Argon2Hasher, HmacSecretHasher, KeyedSessionTokens, Keyring, Tokens};
use adapter_locales::BuiltInTexts;
use adapter_sqlite::Store;
use application::{
    accounts::{
        forgot_password::{ForgotPassword, ForgotPasswordParts},
        prove_phone::ProvePhone,
        register::{Register, RegisterParts, Registration},
        reset_password::{ResetError, ResetPassword},
        session_issuer::{PasswordAuthenticator, PasswordVerdict, SessionIssuer, Visitor},
    },
    messaging::{mail_channel::MailChannel, relay_outbox::RelayOutbox},
    verification::verification_service::{VerificationParts, VerificationService},
};
use async_trait::async_trait;
use chrono::Duration;
use domain::{
    accounts::{Password, WeakPassword},
    channel_account::ChannelAccount,
    email::EmailAddress,
    locale::Locale,
    money::Currency,
    phone::Region,
    verification::otp::OtpPolicy,
};
use ports::{
    accounts::{Sessions, Users},
    messaging::{
        Outbox,
        mailer::{Mail, Mailer},
        message_channel::{MessageChannel, SendOutcome},
    },
    pagination::PageRequest,
    verification::{code_provider::MockCodeProvider, number_lookup::MockNumberLookup},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;
use testkit::{CountedIds, MovableClock};

const OLD: &str = "una clave bien larga 7";
const NEW: &str = "otra clave bien larga 8";

/// What has come to people's mailboxes.
#[derive(Default)]
struct Mailboxes(Mutex<Vec<Mail>>);

#[async_trait]
impl Mailer for Mailboxes {
    async fn send(&self, mail: &Mail) -> SendOutcome {
        self.0.lock().unwrap().push(mail.clone());
        SendOutcome::Sent { provider_id: mail.id.to_string() }
    }
}

struct Bank {
    store: Store,
    clock: Arc<MovableClock>,
    boxes: Arc<Mailboxes>,
    relay: RelayOutbox,
    register: Register,
    forgot: ForgotPassword,
    reset: ResetPassword,
    passwords: Arc<PasswordAuthenticator>,
    _folder: TempDir,
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn visitor() -> Visitor {
    Visitor { address: "203.0.113.9".into(), device: None, request_id: "request".into() }
}

impl Bank {
    async fn open() -> Self {
        let folder = fresh_folder();
        let store = open_store(&folder).await;
        let shared = Arc::new(store.clone());
        let (clock, ids) = (Arc::<MovableClock>::default(), Arc::<CountedIds>::default());
        let kernel = kernel(&clock, &ids, 7);
        let keys = Keyring::parse(&"k".repeat(32)).unwrap();
        let secrets = Arc::new(HmacSecretHasher::new(&keys));
        let hasher = Arc::new(Argon2Hasher::new(kernel.random.clone(), 2));
        let verify = VerificationParts {
            verifications: shared.clone(),
            hosted: Some(Arc::new(MockCodeProvider::new())),
            own: None,
            consents: shared.clone(),
            lookup: Some(Arc::new(MockNumberLookup::new())),
            allowed: vec![Region::MEXICO],
        };
        let verify = Arc::new(VerificationService::new(verify, kernel.clone(), OtpPolicy::default()));
        let tokens = KeyedSessionTokens::new(&keys, Tokens::new(&keys, clock.clone(), ids.clone()));
        let account = ChannelAccount::of_mail(&email("caja@example.com"));
        let boxes = Arc::new(Mailboxes::default());
        let channel: Arc<dyn MessageChannel> = Arc::new(MailChannel::new(boxes.clone()));
        let register = RegisterParts {
            accounts: shared.clone(),
            hasher: hasher.clone(),
            prove: Arc::new(ProvePhone::new(verify.clone(), kernel.clone())),
            issuer: Arc::new(SessionIssuer::new(shared.clone(), Arc::new(tokens), None, kernel.clone())),
            currency: Currency::MXN,
            accounts_per_address_per_hour: 10,
        };
        let forgot = ForgotPasswordParts {
            accounts: shared.clone(),
            verify: verify.clone(),
            secrets: secrets.clone(),
            texts: Arc::new(BuiltInTexts),
            mail_account: Some(account.clone()),
            public_base_url: "https://caja.example".into(),
            default_locale: Locale::Es,
        };
        Self {
            relay: RelayOutbox::new(shared.clone(), HashMap::from([(account, channel)]), kernel.clone()),
            register: Register::new(register, kernel.clone()),
            forgot: ForgotPassword::new(forgot, kernel.clone()),
            reset: ResetPassword::new(shared.clone(), verify, secrets, hasher.clone(), kernel.clone()),
            passwords: Arc::new(PasswordAuthenticator::new(shared, hasher, kernel)),
            _folder: folder,
            store,
            clock,
            boxes,
        }
    }

    async fn sign_up(&self, address: &str) {
        let password = Password::try_new(OLD, &email(address)).unwrap();
        let request = Registration::of(email(address), password, visitor());
        assert!(self.register.run(request).await.is_ok());
    }

    /// Sends what waits, and returns the e-mails.
    async fn deliver(&self) -> Vec<Mail> {
        while let Some(leased) = self.relay.lease(1).await.unwrap().pop() {
            self.relay.handle(leased).await.unwrap();
        }
        self.boxes.0.lock().unwrap().drain(..).collect()
    }

    /// The token of the link that comes to that address.
    async fn token(&self, address: &str) -> String {
        self.forgot.by_mail(email(address), &visitor()).await.unwrap();
        let emails = self.deliver().await;
        let mail = emails.iter().find(|mail| mail.to == email(address)).unwrap();
        let (_, token) = mail.text.split_once("https://caja.example/reset?token=").unwrap();
        token.split_whitespace().next().unwrap().to_owned()
    }

    async fn opens(&self, address: &str, password: &str) -> bool {
        let password = Password::typed(password).unwrap();
        let actor = visitor().actor();
        let judged = self.passwords.judge(&email(address), &password, "203.0.113.9", &actor).await;
        matches!(judged, Ok(PasswordVerdict::Right { .. }))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_in_the_mail_sets_a_new_password_once() {
    let bank = Bank::open().await;
    bank.sign_up("ana@example.com").await;
    let user = bank.store.find_credentials(&email("ana@example.com")).await.unwrap().unwrap().user;
    let token = bank.token("ana@example.com").await;
    let weak = bank.reset.by_token(&token, "123456", &visitor()).await;
    assert!(matches!(weak, Err(ResetError::Weak(WeakPassword::TooShort))), "the link stays valid");
    bank.reset.by_token(&token, NEW, &visitor()).await.unwrap();
    assert!(bank.opens("ana@example.com", NEW).await && !bank.opens("ana@example.com", OLD).await);
    let page = PageRequest { limit: 10, after: None };
    let now = ports::clock::Clock::now(bank.clock.as_ref());
    assert!(
        bank.store.sessions(user, &page, now).await.unwrap().is_empty(),
        "the person is signed out everywhere"
    );
    assert!(bank.store.profile(user).await.unwrap().unwrap().email_verified, "the address is verified");
    let again = bank.reset.by_token(&token, OLD, &visitor()).await;
    assert!(matches!(again, Err(ResetError::NoProof)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_valid_for_fifteen_minutes() {
    let bank = Bank::open().await;
    bank.sign_up("ana@example.com").await;
    let token = bank.token("ana@example.com").await;
    bank.clock.advance(Duration::minutes(15));
    assert!(matches!(bank.reset.by_token(&token, NEW, &visitor()).await, Err(ResetError::NoProof)));
    assert!(bank.opens("ana@example.com", OLD).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_gets_no_mail() {
    let bank = Bank::open().await;
    bank.forgot.by_mail(email("nobody@example.com"), &visitor()).await.unwrap();
    assert_eq!(bank.store.backlog().await.unwrap(), 0);
    assert!(bank.deliver().await.is_empty());
}
