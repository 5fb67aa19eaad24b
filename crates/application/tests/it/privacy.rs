//! A person's data: what an export has, and what a restore brings back.

use adapter_crypto::{AeadSealer, HmacAuditSealer, Keyring, RingRandom};
use adapter_locales::BuiltInTexts;
use adapter_sqlite::Store;
use adapter_zip::ZipArchives;
use application::{
    kernel::Kernel,
    privacy::{
        erase_person::{ErasePerson, Erased},
        export::{ExportError, ExportOut, ExportSources, Exporter},
        reapply::{CopyLine, KeyBackup, KeyCopyError},
    },
};
use async_trait::async_trait;
use domain::{
    ids::{EventId, UserId},
    locale::Locale,
    messaging::conversation::InboundContent,
    money::{Currency, ledger::clearing_account},
};
use ports::{
    accounts::Identities,
    clock::Clock,
    ids_and_random::IdGenerator,
    messaging::{TurnQueue, inbound_webhook::InboundMessage},
    money::{Ledger, WalletView},
    privacy::{Erasures, KeyCopies},
};
use std::{path::Path, sync::Arc};
use testkit::{CountedIds, MovableClock, SeededRandom, actor, at, id, new_person, phone, posting};

async fn open(path: &Path) -> Arc<Store> {
    let keys = Keyring::parse(&"k".repeat(32)).unwrap();
    let sealer = AeadSealer::new(&keys, Arc::new(RingRandom::default()));
    let audit = HmacAuditSealer::new(&keys);
    let store = Store::connect(path.to_str().unwrap(), Arc::new(sealer), Arc::new(audit)).await.unwrap();
    store.migrate().await.unwrap();
    Arc::new(store)
}

fn kernel() -> Kernel {
    let clock = MovableClock::default();
    let _: &dyn Clock = &clock;
    let ids = CountedIds::default();
    let _: &dyn IdGenerator = &ids;
    Kernel { clock: Arc::new(clock), ids: Arc::new(ids), random: Arc::new(SeededRandom::of(7)) }
}

fn erase(store: &Arc<Store>) -> ErasePerson {
    ErasePerson::new(store.clone(), store.clone(), kernel())
}

fn backup(store: &Arc<Store>) -> KeyBackup {
    KeyBackup::new(store.clone(), store.clone(), erase(store))
}

fn exporter(store: &Arc<Store>) -> Exporter {
    let sources = ExportSources {
        users: store.clone(),
        sessions: store.clone(),
        ledger: store.clone(),
        payees: store.clone(),
        receiving: store.clone(),
        conversations: store.clone(),
        personal: store.clone(),
        erasures: store.clone(),
        texts: Arc::new(BuiltInTexts),
        archives: Arc::new(ZipArchives),
    };
    Exporter::new(sources, domain::operations::retention::RetentionPolicy::default(), kernel())
}

struct Taken(Vec<u8>);

#[async_trait]
impl ExportOut for Taken {
    async fn put(&mut self, bytes: Vec<u8>) -> Result<(), ExportError> {
        self.0.extend(bytes);
        Ok(())
    }
}

async fn person(store: &Store, n: u32, minor: i64) -> WalletView {
    let person = store.get_or_create(&new_person(phone(n)), at(0)).await.unwrap();
    let wallet = store.first_wallet(person.id, Currency::MXN).await.unwrap().unwrap();
    if minor > 0 {
        let opening = posting(person.id, clearing_account(Currency::MXN), wallet.id, minor, "");
        store.post(&[opening], at(0)).await.unwrap();
    }
    wallet
}

async fn pay(store: &Store, from: &WalletView, to: &WalletView, minor: i64, concept: &str) {
    let mut request = posting(from.user, from.id, to.id, minor, "");
    request.command.transfer.concept = Some(concept.into());
    request.command.key.key = format!("id:{}", request.command.transfer.id);
    store.post(&[request], at(1)).await.unwrap();
}

async fn write(store: &Store, n: u32, text: &str) {
    let number = phone(n);
    let message = InboundMessage {
        channel_account: "twilio:whatsapp:+14155238886".parse().unwrap(),
        provider_event_id: format!("SM{}", id()),
        sender: format!("whatsapp:{}", number.e164()),
        phone: Some(number),
        profile_name: None,
        content: InboundContent::Text(text.into()),
        is_ours: true,
        sent_at: None,
        raw: text.as_bytes().to_vec(),
    };
    store.accept(&[(EventId(id()), message)], at(2)).await.unwrap();
}

