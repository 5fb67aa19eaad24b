//! Attacks, on both databases: many check attempts at once, codes used for another purpose, strangers who
//! look, lock and use up, invalid tokens, repeated requests.

use crate::{
    people::{OTHER_PASSWORD, PASSWORD, answer, on_both_with, refused, wrong},
    server::{DEMO, Server},
};
use futures_util::future::join_all;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

const OWN: (&str, &str) = ("VERIFY_PROVIDER", "self");
const ACCOUNT: &str = "012345678901234567";

async fn attempt(server: &Server, id: &Value, code: &str) -> (u16, Value) {
    let answer = server.post("/api/v1/verify/check", json!({"id": id, "code": code})).await;
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Calls a legacy endpoint without a token.
async fn legacy(server: &Server, path: &str, body: Value) -> Response {
    server.client.post(format!("{}{path}", server.base)).json(&body).send().await.unwrap()
}

/// The demo person's id and balance.
async fn demo(server: &Server) -> (Value, Value) {
    let wallets = answer(server.get("/api/v1/wallets").await, 200).await;
    let demo = wallets["wallets"].as_array().unwrap().iter().find(|one| one["balance"] != "0.00").unwrap();
    (demo["user_id"].clone(), demo["balance"].clone())
}

fn approvals(judged: &[(u16, Value)]) -> usize {
    judged.iter().filter(|(status, body)| *status == 200 && body["approved"] == true).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_attempts_at_once_count_as_three_and_thirty_right_codes_get_one_approval() {
    for server in on_both_with(&[OWN]).await {
        let (id, code) = server.begin("+525512345001", "login", None).await;
        let wrong: Vec<String> = (100..161).map(|n| format!("{n:06}")).filter(|n| *n != code).collect();
        let judged = join_all(wrong.iter().take(60).map(|one| attempt(&server, &id, one))).await;
        let looked_at = judged.iter().filter(|(status, _)| *status == 200).count();
        assert_eq!(looked_at, 3, "{judged:?}");
        assert!(judged.iter().all(|(status, _)| [200, 400, 423].contains(status)), "{judged:?}");
        assert_eq!(attempt(&server, &id, &code).await.0, 400, "then the right one is too late");

        let (id, code) = server.begin("+523312345002", "login", None).await;
        let judged = join_all((0..30).map(|_| attempt(&server, &id, &code))).await;
        assert!(approvals(&judged) >= 1, "{judged:?}");
        // Those that came before the first answer get its approval again; later ones find the code used.
        let approval = judged.iter().find(|(status, _)| *status == 200).unwrap();
        assert!(judged.iter().all(|one| one == approval || one.0 == 400), "{judged:?}");
        assert_eq!(attempt(&server, &id, &code).await.0, 400, "and never again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resend_gives_no_attempts_back() {
    for server in on_both_with(&[OWN]).await {
        let phone = "+525512345003";
        let (id, code) = server.begin(phone, "login", None).await;
        for _ in 0..2 {
            attempt(&server, &id, wrong(&code)).await;
        }
        let since = server.newest(phone).await;
        let again = answer(server.post("/api/v1/verify/resend", json!({"id": id})).await, 200).await;
        assert_eq!(again["id"], id);
        let code = server.code(phone, "sms", since).await;
        let (_, last) = attempt(&server, &id, wrong(&code)).await;
        assert_eq!(last["attempts_remaining"], 0);
        assert_eq!(attempt(&server, &id, &code).await.0, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_only_for_its_purpose() {
    for server in on_both_with(&[OWN]).await {
        let register = |phone: &str, code: &str| {
            let body =
                json!({"email": "a@example.com", "password": PASSWORD, "phone": phone, "otp_code": code});
            server.tell("auth/register", body)
        };
        let (_, login) = server.begin("+525512345004", "login", None).await;
        refused(register("+525512345004", &login).await, 400, "code_invalid_or_expired").await;
        let (_, code) = server.begin("+523312345005", "registration", None).await;
        refused(register("+528112345006", &code).await, 400, "code_invalid_or_expired").await;

        let email = "maria@example.com";
        let person = server.sign_up(email, "+522221234507").await;
        let (_, login) = server.begin("+522221234507", "login", None).await;
        let reset = json!({"email": email, "otp_code": login, "new_password": OTHER_PASSWORD});
        refused(server.tell("auth/password/reset", reset).await, 400, "code_invalid_or_expired").await;
        answer(server.as_person(Method::GET, "me", None, &person).await, 200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_up_code_confirms_only_its_payment() {
    for server in on_both_with(&[("TRANSFER_2FA_THRESHOLD", "10")]).await {
        let (user, _) = demo(&server).await;
        let file = |amount: &str| {
            let body = json!({"user_id": user, "amount": amount, "destination_account": ACCOUNT});
            server.post("/api/v1/transfers", body)
        };
        let mut filed = Vec::new();
        for amount in ["20", "900"] {
            let since = server.newest(DEMO).await;
            let transfer = answer(file(amount).await, 201).await;
            filed.push((transfer["id"].as_str().unwrap().to_owned(), server.code(DEMO, "sms", since).await));
        }
        let confirm = |id: &str, code: &str| {
            let path = format!("/api/v1/transfers/{id}/confirm");
            let body = json!({"code": code});
            let server = &server;
            async move { server.post(&path, body).await }
        };
        let [(small, small_code), (large, large_code)] = filed.try_into().unwrap();
        if small_code != large_code {
            refused(confirm(&large, &small_code).await, 400, "code_invalid_or_expired").await;
        }
        assert_eq!(demo(&server).await.1, "1000.00");
        assert_eq!(answer(confirm(&small, &small_code).await, 200).await["status"], "completed");
        assert_eq!(answer(confirm(&large, &large_code).await, 200).await["status"], "completed");
        assert_eq!(demo(&server).await.1, "80.00");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_uses_up_locks_and_sees_nothing_of_others() {
    for server in on_both_with(&[OWN]).await {
        let phone = "+525512345008";
        let (id, code) = server.begin(phone, "registration", Some("203.0.113.77")).await;
        for _ in 0..6 {
            let tried = legacy(&server, "/verify-otp", json!({"to": phone, "code": wrong(&code)})).await;
            assert_eq!(tried.status(), 400);
        }
        let (_, token) = server.command(&["token", "--client", "other"]);
        let other = |method: Method, path: String, body: Option<Value>| {
            let token = token.trim().to_owned();
            let server = &server;
            async move { server.call(method, &path, body, Some(&token)).await }
        };
        let path = format!("verify/{}", id.as_str().unwrap());
        refused(other(Method::GET, path, None).await, 404, "not_found").await;
        let tried = other(Method::POST, "verify/check".into(), Some(json!({"id": id, "code": code}))).await;
        refused(tried, 400, "code_invalid_or_expired").await;
        let tried =
            other(Method::POST, "verify/check".into(), Some(json!({"phone": phone, "code": code}))).await;
        refused(tried, 400, "code_invalid_or_expired").await;
        assert_eq!(
            approvals(&[attempt(&server, &id, &code).await]),
            1,
            "all check attempts are still its own"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_people_get_the_same_answers() {
    for server in on_both_with(&[OWN]).await {
        server.sign_up("maria@example.com", "+525512345009").await;
        let mut told = Vec::new();
        for (email, phone) in
            [("maria@example.com", "+525512345009"), ("nobody@example.com", "+523312345010")]
        {
            let mut of_one = Vec::new();
            let reset = json!({"email": email, "otp_code": "000100", "new_password": OTHER_PASSWORD});
            for answer in [
                server.log_in(email, "esta no es la clave").await,
                server.tell("auth/password/forgot", json!({"email": email})).await,
                server.tell("auth/password/forgot", json!({"email": email, "via": "otp"})).await,
                server.tell("auth/password/reset", reset.clone()).await,
                legacy(&server, "/forgot-password-otp", json!({"email": email})).await,
                legacy(&server, "/forgot-password-otp", reset).await,
                legacy(&server, "/send-otp", json!({"to": phone, "channel": "sms"})).await,
                legacy(&server, "/verify-otp", json!({"to": phone, "code": "000100"})).await,
            ] {
                let status = answer.status().as_u16();
                let mut body: Value = answer.json().await.unwrap();
                for own in ["request_id", "to"] {
                    body.as_object_mut().unwrap().remove(own);
                }
                of_one.push((status, body));
            }
            told.push(of_one);
        }
        assert_eq!(told[0], told[1]);
        // Opt-outs are not told either.
        server.say_by("twilio", "+528112345014", "BAJA").await;
        let begun = std::time::Instant::now();
        while server.inbox("+528112345014", 0).await.is_empty() {
            assert!(begun.elapsed() < crate::server::PATIENCE, "the goodbye is missing");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let since = server.newest("+528112345014").await;
        let quiet = json!({"to": "+528112345014", "channel": "whatsapp"});
        let open = json!({"to": "+524421234515", "channel": "whatsapp"});
        for body in [quiet, open] {
            assert_eq!(answer(legacy(&server, "/send-otp", body).await, 200).await["status"], "pending");
        }
        server.code("+524421234515", "whatsapp", 0).await;
        assert!(server.inbox("+528112345014", since).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neighbouring_numbers_and_forged_addresses_share_one_limit() {
    for server in
        on_both_with(&[OWN, ("MAX_OTP_PER_PREFIX_PER_HOUR", "6"), ("MAX_OTP_PER_IP_PER_HOUR", "8")]).await
    {
        let walk = (0..50).map(|n| {
            let body = json!({"phone": format!("+52818765{n:04}"), "channel": "sms", "client_ip": format!("198.51.100.{n}")});
            server.post("/api/v1/verify/send", body)
        });
        let sent = join_all(walk).await.into_iter().filter(|answer| answer.status() == 200).count();
        assert_eq!(sent, 6, "fifty numbers of one prefix at once");

        let areas = ["55", "33", "222", "442", "664", "998", "999", "477", "614", "656", "867", "744"];
        let mut statuses = Vec::new();
        for (n, area) in areas.iter().enumerate() {
            let to = format!("+52{area}{:0>width$}", n + 1000, width = 10 - area.len());
            let sent = server.client.post(format!("{}/send-otp", server.base));
            let invented = format!("10.0.0.{n}");
            let sent = sent.header("X-Forwarded-For", &invented).header("X-Real-IP", &invented);
            statuses.push(sent.json(&json!({"to": to})).send().await.unwrap().status().as_u16());
        }
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 8, "{statuses:?}");
        assert!(statuses[8..].iter().all(|status| *status == 429), "{statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_token_is_refused() {
    for server in on_both_with(&[]).await {
        let person = server.sign_up("maria@example.com", "+525512345011").await;
        let access = person["access_token"].as_str().unwrap();
        let parts: Vec<&str> = access.split('.').collect();
        let service: Vec<&str> = server.token.split('.').collect();
        // `{"alg":"none"}`, and a header that names a file as its key.
        let none = "eyJhbGciOiJub25lIn0";
        let traversal = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uLy4uL2Rldi9udWxsIn0";
        let shifted = parts[2].replace(|c: char| c.is_ascii_lowercase(), "A");
        for (what, token) in [
            ("none", format!("{none}.{}.", parts[1])),
            ("none with a signature", format!("{none}.{}.{}", parts[1], parts[2])),
            ("another key's name", format!("{traversal}.{}.{}", parts[1], parts[2])),
            ("no signature", format!("{}.{}.", parts[0], parts[1])),
            ("another signature", format!("{}.{}.{shifted}", parts[0], parts[1])),
            ("another's claims", format!("{}.{}.{}", parts[0], service[1], parts[2])),
            ("a refresh token", person["refresh_token"].as_str().unwrap().to_owned()),
            ("nothing", String::new()),
        ] {
            let answer = server.call(Method::GET, "me", None, Some(&token)).await;
            assert_eq!(answer.status(), 401, "{what}");
        }
        refused(server.refresh(&person["access_token"]).await, 401, "unauthorized").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_has_one_successor() {
    for server in on_both_with(&[]).await {
        let person = server.sign_up("maria@example.com", "+525512345012").await;
        let refreshed = join_all((0..20).map(|_| server.refresh(&person["refresh_token"]))).await;
        let mut successors = Vec::new();
        for one in refreshed {
            successors.push(answer(one, 200).await["refresh_token"].clone());
        }
        successors.dedup();
        assert_eq!(successors.len(), 1);
        answer(server.refresh(&successors[0]).await, 200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_webhook_acts_once() {
    for server in on_both_with(&[]).await {
        let said =
            json!({"provider": "twilio", "body": "hola", "message_id": "SM0123456789abcdef0123456789abcdef"});
        let path = format!("/phones/{DEMO}/messages");
        let taken = join_all((0..10).map(|_| server.play(&path, said.clone()))).await;
        assert!(taken.iter().all(|one| one["webhook_status"] == 200), "{taken:?}");
        // A later message is answered later, so nothing else is running.
        server.ask(DEMO, "ayuda", "").await;
        let asked = answer(server.get("/api/v1/conversations").await, 200).await;
        let conversation = asked["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/conversations/{conversation}/messages");
        let lines = answer(server.get(&path).await, 200).await;
        let heard = lines["items"].as_array().unwrap().iter().filter(|line| line["text"] == "hola").count();
        assert_eq!(heard, 1, "{lines}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_amounts_move_nothing() {
    for server in on_both_with(&[]).await {
        let (user, _) = demo(&server).await;
        let post = |body: String| {
            let call = server.client.post(format!("{}/api/v1/transfers", server.base));
            call.bearer_auth(&server.token).header("Content-Type", "application/json").body(body).send()
        };
        for amount in [
            "-500",
            "0",
            "\"NaN\"",
            "\"Infinity\"",
            "1e400",
            "1e2",
            "0.001",
            "\"1,5\"",
            "\"0x10\"",
            "\"\"",
            "\" 5\"",
            "9999999999999999",
            "null",
            "[]",
            "true",
        ] {
            let body =
                format!(r#"{{"user_id": {user}, "amount": {amount}, "destination_account": "{ACCOUNT}"}}"#);
            refused(post(body).await.unwrap(), 422, "validation_failed").await;
        }
        let body = format!(r#"{{"user_id": {user}, "amount": NaN, "destination_account": "{ACCOUNT}"}}"#);
        refused(post(body).await.unwrap(), 400, "malformed_json").await;
        assert_eq!(demo(&server).await.1, "1000.00");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_payments_at_once_pay_ten_times_and_each_caller_has_their_own_keys() {
    for server in on_both_with(&[("TRANSFER_2FA_THRESHOLD", "100000")]).await {
        let (user, _) = demo(&server).await;
        let pay = |amount: &str, key: &str| {
            let body = json!({"user_id": user, "amount": amount, "destination_account": ACCOUNT, "client_tx_id": key});
            server.post("/api/v1/transfers", body)
        };
        let keys: Vec<String> = (0..40).map(|n| format!("at-once-{n}")).collect();
        let paid = join_all(keys.iter().map(|key| pay("100", key))).await;
        assert_eq!(paid.iter().filter(|answer| answer.status() == 201).count(), 10);
        assert!(paid.iter().all(|answer| [201, 402].contains(&answer.status().as_u16())));
        let wallets = answer(server.get("/api/v1/wallets").await, 200).await;
        let balances: Vec<&Value> =
            wallets["wallets"].as_array().unwrap().iter().map(|w| &w["balance"]).collect();
        assert_eq!(balances, ["0.00", "25000.00"], "the friend's wallet is untouched");

        refused(pay("99", "at-once-0").await, 422, "idempotency_key_reused").await;
        // The same key of another team is another key: that team sees nothing of the first one's transfer.
        let (_, token) = server.command(&["token", "--client", "other"]);
        let first = paid.into_iter().find(|answer| answer.status() == 201).unwrap();
        let first: Value = first.json().await.unwrap();
        let body = json!({"user_id": user, "amount": "100", "destination_account": ACCOUNT, "client_tx_id": first["client_tx_id"]});
        let again = server.call(Method::POST, "transfers", Some(body), Some(token.trim())).await;
        refused(again, 402, "insufficient_funds").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_contains_no_secret() {
    for server in on_both_with(&[OWN]).await {
        let (phone, email) = ("+525512345013", "maria@example.com");
        let person = server.sign_up(email, phone).await;
        let (id, code) = server.begin(phone, "login", None).await;
        attempt(&server, &id, &code).await;
        answer(server.tell("auth/password/forgot", json!({"email": email})).await, 202).await;
        let begun = std::time::Instant::now();
        let link = loop {
            if let Some(mail) = server.inbox(email, 0).await.pop() {
                break mail["body"].as_str().unwrap().to_owned();
            }
            assert!(begun.elapsed() < crate::server::PATIENCE);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        };
        let (_, link) = link.split_once("token=").unwrap();
        let reset = link.split_whitespace().next().unwrap();
        let page = Client::builder().no_proxy().build().unwrap();
        page.get(format!("{}/reset?token={reset}", server.base)).send().await.unwrap();
        let log = server.log();
        for (what, secret) in [
            ("code", code.as_str()),
            ("number", "5512345013"),
            ("address", email),
            ("password", PASSWORD),
            ("reset token", reset),
            ("access token", person["access_token"].as_str().unwrap()),
            ("refresh token", person["refresh_token"].as_str().unwrap()),
            ("service token", server.token.as_str()),
        ] {
            assert!(!log.contains(secret), "the {what} is in the log");
        }
        assert!(log.lines().count() > 10);
    }
}
