//! Personal data of accounts: sealed under the person's key, absent from the audit log, and gone with the key.

use crate::{
    Stores,
    accounts::users::{account, bind, brought, email, profile, replace},
    examples::{actor, at, id, phone, registered, sign_up},
};
use domain::{
    accounts::PersonName,
    ids::{SessionId, UserId},
    operations::audit::AuditRow,
};
use ports::{
    accounts::{
        AccountPhone, CountedTry, Identities, ImportedPerson, LinkMaker, NameChange, NewAccount, NewLinkCode,
        NewSession, PhoneChange, ProfileChange, ProfileChanged, Registered, TelegramChat, TryOutcome,
    },
    pagination::PageRequest,
};

const PAGE: PageRequest = PageRequest { limit: 50, after: None };

/// What the people of these tests are called, and what must not be found where their data was sealed.
pub const VALUES: [&str; 8] = [
    "5500000001",
    "5500000002",
    "person1@",
    "Anastasia",
    "Luzbelito",
    "Firefox",
    "anastasia_mx",
    "778899123",
];

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

/// Ana: an account with a number that she named, and a session on her device.
async fn ana(store: &dyn Stores) -> UserId {
    let account = NewAccount {
        first_name: Some(name("Anastasia")),
        last_name: Some(name("Luzbelito")),
        phone: Some(AccountPhone { number: phone(1), proof: None }),
        session: NewSession { id: SessionId(id()), device: Some("Firefox".into()) },
        ..sign_up(1, None)
    };
    match registered(store, account).await {
        Registered::Done(user) => user,
        refused => panic!("{refused:?}"),
    }
}

fn her_chat() -> TelegramChat {
    TelegramChat {
        id: 778_899_123,
        username: Some("anastasia_mx".into()),
        first_name: Some("Anastasia".into()),
    }
}

/// Keeps a code that the bot made for her chat.
async fn keep_code(store: &dyn Stores, hash: u8) {
    let maker = LinkMaker::Chat(her_chat());
    let code = NewLinkCode { hash: [hash; 32], maker, session: None, expires_at: at(600) };
    assert!(store.keep_link_code(&code, at(0)).await.unwrap());
}

/// Ana's account with all that it may hold: names, number, address, device, a bound chat and a waiting link code.
pub async fn filled(store: &dyn Stores) -> UserId {
    let user = ana(store).await;
    keep_code(store, 1).await;
    let bound = store.bind_chat(&brought([1; 32], her_chat().id, Some(user)), at(1)).await.unwrap();
    assert_eq!(bound.unwrap().link.chat, her_chat());
    keep_code(store, 2).await;
    user
}

/// Everything of that account is shown as it was given.
async fn is_shown(store: &dyn Stores, user: UserId) {
    let seen = profile(store, user).await;
    assert_eq!(
        (seen.first_name.as_deref(), seen.last_name.as_deref()),
        (Some("Anastasia"), Some("Luzbelito"))
    );
    assert_eq!((seen.email, seen.phone, seen.claimed_phone), (Some(email(1)), None, Some(phone(1))));
    assert_eq!(store.find_credentials(&email(1)).await.unwrap().unwrap().user, user);
    assert_eq!(store.shown_name(user).await.unwrap().as_deref(), Some("Anastasia"));
    let link = store.find_chat_link(her_chat().id).await.unwrap().unwrap();
    assert_eq!((link.user, link.chat), (user, her_chat()));
    assert_eq!(store.newest_chat_of(user).await.unwrap(), Some(her_chat().id));
    let maker = store.find_link_code(&[[2; 32]], at(2)).await.unwrap();
    assert_eq!(maker, Some(LinkMaker::Chat(her_chat())));
    let sessions = store.sessions(user, &PAGE, at(2)).await.unwrap();
    assert_eq!(sessions[0].device.as_deref(), Some("Firefox"));
}

async fn rows_of(store: &dyn Stores, action: &str) -> Vec<AuditRow> {
    let mut rows = store.events(&PAGE).await.unwrap();
    rows.retain(|row| row.record.action == action);
    rows
}

/// The audit log tells that a number, an address or a chat was set, and not which: only a commitment, which is the same
/// for the same value of one person, and another for another person.
pub async fn the_audit_log_holds_commitments(store: impl Stores) {
    let ana = filled(&store).await;
    let ben = account(&store, 2, true).await;
    let person = ImportedPerson {
        id: UserId(id()),
        email: email(3),
        phone: Some(phone(1)),
        first_name: Some(name("Anastasia")),
        last_name: None,
        actor: actor(),
    };
    store.import_person(&person, at(0)).await.unwrap();
    let claim = ProfileChange {
        user: ana,
        first_name: NameChange::Keep,
        last_name: NameChange::Remove,
        locale: None,
        phone: Some(PhoneChange {
            phone: AccountPhone { number: phone(1), proof: None },
            replaces: None,
            notice: None,
        }),
        actor: actor(),
    };
    assert_eq!(store.change_profile(&claim, at(1)).await.unwrap(), ProfileChanged::Done);
    assert_eq!(replace(&store, ben, 2, 5).await, ProfileChanged::Done);
    // The other rows of these tests are of verifications and messages.
    let accounts = ["account.", "session.", "password."];
    for row in store.events(&PAGE).await.unwrap() {
        let told = format!("{:?}", row.record);
        if accounts.iter().any(|area| row.record.action.starts_with(area)) {
            assert!(VALUES.iter().all(|value| !told.contains(value)), "{told}");
            assert!(!told.contains("****") && !told.contains("***@"), "{told}");
        }
    }
    let after = |row: &AuditRow| row.record.after.clone().unwrap();
    let named = after(&rows_of(&store, "account.phone_named").await[0]);
    let registered = rows_of(&store, "account.registered").await;
    let of_ana = registered.iter().find(|row| row.record.subject == ana.to_string()).unwrap();
    assert!(
        named.starts_with("phone=c:") && after(of_ana).ends_with(&format!(", {named}")),
        "the same value"
    );
    let imported = after(&rows_of(&store, "account.imported").await[0]);
    assert!(imported.contains("phone=c:") && !imported.contains(&named), "another person's key: {imported}");
    let proved = &rows_of(&store, "account.phone_proved").await[0];
    let before = proved.record.before.clone().unwrap();
    assert!(before.starts_with("phone=c:") && after(proved).starts_with("phone=c:"));
    assert_ne!(before, after(proved));
    assert!(after(&rows_of(&store, "account.telegram_bound").await[0]).starts_with("chat=c:"));
}

