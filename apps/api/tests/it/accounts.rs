//! People's accounts over REST, the same on both databases.

use crate::{
    people::{OTHER_PASSWORD, PASSWORD, SETTINGS, answer, on_both, refused, wrong},
    server::{PATIENCE, Server},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_up_comes_back_and_leaves() {
    for server in on_both().await {
        let (phone, email) = ("+525512340040", "Maria@Example.com ");
        let person = server.sign_up(email, phone).await;
        refused(
            server.tell("auth/register", json!({"email": "MARIA@example.com", "password": PASSWORD})).await,
            409,
            "conflict",
        )
        .await;
        for weak in ["123456", "123456789012", "EVA@example.com", "Password1234"] {
            let body = json!({"email": "eva@example.com", "password": weak});
            refused(server.tell("auth/register", body).await, 422, "validation_failed").await;
        }
        let me = answer(server.as_person(Method::GET, "me", None, &person).await, 200).await;
        assert_eq!(
            (&me["email"], &me["phone"], &me["phone_verified"], &me["mfa_enabled"], &me["locale"]),
            (&json!("maria@example.com"), &json!(phone), &json!(true), &json!(false), &json!("es"))
        );

        let back = answer(server.log_in("maria@example.com", PASSWORD).await, 200).await;
        assert_eq!((&back["token_type"], &back["expires_in"]), (&json!("Bearer"), &json!(900)));
        let next = answer(server.refresh(&back["refresh_token"]).await, 200).await;
        assert_ne!(next["refresh_token"], back["refresh_token"]);
        let again = answer(server.refresh(&back["refresh_token"]).await, 200).await;
        assert_eq!(again["refresh_token"], next["refresh_token"], "a lost answer is given again");
        refused(server.refresh(&back["access_token"]).await, 401, "unauthorized").await;
        refused(
            server.call(Method::GET, "me", None, next["refresh_token"].as_str()).await,
            401,
            "unauthorized",
        )
        .await;

        let listed = answer(server.as_person(Method::GET, "auth/sessions", None, &next).await, 200).await;
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        assert_eq!(listed["items"][0]["current"], true);
        let stranger = server.sign_up("eva@example.com", "+523312340041").await;
        let path = format!("auth/sessions/{}", listed["items"][1]["id"].as_str().unwrap());
        refused(server.as_person(Method::DELETE, &path, None, &stranger).await, 404, "not_found").await;
        answer(server.as_person(Method::DELETE, &path, None, &next).await, 204).await;
        refused(server.as_person(Method::GET, "me", None, &person).await, 401, "unauthorized").await;
        refused(server.refresh(&person["refresh_token"]).await, 401, "unauthorized").await;

        let leave = |refresh: &Value| Some(json!({"refresh_token": refresh}));
        let others =
            server.as_person(Method::POST, "auth/logout", leave(&stranger["refresh_token"]), &next).await;
        refused(others, 401, "unauthorized").await;
        answer(server.refresh(&stranger["refresh_token"]).await, 200).await;
        answer(
            server.as_person(Method::POST, "auth/logout", leave(&next["refresh_token"]), &next).await,
            204,
        )
        .await;
        refused(server.as_person(Method::GET, "me", None, &next).await, 401, "unauthorized").await;
        refused(server.refresh(&next["refresh_token"]).await, 401, "unauthorized").await;

        let log = server.log();
        assert!(!log.contains(PASSWORD) && !log.contains("maria@") && !log.contains("5512340040"));
        assert!(!log.contains(next["refresh_token"].as_str().unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_proved_by_its_own_code_from_where_it_was_asked_for() {
    let server = Server::start_with(&SETTINGS).await;
    let register = |email: &str, phone: &str, code: &str| {
        let body = json!({"email": email, "password": PASSWORD, "phone": phone, "otp_code": code});
        server.tell("auth/register", body)
    };
    let (_, login) = server.begin("+525512340007", "login", None).await;
    refused(register("a@example.com", "+525512340007", &login).await, 400, "code_invalid_or_expired").await;
    let (_, code) = server.begin("+525512340008", "registration", None).await;
    refused(register("b@example.com", "+525512340009", &code).await, 400, "code_invalid_or_expired").await;

    let (id, code) = server.begin("+525512340010", "registration", None).await;
    for attempt in [wrong(&code), wrong(&code), wrong(&code), &code] {
        refused(register("c@example.com", "+525512340010", attempt).await, 400, "code_invalid_or_expired")
            .await;
    }
    refused(
        server.post("/api/v1/verify/check", json!({"id": id, "code": code})).await,
        400,
        "code_invalid_or_expired",
    )
    .await;

    let (id, code) = server.begin("+525512340011", "registration", Some("203.0.113.77")).await;
    for attempt in [wrong(&code), wrong(&code), wrong(&code), &code] {
        refused(register("d@example.com", "+525512340011", attempt).await, 400, "code_invalid_or_expired")
            .await;
    }
    let checked =
        answer(server.post("/api/v1/verify/check", json!({"id": id, "code": code})).await, 200).await;
    assert_eq!(checked["approved"], true, "a stranger neither sees nor uses up what was started elsewhere");

    // A challenge that a team got approved is a proof too, once.
    let (id, code) = server.begin("+525512340012", "registration", None).await;
    let by_id = |email: &str| {
        let body =
            json!({"email": email, "password": PASSWORD, "phone": "+525512340012", "verification_id": id});
        server.tell("auth/register", body)
    };
    refused(by_id("e@example.com").await, 400, "code_invalid_or_expired").await;
    answer(server.post("/api/v1/verify/check", json!({"id": id, "code": code})).await, 200).await;
    assert_eq!(answer(by_id("e@example.com").await, 201).await["phone_verified"], true);
    refused(by_id("f@example.com").await, 409, "conflict").await;

    let named = json!({"email": "g@example.com", "password": PASSWORD, "phone": "+525512340013"});
    let named = answer(server.tell("auth/register", named).await, 201).await;
    assert_eq!(named["phone_verified"], false, "a number that is only named");
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story, told from beginning to end")]
async fn a_known_number_keeps_its_wallet_and_a_person_sees_only_their_own() {
    for server in on_both().await {
        let demo = answer(server.get("/api/v1/wallets").await, 200).await["wallets"][0].clone();
        let person = server.sign_up("demo@example.com", crate::server::DEMO).await;
        assert_eq!(person["user_id"], demo["user_id"], "the number's person has an account now");
        let stranger = server.sign_up("eva@example.com", "+523312340041").await;
        let get = |path: String, who: Value| {
            let server = &server;
            async move { server.as_person(Method::GET, &path, None, &who).await }
        };
        let of = |who: &Value| who["user_id"].as_str().unwrap().to_owned();
        let wallet = demo["id"].as_str().unwrap().to_owned();

        let balance =
            answer(get(format!("accounts/{}/balance", of(&person)), person.clone()).await, 200).await;
        assert_eq!(balance["balance"], "1000.00");
        let own = answer(get("wallets".into(), stranger.clone()).await, 200).await;
        assert_eq!(own["wallets"].as_array().unwrap().len(), 1, "their first, and nobody else's");
        for path in [
            format!("accounts/{}/balance", of(&person)),
            format!("wallets?user_id={}", of(&person)),
            format!("wallets/{wallet}"),
            format!("wallets/{wallet}/entries"),
            format!("wallets/{wallet}/statement"),
        ] {
            refused(get(path.clone(), stranger.clone()).await, 404, "not_found").await;
            answer(get(path, person.clone()).await, 200).await;
        }

        let pay =
            json!({"amount": "100", "destination_account": "012345678901234567", "client_tx_id": "rent"});
        let paid =
            answer(server.as_person(Method::POST, "transfers", Some(pay.clone()), &person).await, 201).await;
        let again =
            answer(server.as_person(Method::POST, "transfers", Some(pay.clone()), &person).await, 201).await;
        assert_eq!((&paid["status"], &paid["id"]), (&json!("completed"), &again["id"]));
        for (field, value) in [("user_id", json!(of(&person))), ("from_wallet_id", json!(wallet))] {
            let mut theft = json!({"amount": "1", "destination_account": "012345678901234567"});
            theft[field] = value;
            refused(
                server.as_person(Method::POST, "transfers", Some(theft), &stranger).await,
                404,
                "not_found",
            )
            .await;
        }
        let one = format!("transfers/{}", paid["id"].as_str().unwrap());
        answer(get(one.clone(), person.clone()).await, 200).await;
        refused(get(one.clone(), stranger.clone()).await, 404, "not_found").await;
        let confirm =
            server.as_person(Method::POST, &format!("{one}/confirm"), Some(json!({})), &stranger).await;
        refused(confirm, 404, "not_found").await;
        let cancel = server.as_person(Method::POST, &format!("{one}/cancel"), None, &stranger).await;
        refused(cancel, 404, "not_found").await;
        let listed = answer(get("transfers".into(), person.clone()).await, 200).await;
        assert_eq!(listed["items"].as_array().unwrap().len(), 3, "this one, the opening balance, a loan");
        assert_eq!(listed["items"][0]["id"], paid["id"]);
        assert!(
            answer(get("transfers".into(), stranger.clone()).await, 200).await["items"]
                .as_array()
                .unwrap()
                .is_empty()
        );

        let purse = json!({"name": "Ahorro", "type": "savings"});
        let purse =
            answer(server.as_person(Method::POST, "wallets", Some(purse), &stranger).await, 201).await;
        assert_eq!(purse["user_id"], stranger["user_id"]);
        let others = json!({"user_id": of(&person), "name": "Ahorro", "type": "savings"});
        refused(server.as_person(Method::POST, "wallets", Some(others), &stranger).await, 404, "not_found")
            .await;

        let back = Some(json!({"reason": "mine"}));
        refused(
            server.as_person(Method::POST, &format!("{one}/reverse"), back, &person).await,
            403,
            "forbidden",
        )
        .await;
        refused(get("events".into(), person.clone()).await, 403, "forbidden").await;
        let code = Some(json!({"phone": "+525512340099"}));
        refused(server.as_person(Method::POST, "verify/send", code, &person).await, 403, "forbidden").await;
        refused(server.get("/api/v1/me").await, 403, "forbidden").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_up_code_goes_to_the_person_and_their_token_confirms_with_it() {
    let server = Server::start_with(&[&SETTINGS[..], &[("TRANSFER_2FA_THRESHOLD", "500")]].concat()).await;
    let person = server.sign_up("demo@example.com", crate::server::DEMO).await;
    let since = server.newest(crate::server::DEMO).await;
    let pay = json!({"amount": "600", "destination_account": "012345678901234567"});
    let filed = answer(server.as_person(Method::POST, "transfers", Some(pay), &person).await, 201).await;
    assert_eq!((&filed["status"], &filed["requires_2fa"]), (&json!("pending_verification"), &json!(true)));
    let code = server.code(crate::server::DEMO, "sms", since).await;
    let path = format!("transfers/{}/confirm", filed["id"].as_str().unwrap());
    let done = server.as_person(Method::POST, &path, Some(json!({"code": code})), &person).await;
    assert_eq!(answer(done, 200).await["status"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_people_are_answered_alike() {
    let server = Server::start_with(&SETTINGS).await;
    server.sign_up("maria@example.com", "+525512340040").await;
    let told = |mut body: Value| {
        body.as_object_mut().unwrap().remove("request_id");
        body
    };
    let mut answers = Vec::new();
    for email in ["maria@example.com", "nobody@example.com"] {
        let wrong = told(answer(server.log_in(email, "esta no es la clave").await, 401).await);
        let mut of_one = vec![wrong];
        for via in ["email", "otp"] {
            let forgot = server.tell("auth/password/forgot", json!({"email": email, "via": via})).await;
            of_one.push(told(answer(forgot, 202).await));
        }
        let reset = json!({"email": email, "otp_code": "000100", "new_password": OTHER_PASSWORD});
        of_one.push(told(answer(server.tell("auth/password/reset", reset).await, 400).await));
        answers.push(of_one);
    }
    assert_eq!(answers[0], answers[1]);
    for rubbish in ["", "no address", "a@b"] {
        refused(server.log_in(rubbish, PASSWORD).await, 401, "unauthorized").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_block_one_account_and_no_other() {
    let server = Server::start_with(&SETTINGS).await;
    server.sign_up("maria@example.com", "+525512340040").await;
    for _ in 0..20 {
        refused(server.log_in("maria@example.com", "esta no es la clave").await, 401, "unauthorized").await;
    }
    let full = server.log_in("maria@example.com", PASSWORD).await;
    assert!(full.headers().contains_key("retry-after"));
    refused(full, 429, "rate_limit_exceeded").await;
    refused(server.log_in("nobody@example.com", PASSWORD).await, 401, "unauthorized").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_reset_by_code_once() {
    for server in on_both().await {
        let (phone, email) = ("+525512340040", "maria@example.com");
        let person = server.sign_up(email, phone).await;
        let since = server.newest(phone).await;
        answer(server.tell("auth/password/forgot", json!({"email": email, "via": "otp"})).await, 202).await;
        let code = server.code(phone, "sms", since).await;
        let reset = |code: &str, password: &str| {
            let body = json!({"email": email, "otp_code": code, "new_password": password});
            server.tell("auth/password/reset", body)
        };
        refused(reset(&code, "123456").await, 422, "validation_failed").await;
        refused(reset(wrong(&code), OTHER_PASSWORD).await, 400, "code_invalid_or_expired").await;
        answer(reset(&code, OTHER_PASSWORD).await, 204).await;
        refused(reset(&code, OTHER_PASSWORD).await, 400, "code_invalid_or_expired").await;
        refused(server.as_person(Method::GET, "me", None, &person).await, 401, "unauthorized").await;
        refused(server.refresh(&person["refresh_token"]).await, 401, "unauthorized").await;
        refused(server.log_in(email, PASSWORD).await, 401, "unauthorized").await;
        answer(server.log_in(email, OTHER_PASSWORD).await, 200).await;
        for made_up in ["x", "", &"a".repeat(64)] {
            let body = json!({"token": made_up, "new_password": PASSWORD});
            refused(server.tell("auth/password/reset", body).await, 400, "code_invalid_or_expired").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mfa_takes_a_code_or_a_backup_code() {
    for server in on_both().await {
        let (phone, email) = ("+525512340040", "maria@example.com");
        let person = server.sign_up(email, phone).await;
        let own = || Some(json!({"password": PASSWORD}));
        answer(server.as_person(Method::POST, "auth/mfa/enable", own(), &person).await, 204).await;
        let codes = server.as_person(Method::POST, "auth/mfa/backup-codes", own(), &person).await;
        let codes = answer(codes, 201).await["codes"].as_array().unwrap().clone();
        assert_eq!(codes.len(), 10);
        let pass = |login: &Value, what: &str, factor: &Value| {
            server.tell("auth/mfa", json!({"challenge_id": login["challenge_id"], what: factor}))
        };

        let since = server.newest(phone).await;
        let login = answer(server.log_in(email, PASSWORD).await, 200).await;
        assert_eq!((&login["mfa_required"], &login["channel"]), (&json!(true), &json!("sms")));
        assert!(login.get("access_token").is_none() && login.get("refresh_token").is_none());
        let code = server.code(phone, "sms", since).await;
        refused(pass(&login, "code", &json!(wrong(&code))).await, 400, "code_invalid_or_expired").await;
        let passed = answer(pass(&login, "code", &json!(code)).await, 200).await;
        answer(server.as_person(Method::GET, "me", None, &passed).await, 200).await;
        refused(pass(&login, "code", &json!(code)).await, 401, "unauthorized").await;

        let mut statuses = Vec::new();
        for _ in 0..2 {
            let login = answer(server.log_in(email, PASSWORD).await, 200).await;
            statuses.push(pass(&login, "backup_code", &codes[0]).await.status().as_u16());
        }
        assert_eq!(statuses, [200, 400], "a backup code works once");
        refused(pass(&json!({"challenge_id": "made-up"}), "code", &json!(code)).await, 401, "unauthorized")
            .await;

        let since = server.newest(phone).await;
        let login = answer(server.log_in(email, PASSWORD).await, 200).await;
        let code = server.code(phone, "sms", since).await;
        for attempt in [wrong(&code), wrong(&code), wrong(&code), &code] {
            refused(pass(&login, "code", &json!(attempt)).await, 400, "code_invalid_or_expired").await;
        }
        answer(server.as_person(Method::POST, "auth/mfa/disable", own(), &passed).await, 204).await;
        answer(server.log_in(email, PASSWORD).await, 200).await["access_token"].as_str().unwrap();
        let plain = json!({"email": "eva@example.com", "password": PASSWORD});
        let plain = answer(server.tell("auth/register", plain).await, 201).await;
        refused(server.as_person(Method::POST, "auth/mfa/enable", own(), &plain).await, 409, "conflict")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proved_number_is_replaced_with_the_password_and_its_owner_is_told() {
    let settings = [&SETTINGS[..], &[("NEW_PAYEE_COOLOFF_MINUTES", "10")]].concat();
    let server = Server::start_with(&settings).await;
    let (old, new) = (crate::server::DEMO, "+525512340060");
    let person = server.sign_up("demo@example.com", old).await;
    let patch = |body: Value| server.as_person(Method::PATCH, "me", Some(body), &person);
    let (_, code) = server.begin(new, "registration", None).await;
    refused(patch(json!({"phone": new, "password": PASSWORD})).await, 422, "validation_failed").await;
    refused(patch(json!({"phone": new, "otp_code": code})).await, 422, "validation_failed").await;
    let theft = json!({"phone": new, "otp_code": code, "password": "esta no es la clave"});
    refused(patch(theft).await, 401, "unauthorized").await;
    refused(
        patch(json!({"phone": new, "otp_code": wrong(&code), "password": PASSWORD})).await,
        400,
        "code_invalid_or_expired",
    )
    .await;
    let me = answer(patch(json!({"phone": new, "otp_code": code, "password": PASSWORD})).await, 200).await;
    assert_eq!((&me["phone"], &me["phone_verified"]), (&json!(new), &json!(true)));
    let begun = Instant::now();
    while !server
        .inbox(old, 0)
        .await
        .iter()
        .any(|message| message["body"].as_str().unwrap().contains("****0060"))
    {
        assert!(begun.elapsed() < PATIENCE, "the old number was not told");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let pay = json!({"amount": "1", "destination_account": "012345678901234567"});
    refused(server.as_person(Method::POST, "transfers", Some(pay), &person).await, 422, "limit_exceeded")
        .await;
    let named = answer(patch(json!({"first_name": " Ana ", "locale": "pt"})).await, 200).await;
    assert_eq!((&named["first_name"], &named["locale"]), (&json!("Ana"), &json!("pt")));
    assert_eq!(answer(patch(json!({"first_name": null})).await, 200).await["first_name"], Value::Null);
    refused(patch(json!({"email": "b@example.com"})).await, 422, "validation_failed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_bound_from_either_side() {
    for server in on_both().await {
        let person = server.sign_up("maria@example.com", "+525512340040").await;
        let start = |body: Value, who: &Value| {
            let token = who.as_str().map(str::to_owned);
            let server = &server;
            async move { server.call(Method::POST, "auth/telegram/start", Some(body), token.as_deref()).await }
        };
        let service = json!(server.token);
        let own = answer(start(json!({}), &person["access_token"]).await, 200).await;
        assert_eq!(own["expires_in"], 600);
        let code = own["code"].as_str().unwrap();
        assert_eq!(own["link"], format!("https://t.me/ventanilla_bot?start={code}"));
        refused(start(json!({"chat_id": 7}), &Value::Null).await, 401, "unauthorized").await;
        refused(start(json!({"chat_id": 7}), &person["access_token"]).await, 403, "forbidden").await;

        let confirm = |body: Value, who: &Value| {
            let token = who.as_str().unwrap_or_default().to_owned();
            let server = &server;
            async move { server.call(Method::POST, "auth/telegram/confirm", Some(body), Some(&token)).await }
        };
        let body = json!({"code": code, "chat_id": 7, "username": "maria"});
        refused(confirm(body.clone(), &person["access_token"]).await, 400, "code_invalid_or_expired").await;
        let bound = answer(confirm(body.clone(), &service).await, 200).await;
        assert_eq!((&bound["success"], &bound["user_id"]), (&json!(true), &person["user_id"]));
        answer(server.call(Method::GET, "me", None, bound["jwt_token"].as_str()).await, 200).await;
        refused(confirm(body, &service).await, 400, "code_invalid_or_expired").await;

        let chats = start(json!({"chat_id": 8, "username": "ana", "first_name": "Ana"}), &service).await;
        let chats = answer(chats, 200).await;
        assert!(chats.get("link").is_none());
        let body = json!({"code": chats["code"], "chat_id": 8});
        refused(confirm(body.clone(), &service).await, 400, "code_invalid_or_expired").await;
        let shown = answer(confirm(body.clone(), &person["access_token"]).await, 200).await;
        assert_eq!((&shown["success"], &shown["username"]), (&json!(false), &json!("ana")));
        assert!(shown.get("jwt_token").is_none());
        let mut with = body.clone();
        with["password"] = json!("esta no es la clave");
        refused(confirm(with.clone(), &person["access_token"]).await, 401, "unauthorized").await;
        with["password"] = json!(PASSWORD);
        with["chat_id"] = json!(9);
        refused(confirm(with.clone(), &person["access_token"]).await, 400, "code_invalid_or_expired").await;
        with["chat_id"] = json!(8);
        assert_eq!(answer(confirm(with, &person["access_token"]).await, 200).await["success"], true);
    }
}
