//! Chats without a number: bound once, by a person who proves that both sides are theirs, and no longer than
//! their password is valid.

use crate::{
    Stores,
    accounts::users::{account, ask, bind, brought, replace, reset},
    examples::{approved, at, id, phone, registered, sign_up},
};
use domain::{ids::SessionId, verification::otp::Purpose};
use futures_util::future::join_all;
use ports::accounts::{
    AccountPhone, LinkMaker, NewLinkCode, ProfileChanged, Registered, ResetProof, TelegramChat,
};

/// Only a person with a verified number has a chat for it. The link ends with the person or the number, and
/// the newest chat counts.
pub async fn a_numbers_chat_is_its_persons(store: impl Stores) {
    let user = account(&store, 1, true).await;
    assert_eq!(store.find_chat_of(&phone(1)).await.unwrap(), None, "none is bound");
    bind(&store, user, 9).await;
    assert_eq!(store.find_chat_of(&phone(1)).await.unwrap(), Some(9));
    let hash = [8; 32];
    let code = NewLinkCode { hash, maker: LinkMaker::Person(user), session: None, expires_at: at(600) };
    store.keep_link_code(&code, at(2)).await.unwrap();
    assert!(store.bind_chat(&brought(hash, 8, None), at(2)).await.unwrap().is_some());
    assert_eq!(store.find_chat_of(&phone(1)).await.unwrap(), Some(8), "the newest");

    let mut claims = sign_up(2, None);
    claims.phone = Some(AccountPhone { number: phone(2), proof: None });
    let Registered::Done(claimant) = registered(&store, claims).await else { panic!() };
    bind(&store, claimant, 7).await;
    assert_eq!(store.find_chat_of(&phone(2)).await.unwrap(), None, "a number that is only named");

    assert_eq!(replace(&store, user, 1, 5).await, ProfileChanged::Done);
    assert_eq!(store.find_chat_of(&phone(1)).await.unwrap(), None, "the number is not theirs any more");
    assert_eq!(store.find_chat_of(&phone(5)).await.unwrap(), Some(8));
}

/// A code binds one chat, once, and only from the other side.
pub async fn a_code_binds_one_chat(store: impl Stores) {
    let (user, other) = (account(&store, 1, false).await, account(&store, 2, false).await);
    let code = |hash: u8, maker| NewLinkCode { hash: [hash; 32], maker, session: None, expires_at: at(600) };
    store.keep_link_code(&code(1, LinkMaker::Person(user)), at(0)).await.unwrap();
    store.keep_link_code(&code(2, LinkMaker::Person(user)), at(0)).await.unwrap();
    assert_eq!(
        store.bind_chat(&brought([1; 32], 70, None), at(1)).await.unwrap(),
        None,
        "replaced by the newer"
    );
    let own = store.bind_chat(&brought([2; 32], 70, Some(other)), at(1)).await.unwrap();
    assert_eq!(own, None, "a person's code is brought by a chat");
    let bound = join_all((70..75).map(|chat| {
        let store = &store;
        async move { store.bind_chat(&brought([2; 32], chat, None), at(1)).await.unwrap() }
    }))
    .await;
    let bound: Vec<_> = bound.into_iter().flatten().collect();
    assert_eq!((bound.len(), bound[0].link.user, bound[0].link.bound_at), (1, user, at(1)));
    let chat = bound[0].link.chat.id;
    let again = store.bind_chat(&brought([2; 32], chat, None), at(2)).await.unwrap();
    assert_eq!(again.as_ref(), Some(&bound[0]), "the same turn runs again");
    let invented = store.bind_chat(&brought([99; 32], chat, None), at(2)).await.unwrap();
    assert_eq!(invented, None, "a code that never was, in a bound chat");

    let named = TelegramChat { id: 80, username: Some("ana".into()), first_name: None };
    store.keep_link_code(&code(3, LinkMaker::Chat(named.clone())), at(0)).await.unwrap();
    assert_eq!(store.find_link_code(&[[3; 32]], at(1)).await.unwrap(), Some(LinkMaker::Chat(named.clone())));
    assert_eq!(
        store.bind_chat(&brought([3; 32], 80, None), at(1)).await.unwrap(),
        None,
        "nobody confirms it"
    );
    assert_eq!(
        store.bind_chat(&brought([3; 32], 81, Some(other)), at(1)).await.unwrap(),
        None,
        "not that chat"
    );
    assert_eq!(store.bind_chat(&brought([3; 32], 80, Some(other)), at(600)).await.unwrap(), None, "too late");
    let bound = store.bind_chat(&brought([3; 32], 80, Some(other)), at(2)).await.unwrap().unwrap();
    assert_eq!((bound.link.user, &bound.link.chat), (other, &named), "as the bot named it");
    assert_eq!(store.find_chat_link(80).await.unwrap(), Some(bound.link));
}

/// A person with the old password may have bound their own chat: a new password, by e-mail or by code,
/// removes all chats.
pub async fn a_new_password_takes_bound_chats_away(store: impl Stores) {
    let user = account(&store, 1, true).await;
    for (chat, by_mail) in [(9, true), (10, true), (11, false)] {
        bind(&store, user, chat).await;
        let proof = if by_mail {
            let token = u8::try_from(chat).unwrap();
            ask(&store, 1, token, 1).await;
            ResetProof::Token(vec![[token; 32]])
        } else {
            let verification = approved(&store, 1, Purpose::PasswordReset).await;
            ResetProof::Code { user, verification }
        };
        assert!(reset(&store, proof, 2).await);
        assert_eq!(store.find_chat_link(chat).await.unwrap(), None, "{chat}");
    }
    // No chat is bound afterwards by a person who used the old password, or by a session that it opened.
    let chat = TelegramChat { id: 80, username: None, first_name: None };
    let code =
        NewLinkCode { hash: [20; 32], maker: LinkMaker::Chat(chat), session: None, expires_at: at(600) };
    store.keep_link_code(&code, at(3)).await.unwrap();
    assert_eq!(store.bind_chat(&brought([20; 32], 80, Some(user)), at(4)).await.unwrap(), None);
    let ended = Some(SessionId(id()));
    let code =
        NewLinkCode { hash: [21; 32], maker: LinkMaker::Person(user), session: ended, expires_at: at(600) };
    assert!(!store.keep_link_code(&code, at(4)).await.unwrap());
    assert_eq!(store.find_link_code(&[[21; 32]], at(5)).await.unwrap(), None);
}