async fn unzipped(store: &Arc<Store>, user: UserId) -> Result<Vec<(String, String)>, ExportError> {
    let mut taken = Taken(Vec::new());
    exporter(store).write(user, Locale::Es, &mut taken).await?;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(taken.0)).unwrap();
    let mut files = Vec::new();
    for number in 0..archive.len() {
        let mut file = archive.by_index(number).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut file, &mut text).unwrap();
        files.push((file.name().unwrap().into_owned(), text));
    }
    Ok(files)
}

/// An export has what the person wrote and paid, and nothing of the other side.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_ones_own_side_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("stores.db")).await;
    let (one, two) = (person(&store, 1, 500).await, person(&store, 2, 500).await);
    pay(&store, &one, &two, 100, "pianola rota").await;
    pay(&store, &two, &one, 50, "acordeón ajeno").await;
    write(&store, 1, "clavicordio").await;
    write(&store, 2, "mandolina").await;
    let files = unzipped(&store, one.user).await.unwrap();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["README.txt", "statement.csv", "data.json", "conversation.html"]);
    let of = |name: &str| &files.iter().find(|(file, _)| file == name).unwrap().1;
    let data: serde_json::Value = serde_json::from_str(of("data.json")).unwrap();
    assert_eq!(data["schema"], "ventanilla-export/1");
    assert_eq!(data["profile"]["phone"], phone(1).e164());
    assert_eq!(data["transfers"][0]["concept"], "pianola rota");
    assert_eq!(data["transfers"].as_array().unwrap().len(), 2, "the opening and the payment");
    assert!(data["messages"].to_string().contains("clavicordio"));
    let statement: Vec<&str> = of("statement.csv").lines().collect();
    assert_eq!(statement.len(), 4, "{statement:?}");
    assert!(of("conversation.html").contains("clavicordio"));
    assert!(of("README.txt").contains("365"));
    for (name, text) in &files {
        for theirs in [phone(2).e164(), "mandolina", "acordeón"] {
            assert!(!text.contains(theirs), "{name} has «{theirs}»");
        }
    }
    let nobody = unzipped(&store, UserId(id())).await;
    assert!(matches!(nobody, Err(ExportError::NoSuchPerson)));
}

/// An older copy and newer keys: who was erased in between is erased again, the others are whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_brings_nobody_back_who_was_erased() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("stores.db")).await;
    let (one, two) = (person(&store, 1, 100).await, person(&store, 2, 0).await);
    write(&store, 1, "clavicordio").await;
    write(&store, 2, "mandolina").await;
    let copy = folder.path().join("copy.db");
    store.backup(&copy).await.unwrap();
    pay(&store, &one, &two, 100, "todo").await;
    assert!(matches!(erase(&store).erase_now(one.user, &actor()).await.unwrap(), Erased::Done(_)));
    let mut lines: Vec<CopyLine> = Vec::new();
    let count = backup(&store)
        .copy(&mut |line| {
            lines.push(line);
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(usize::try_from(count).unwrap(), lines.len());

    let restored = open(&copy).await;
    let cut_off = lines.clone().into_iter().take(2).map(Ok);
    let mut cut_off = cut_off.chain([Err(KeyCopyError::File("cut off".into()))]);
    assert!(backup(&restored).reapply(&mut cut_off, at(9), &actor(), at(10)).await.is_err());
    assert!(restored.is_restore_open().await.unwrap(), "nothing is served before it has ended");
    for round in 0..2 {
        let mut copied = lines.clone().into_iter().map(Ok);
        let done = backup(&restored).reapply(&mut copied, at(9), &actor(), at(10)).await.unwrap();
        assert_eq!((done.erased, done.unknown), (1, 0));
        assert_eq!(done.keys.restored > 0, round == 0, "it can be run again");
    }
    assert!(!restored.is_restore_open().await.unwrap());
    assert_eq!(restored.find_by_phone(&phone(1)).await.unwrap(), None);
    // The payment is not in the older books; what the erasure made is as it was.
    let receipt = async |store: &Store| store.find_erasure(one.user).await.unwrap().unwrap().receipt.unwrap();
    assert_eq!(receipt(&restored).await, receipt(&store).await);
    let opened = restored.open_blocked(one.user, "an order", &actor(), at(11)).await.unwrap();
    assert!(opened.unwrap().contains(phone(1).e164()));
    assert!(matches!(unzipped(&restored, one.user).await, Err(ExportError::NoSuchPerson)));
    let files = unzipped(&restored, two.user).await.unwrap();
    assert!(files.iter().any(|(_, text)| text.contains("mandolina")));
    assert_eq!(restored.verify().await.unwrap(), []);
}
