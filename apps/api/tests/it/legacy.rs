//! The legacy endpoints with their JSON, on both databases.

use crate::{
    people::{OTHER_PASSWORD, PASSWORD, answer, on_both_with, wrong},
    server::Server,
};
use reqwest::{Client, Method, Response, redirect::Policy};
use serde_json::{Value, json};

const SETTINGS: [(&str, &str); 2] =
    [("VERIFY_PROVIDER", "self"), ("RETURN_TO_ORIGINS", "https://app.example.com,https://other.example")];

async fn post(server: &Server, path: &str, body: Value, token: Option<&Value>) -> (u16, Value) {
    let mut call = server.client.post(format!("{}{path}", server.base)).json(&body);
    if let Some(token) = token {
        call = call.bearer_auth(token.as_str().unwrap());
    }
    let answer = call.send().await.unwrap();
    let status = answer.status().as_u16();
    assert_ne!(answer.headers()["content-type"], "application/problem+json", "{path} {status}");
    (status, answer.json().await.unwrap())
}

/// A person without a number, signed in.
async fn kate(server: &Server) -> Value {
    let body = json!({"email": "kate@example.com", "password": PASSWORD});
    answer(server.tell("auth/register", body).await, 201).await["access_token"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_proves_the_number_that_they_named() {
    for server in on_both_with(&SETTINGS).await {
        let token = kate(&server).await;
        let phone = "+525512346001";
        let me = || server.call(Method::GET, "me", None, token.as_str());
        let send = |phone: &str| {
            post(
                &server,
                "/api/auth/send-verification-code",
                json!({"phoneNumber": phone, "purpose": "login"}),
                Some(&token),
            )
        };
        let check = |code: &str| post(&server, "/api/auth/verify-code", json!({"code": code}), Some(&token));
        let (status, nothing) =
            post(&server, "/api/auth/resend-verification-code", json!({}), Some(&token)).await;
        assert!(status == 400 && nothing["error"].is_string(), "{nothing}");

        let (status, sent) = send("55 1234 6001").await;
        assert_eq!(
            (status, &sent["expiresInMinutes"], &sent["provider"]),
            (200, &json!(10), &json!("twilio"))
        );
        assert!(sent["message"].is_string() && sent["messageId"].is_string(), "{sent}");
        let named = answer(me().await, 200).await;
        assert_eq!(
            (&named["phone"], &named["phone_verified"]),
            (&json!(phone), &json!(false)),
            "it is pending"
        );

        let code = server.code(phone, "whatsapp", 0).await;
        let (status, refused) = check(wrong(&code)).await;
        assert!(
            status == 400 && refused["error"].is_string() && refused.get("verified").is_none(),
            "{refused}"
        );
        let since = server.newest(phone).await;
        let (status, again) =
            post(&server, "/api/auth/resend-verification-code", json!({}), Some(&token)).await;
        assert_eq!((status, &again["messageId"]), (200, &sent["messageId"]), "the same challenge");
        let code = server.code(phone, "whatsapp", since).await;
        let (status, proved) = check(&code).await;
        assert_eq!((status, &proved["verified"]), (200, &json!(true)));
        assert_eq!(answer(me().await, 200).await["phone_verified"], true);
        assert_eq!(check(&code).await.0, 400, "once");

        let (status, another) = send("+525512346002").await;
        assert!(status == 400 && another["error"].as_str().unwrap().contains("verificado"), "{another}");
        assert!(server.inbox("+525512346002", 0).await.is_empty());
        let log_in = answer(server.log_in("kate@example.com", PASSWORD).await, 200).await;
        assert!(log_in.get("verification_url").is_none() && log_in["phone_verified"] == true, "{log_in}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_and_refusals_have_the_legacy_json() {
    for server in on_both_with(&[&SETTINGS[..], &[("OTP_RESEND_COOLDOWN_SECONDS", "60")]].concat()).await {
        let token = kate(&server).await;
        let send = |body: Value, token| post(&server, "/api/auth/send-verification-code", body, token);
        let (status, stranger) = send(json!({"phoneNumber": "+525512346003"}), None).await;
        assert!(status == 401 && stranger["message"].is_string(), "{stranger}");
        let team = json!(server.token);
        let (status, team) = send(json!({"phoneNumber": "+525512346003"}), Some(&team)).await;
        assert!(status == 403 && team["message"].is_string(), "{team}");
        for body in [
            json!({}),
            json!({"phoneNumber": 7}),
            json!({"phoneNumber": "12"}),
            json!([]),
            json!({"phoneNumber": "+79161234567"}),
        ] {
            let (status, wrong) = send(body.clone(), Some(&token)).await;
            assert!(status == 400 && wrong["error"].is_string(), "{body}: {wrong}");
        }
        assert_eq!(send(json!({"phoneNumber": "+525512346003"}), Some(&token)).await.0, 200);
        let (status, soon) = send(json!({"phoneNumber": "+525512346003"}), Some(&token)).await;
        assert_eq!(
            (status, &soon["limitType"], &soon["limit"]),
            (429, &json!("cooldown"), &json!(60)),
            "{soon}"
        );
        let (status, soon) =
            post(&server, "/api/auth/resend-verification-code", json!({}), Some(&token)).await;
        let wait = soon["remainingSeconds"].as_i64().unwrap();
        assert!(status == 429 && (1..=60).contains(&wait), "{soon}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_legacy_address_leads_to_a_page() {
    for server in on_both_with(&SETTINGS).await {
        let browser = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let visit = |query: &str, token: Option<Value>| {
            let mut call = browser.get(format!("{}/verificar-telefono{query}", server.base));
            if let Some(token) = token {
                call = call.bearer_auth(token.as_str().unwrap());
            }
            call.send()
        };
        let location = |answer: &Response| answer.headers()["location"].to_str().unwrap().to_owned();
        for (query, back) in [
            (
                "?source=menu&returnTo=https://other.example/a",
                Some("https://other.example/a?verification_id="),
            ),
            ("?source=menu&returnTo=/inicio", Some("https://app.example.com/inicio?verification_id=")),
            ("?source=menu&returnTo=https://evil.example/", None),
            ("?returnTo=//evil.example/", None),
            ("?source=menu&returnTo=/%5Cevil.example", None),
            ("", None),
        ] {
            let answer = visit(query, None).await.unwrap();
            assert_eq!(answer.status(), 303, "{query}");
            let page = location(&answer);
            assert!(page.starts_with(&format!("{}/verify/", server.base)), "{page}");
            if let Some(back) = back {
                let step = |what: &str, fields: &[(&str, &str)]| {
                    browser.post(format!("{page}/{what}")).form(fields).send()
                };
                let phone = if back.contains("inicio") { "+525512346004" } else { "+523312346005" };
                step("send", &[("phone", phone), ("channel", "sms")]).await.unwrap();
                let code = server.code(phone, "sms", 0).await;
                step("check", &[("code", &code)]).await.unwrap();
                let done = browser.get(&page).send().await.unwrap().text().await.unwrap();
                assert!(done.contains(back) && done.contains("state=menu"), "{done}");
            } else {
                let html = browser.get(&page).send().await.unwrap().text().await.unwrap();
                assert!(!html.contains("evil"), "{html}");
            }
        }
        // With a person's token the number becomes theirs.
        let token = kate(&server).await;
        let page = location(&visit("", Some(token.clone())).await.unwrap());
        let step =
            |what: &str, fields: &[(&str, &str)]| browser.post(format!("{page}/{what}")).form(fields).send();
        step("send", &[("phone", "+528112346006"), ("channel", "sms")]).await.unwrap();
        let code = server.code("+528112346006", "sms", 0).await;
        step("check", &[("code", &code)]).await.unwrap();
        let me = answer(server.call(Method::GET, "me", None, token.as_str()).await, 200).await;
        assert_eq!((&me["phone"], &me["phone_verified"]), (&json!("+528112346006"), &json!(true)));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story, told from beginning to end")]
async fn codes_for_sign_up_and_lost_passwords() {
    for server in on_both_with(&SETTINGS).await {
        let (phone, email) = ("+525512346007", "user@example.com");
        let send =
            |to: &str, channel: &str| post(&server, "/send-otp", json!({"to": to, "channel": channel}), None);
        for (to, channel) in [("ana@example.com", "email"), ("+523312346008", "whatsapp"), (phone, "sms")] {
            let (status, sent) = send(to, channel).await;
            assert_eq!(status, 200, "{sent}");
            assert_eq!(sent["message"], format!("OTP sent successfully via {channel}"));
            assert_eq!(
                (&sent["status"], &sent["to"], &sent["channel"]),
                (&json!("pending"), &json!(to), &json!(channel))
            );
            let code = server.code(to, channel, 0).await;
            assert!(!sent.to_string().contains(&code));
            let (status, wrong) =
                post(&server, "/verify-otp", json!({"to": to, "code": wrong(&code)}), None).await;
            assert!(status == 400 && wrong["valid"] == false && wrong["error"].is_string(), "{wrong}");
            if channel != "sms" {
                let (status, right) =
                    post(&server, "/verify-otp", json!({"to": to, "code": code}), None).await;
                assert_eq!(
                    (status, &right["valid"], &right["status"]),
                    (200, &json!(true), &json!("approved"))
                );
            }
        }
        for (to, channel) in [
            ("12", "sms"),
            ("ana@example.com", "sms"),
            (phone, "email"),
            (phone, "pigeon"),
            ("+79161234567", "sms"),
        ] {
            let (status, refused) = send(to, channel).await;
            assert!(
                status == 400 && refused["error"].is_string() && refused["code"].is_string(),
                "{refused}"
            );
        }
        let code = server.code(phone, "sms", 0).await;
        let register = json!({"email": email, "password": PASSWORD, "phone": phone, "otp_code": code});
        let weak = json!({"email": email, "password": "123456", "phone": phone, "otp_code": code});
        let (status, weak) = post(&server, "/register-with-otp", weak, None).await;
        assert!(status == 400 && weak["error"].as_str().unwrap().starts_with("password"), "{weak}");
        let (status, made) = post(&server, "/register-with-otp", register.clone(), None).await;
        assert_eq!(status, 201, "{made}");
        assert_eq!((&made["user"]["email"], &made["user"]["phone_verified"]), (&json!(email), &json!(true)));
        assert!(made["message"].is_string() && made["token"].is_string(), "{made}");
        let (status, taken) = post(&server, "/register-with-otp", register, None).await;
        assert!(status == 409 && taken["error"].is_string(), "{taken}");

        let since = server.newest(phone).await;
        let (status, asked) = post(&server, "/forgot-password-otp", json!({"email": email}), None).await;
        assert!(status == 200 && asked["status"] == "pending", "{asked}");
        let code = server.code(phone, "sms", since).await;
        let (status, half) =
            post(&server, "/forgot-password-otp", json!({"email": email, "otp_code": code}), None).await;
        assert!(status == 400 && half["error"].is_string());
        let reset = json!({"email": email, "otp_code": code, "new_password": OTHER_PASSWORD});
        let (status, done) = post(&server, "/forgot-password-otp", reset.clone(), None).await;
        assert!(status == 200 && done["message"].is_string(), "{done}");
        assert_eq!(post(&server, "/forgot-password-otp", reset, None).await.0, 400, "once");
        assert_eq!(server.refresh(&made["refresh_token"]).await.status(), 401, "sessions ended");
        assert_eq!(server.log_in(email, OTHER_PASSWORD).await.status(), 200);
    }
}