/// A chat that another person binds shows its names to them, under their key.
pub async fn a_bound_chat_may_change_hands(store: impl Stores) {
    let (ana, ben) = (filled(&store).await, account(&store, 2, false).await);
    let bound = store.bind_chat(&brought([2; 32], her_chat().id, Some(ben)), at(3)).await.unwrap();
    assert_eq!(bound.unwrap().link.user, ben);
    let link = store.find_chat_link(her_chat().id).await.unwrap().unwrap();
    assert_eq!((link.user, link.chat, link.bound_at), (ben, her_chat(), at(3)));
    assert_eq!(store.newest_chat_of(ana).await.unwrap(), None);
    assert_eq!(store.newest_chat_of(ben).await.unwrap(), Some(her_chat().id));
    assert_eq!(store.shown_name(ben).await.unwrap().as_deref(), Some("Anastasia"), "as the chat shows");
}

/// The rows of a database of an earlier version, which `old` makes in the clear: `migrate` seals them, and they are read
/// as before. Counters by network address go on counting.
pub async fn rows_in_the_clear_are_sealed(
    store: &impl Stores,
    mut run: impl FnMut(&str),
    migrate: impl AsyncFn(),
) {
    let user = filled(store).await;
    bind(store, account(store, 2, false).await, 9).await;
    run(
        "update users set personal = null, email_hash = 'person1@example.com', claimed_phone = '+525500000001', \
         first_name = 'Anastasia', last_name = 'Luzbelito' \
         where id in (select user_id from sessions where sealed is not null)",
    );
    run("update telegram_chats set chat_hash = '778899123', sealed = null, username = 'anastasia_mx', \
         first_name = 'Anastasia' where user_id in (select id from users where personal is null)");
    run("update link_codes set chat_hash = '778899123', sealed = null, username = 'anastasia_mx', \
         first_name = 'Anastasia' where chat_hash is not null");
    run("update sessions set device = 'Firefox', sealed = null where sealed is not null");
    let name = "0".repeat(64);
    let tried = [CountedTry { name: name.clone(), most: 9 }];
    store.count_try(&tried, at(1)).await.unwrap();
    run(&format!("update password_tries set name = '{name}'"));
    run("update new_accounts set origin = 'an address'");
    run("delete from sealed_areas where area = 'accounts'");
    assert!(store.find_credentials(&email(1)).await.unwrap().is_none(), "the address is in the clear");
    for _ in 0..2 {
        migrate().await;
        is_shown(store, user).await;
        assert_eq!(store.newest_chat_of(account_of(store, 2).await).await.unwrap(), Some(9));
    }
    assert_eq!(store.count_try(&tried, at(2)).await.unwrap(), TryOutcome::Counted(vec![2]));
    let account = NewAccount { ..sign_up(4, None) };
    let quota = ports::accounts::AccountQuota { most: 2, ..account.quota };
    assert!(
        store.find_next_account(&quota, at(2)).await.unwrap().is_some(),
        "two accounts from that address"
    );
}

async fn account_of(store: &dyn Stores, n: u32) -> UserId {
    store.find_credentials(&email(n)).await.unwrap().unwrap().user
}

/// When a person's key is destroyed nothing of them is shown, and nothing fails. `run` runs SQL; `other` is a store over
/// the same database that has opened no key yet.
pub async fn without_the_key_nothing_is_shown(
    store: &impl Stores,
    other: &impl Stores,
    mut run: impl FnMut(&str),
) {
    let user = filled(store).await;
    run("update subject_keys set state = 'destroyed', sealed = null where purpose = 'chat'");
    let seen = profile(other, user).await;
    assert_eq!((seen.first_name, seen.last_name, seen.email), (None, None, None));
    assert_eq!((seen.phone, seen.claimed_phone), (None, None));
    assert_eq!(Identities::find(other, user).await.unwrap().unwrap().phone, None);
    let shown = other.shown_name(user).await.unwrap().unwrap_or_default();
    assert!(VALUES.iter().all(|value| !shown.contains(value)), "{shown}");
    assert_eq!(other.newest_chat_of(user).await.unwrap(), None);
    let link = other.find_chat_link(her_chat().id).await.unwrap().unwrap();
    assert_eq!((link.user, link.chat.username, link.chat.first_name), (user, None, None));
    assert_eq!(other.find_link_code(&[[2; 32]], at(2)).await.unwrap(), None);
    assert_eq!(other.sessions(user, &PAGE, at(2)).await.unwrap()[0].device, None);
}
