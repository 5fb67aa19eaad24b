//! Accounts of operators, the same on both databases.

use crate::{
    people::{on_both, refused},
    server::Server,
};
use reqwest::Method;

const ADDRESS: &str = "ana.ops@example.com";

fn token(server: &Server) -> String {
    let (made, token) = server.command(&["operator", "token", ADDRESS]);
    assert!(made, "{token}");
    token.trim().to_owned()
}

async fn status(server: &Server, token: &str) -> u16 {
    server.call(Method::GET, "transfers", None, Some(token)).await.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_is_known_while_the_account_is_enabled() {
    for server in on_both().await {
        let add = ["operator", "add", ADDRESS, "--role", "investigate"];
        assert!(server.command(&add).0);
        assert!(!server.command(&add).0, "the address is taken");
        let first = token(&server);
        let answer = server.call(Method::GET, "transfers", None, Some(&first)).await;
        refused(answer, 403, "forbidden").await;

        assert!(server.command(&["operator", "reset", ADDRESS]).0);
        assert_eq!(status(&server, &first).await, 401, "its tokens ended");
        let second = token(&server);
        assert_eq!(status(&server, &second).await, 403);

        let (listed, list) = server.command(&["operator", "list"]);
        assert!(listed && list.contains(&format!("{ADDRESS}  investigate")) && !list.contains("disabled"));
        assert!(server.command(&["operator", "disable", ADDRESS]).0);
        assert_eq!(status(&server, &second).await, 401, "the account is disabled");
        assert!(server.command(&["operator", "list"]).1.contains("disabled"));
        assert!(!server.command(&["operator", "token", ADDRESS]).0);
        assert!(!server.log().contains(ADDRESS));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_word_makes_and_changes_nothing() {
    for server in on_both().await {
        for arguments in [
            ["add", "ana.ops@example.com", "--role", "owner"].as_slice(),
            &["add", "not an address", "--role", "look"],
            &["add", ADDRESS],
            &["disable", "nobody@example.com"],
            &["reset", "nobody@example.com"],
            &["token", "nobody@example.com"],
        ] {
            assert!(!server.command(&[&["operator"], arguments].concat()).0, "{arguments:?}");
        }
        assert_eq!(server.command(&["operator", "list"]), (true, String::new()));
    }
}
