//! The bank: tokens, payments, balance and statement, and what it is told to do.

use crate::world::{World, read};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use sandbox::{BankAuthentication, BankConfig, SandboxConfig};
use serde_json::{Value, json};
use std::time::Duration;

const CLIENT: &str = "ventanilla pruebas";
const SECRET: &str = "a+secret/with=signs";
const ACCOUNT: &str = "646180000100000007";
const PAID: &str = "012180000000000157";
pub(crate) const PENDING: &str = "012180000000000258";
const REFUSED: &str = "012180000000000359";
const DATE: &str = "2026-03-10";

/// The bank's customer in these tests.
pub(crate) fn bank() -> BankConfig {
    BankConfig {
        client_id: CLIENT.into(),
        authentication: BankAuthentication::SecretBasic(SECRET.into()),
        scope: Some("payments".into()),
        account: ACCOUNT.into(),
        currency: domain::money::Currency::MXN,
        webhook_secret: Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into()),
        settles_after: Duration::ZERO,
        cutoff: "18:00".parse().unwrap(),
        zone: "America/Mexico_City".parse().unwrap(),
    }
}

fn with(change: impl FnOnce(&mut BankConfig)) -> World {
    let mut bank = bank();
    change(&mut bank);
    World::with(|config| SandboxConfig { bank: Some(bank), ..config })
}

impl World {
    async fn grant(&self, authorization: Option<&str>, more: &[(&str, &str)]) -> (u16, Value) {
        let mut form = vec![("grant_type", "client_credentials"), ("scope", "payments")];
        form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        form.extend(more);
        let mut request = self.http.post(format!("{}/bank/oauth/token", self.base)).form(&form);
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn token(&self) -> String {
        let (status, granted) = self.grant(Some(&basic(SECRET)), &[]).await;
        assert_eq!((status, &granted["token_type"]), (200, &json!("Bearer")), "{granted}");
        granted["access_token"].as_str().unwrap().to_owned()
    }

    async fn pay(&self, token: &str, order: &Value) -> reqwest::Result<reqwest::Response> {
        let key = order["reference"].as_str().unwrap_or_default();
        let request = self.http.post(format!("{}/bank/transfers", self.base)).bearer_auth(token);
        request.header("Idempotency-Key", key).json(order).send().await
    }

    pub(crate) async fn paid(&self, token: &str, order: &Value) -> (u16, Value) {
        read(self.pay(token, order).await.unwrap()).await
    }

    async fn bank_get(&self, token: &str, path: &str) -> (u16, Value) {
        read(self.http.get(format!("{}/bank{path}", self.base)).bearer_auth(token).send().await.unwrap())
            .await
    }

    async fn status(&self, token: &str, reference: &str) -> (u16, Value) {
        self.bank_get(token, &format!("/transfers/{reference}?operating_date={DATE}")).await
    }

    async fn lines(&self, token: &str) -> Vec<Value> {
        let path = format!("/accounts/{ACCOUNT}/statement?from=2026-03-01&to=2126-03-01");
        self.bank_get(token, &path).await.1["items"].as_array().unwrap().clone()
    }
}

fn basic(secret: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    format!("Basic {}", STANDARD.encode(format!("ventanilla+pruebas:{encoded}")))
}

fn reference(name: &str) -> String {
    format!("{name:0<20}")
}

pub(crate) fn order(name: &str, account: &str) -> Value {
    json!({
        "reference": reference(name), "operating_date": DATE, "amount": "1.50", "currency": "MXN",
        "debtor": {"account": ACCOUNT}, "creditor": {"account": account, "account_type": "clabe"},
    })
}

#[tokio::test]
async fn a_token_is_given_to_the_customer_alone() {
    let world = World::start();
    for (header, form, status, error) in [
        (None, vec![], 401, "invalid_client"),
        (Some(basic("wrong")), vec![], 401, "invalid_client"),
        (None, vec![("client_id", CLIENT), ("client_secret", SECRET)], 401, "invalid_client"),
        (Some(basic(SECRET)), vec![("grant_type", "password")], 400, "unsupported_grant_type"),
        (Some(basic(SECRET)), vec![("scope", "everything")], 400, "invalid_scope"),
    ] {
        let answer = world.grant(header.as_deref(), &form).await;
        assert_eq!(answer, (status, json!({"error": error})));
    }
    let (status, granted) = world.grant(Some(&basic(SECRET)), &[]).await;
    assert_eq!((status, &granted["expires_in"]), (200, &json!(3600)));
    let shown = serde_json::to_string(&world.requests("bank").await).unwrap();
    assert!(!shown.contains(SECRET) && shown.contains("••••••"), "{shown}");
    assert_eq!(world.paid("none", &order("A", PAID)).await.0, 401);
    world.stop().await;
}

#[tokio::test]
async fn id_and_secret_in_the_form_are_for_who_asks_for_that() {
    let world = with(|bank| bank.authentication = BankAuthentication::SecretPost(SECRET.into()));
    let form = [("client_id", CLIENT), ("client_secret", SECRET)];
    assert_eq!(world.grant(None, &form).await.0, 200);
    assert_eq!(world.grant(Some(&basic(SECRET)), &form).await.0, 401, "in one place only");
    world.stop().await;
}

#[allow(clippy::disallowed_methods, reason = "the sandbox goes by the machine's clock")]
fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// An assertion under an id, which the key of `pair` signs.
fn assertion(pair: &EcdsaKeyPair, change: impl FnOnce(&mut Value, &mut Value), id: &str) -> String {
    let mut header = json!({"alg": "ES256", "typ": "client-authentication+jwt"});
    let exp = now() + 50;
    let mut claims =
        json!({"iss": CLIENT, "sub": CLIENT, "aud": "https://bank.example", "exp": exp, "jti": id});
    change(&mut header, &mut claims);
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let text = format!("{}.{}", part(&header), part(&claims));
    let signature = pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn an_assertion_is_checked_and_good_once() {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
    // SubjectPublicKeyInfo of a point on P-256.
    let head = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
    let public_key = [&head, pair.public_key().as_ref()].concat();
    let issuer = "https://bank.example".to_owned();
    let world = with(|bank| bank.authentication = BankAuthentication::PrivateKeyJwt { public_key, issuer });
    let asked = async |jwt: &str| {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [("client_id", CLIENT), ("client_assertion_type", kind), ("client_assertion", jwt)];
        world.grant(None, &form).await.0
    };
    let right = assertion(&pair, |_, _| {}, "1");
    assert_eq!((asked(&right).await, asked(&right).await), (200, 401), "good once");
    for (id, jwt) in [
        ("aud", assertion(&pair, |_, claims| claims["aud"] = json!("https://bank.example/token"), "2")),
        ("aud", assertion(&pair, |_, claims| claims["aud"] = json!(["https://bank.example"]), "3")),
        ("typ", assertion(&pair, |header, _| header["typ"] = json!("JWT"), "4")),
        ("sub", assertion(&pair, |_, claims| claims["sub"] = json!("another"), "5")),
        ("exp", assertion(&pair, |_, claims| claims["exp"] = json!(4_102_444_800_i64), "6")),
        ("exp", assertion(&pair, |_, claims| claims["exp"] = json!(1_700_000_000), "7")),
        ("jti", assertion(&pair, |_, _| {}, "")),
        ("alg", assertion(&pair, |header, _| header["alg"] = json!("RS256"), "8")),
        ("signature", format!("{}AAAA", assertion(&pair, |_, _| {}, "9"))),
    ] {
        assert_eq!(asked(&jwt).await, 401, "{id}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_payment_is_taken_once_and_settles() {
    let world = World::start();
    let token = world.token().await;
    let (status, taken) = world.paid(&token, &order("A", PAID)).await;
    assert_eq!((status, &taken["status"], &taken["amount"]), (201, &json!("ACSC"), &json!("1.50")));
    assert_eq!(world.paid(&token, &order("A", PAID)).await.0, 409);
    assert_eq!(world.status(&token, &reference("A")).await, (200, taken));
    assert_eq!(world.status(&token, &reference("B")).await.0, 404);
    let (_, carried_out) = world.get("/sandbox/bank/transfers").await;
    assert_eq!(carried_out.as_array().unwrap().len(), 1);
    assert_eq!(
        (&carried_out[0]["reference"], &carried_out[0]["operating_date"]),
        (&json!(reference("A")), &json!(DATE))
    );
    let [line] = world.lines(&token).await.try_into().unwrap();
    assert_eq!(
        (&line["amount"], &line["status"], &line["value_date"]),
        (&json!("-1.50"), &json!("BOOK"), &json!(DATE))
    );
    let (_, balance) = world.bank_get(&token, &format!("/accounts/{ACCOUNT}/balance")).await;
    assert_eq!((&balance["booked"], &balance["available"]), (&json!("999998.50"), &json!("999998.50")));
    let operations: Vec<_> =
        world.requests("bank").await.into_iter().map(|one| one["operation"].clone()).collect();
    assert_eq!(operations, ["token", "transfer", "transfer", "status", "status", "statement", "balance"]);
    world.stop().await;
}

#[tokio::test]
async fn the_last_digit_says_what_becomes_of_it() {
    let world = World::start();
    let token = world.token().await;
    let refusal = json!({"status": "RJCT", "reason": {"code": "AC04", "text": "ClosedAccountNumber"}});
    assert_eq!(world.paid(&token, &order("R", REFUSED)).await, (422, refusal));
    let (status, pending) = world.paid(&token, &order("P", PENDING)).await;
    assert_eq!((status, &pending["status"]), (202, &json!("PDNG")));
    assert_eq!(world.status(&token, &reference("P")).await.1["status"], "PDNG");
    let (_, carried_out) = world.get("/sandbox/bank/transfers").await;
    assert_eq!(carried_out.as_array().unwrap().len(), 1, "without the refused: {carried_out}");
    assert!(world.lines(&token).await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn what_is_against_the_protocol_is_refused_by_its_field() {
    let world = World::start();
    let token = world.token().await;
    for (field, value) in [
        ("reference", json!("short")),
        ("operating_date", json!("10/03/2026")),
        ("amount", json!("1.505")),
        ("amount", json!(1.5)),
        ("currency", json!("USD")),
        ("debtor", json!({"account": "1"})),
        ("creditor", json!({"account": PAID, "account_type": "purse"})),
    ] {
        let mut order = order("A", PAID);
        order[field] = value;
        let (status, answer) = world.paid(&token, &order).await;
        assert_eq!(status, 400, "{order}");
        assert_ne!(answer["error"], json!(null));
    }
    let order = order("A", PAID);
    let without_key =
        world.http.post(format!("{}/bank/transfers", world.base)).bearer_auth(&token).json(&order);
    assert_eq!(without_key.send().await.unwrap().status(), 400);
    world.stop().await;
}

#[tokio::test]
async fn a_payment_gets_the_status_that_is_ordered_and_the_notice_says_so() {
    let world = World::start();
    let token = world.token().await;
    world.paid(&token, &order("P", PENDING)).await;
    let path = format!("/sandbox/bank/transfers/{}/status", reference("P"));
    let (status, changed) = world.post(&path, &json!({"status": "ACSC", "booked": true})).await;
    assert_eq!((status, &changed["status"], &changed["webhook_status"]), (200, &json!("ACSC"), &json!(200)));
    let notice = world.webhook().await;
    let told = notice.json();
    assert_eq!((notice.path.as_str(), &told["type"]), ("/webhooks/bank", &json!("transfer.status")));
    assert_eq!((&told["data"]["status"], &told["data"]["amount"]), (&json!("ACSC"), &json!("1.50")));
    assert_eq!(world.lines(&token).await.len(), 1);
    let reason = json!({"status": "RJCT", "reason": {"code": "AC06", "text": "BlockedAccount"}});
    assert_eq!(world.post(&path, &reason).await.1["reason"]["code"], "AC06");
    assert_eq!(world.lines(&token).await.len(), 1, "booked once, and what is booked stays");
    assert_eq!(world.post(&path, &json!({"status": "PAID"})).await.0, 422);
    let unknown = format!("/sandbox/bank/transfers/{}/status", reference("Q"));
    assert_eq!(world.post(&unknown, &json!({"status": "ACSC"})).await.0, 404);
    world.stop().await;
}

#[tokio::test]
async fn money_that_comes_in_is_booked_and_told_and_can_be_taken_back() {
    let world = World::start();
    let token = world.token().await;
    let entry = json!({
        "amount": "75.25", "creditor_account": "646180000200000008", "counterparty": {"name": "Ana"}, "concept": "renta",
    });
    let (status, booked) = world.post("/sandbox/bank/entries", &entry).await;
    assert_eq!((status, &booked["webhook_status"]), (201, &json!(200)), "{booked}");
    let told = world.webhook().await.json();
    assert_eq!((&told["type"], &told["data"]["amount"]), (&json!("entry.booked"), &json!("75.25")));
    let [line] = world.lines(&token).await.try_into().unwrap();
    assert_eq!(line, told["data"]);
    let path = format!("{}/sandbox/bank/entries/{}", world.base, line["entry_id"].as_str().unwrap());
    assert_eq!(world.http.delete(&path).send().await.unwrap().status(), 204);
    assert_eq!(world.http.delete(&path).send().await.unwrap().status(), 404);
    assert!(world.lines(&token).await.is_empty());
    assert_eq!(
        world.post("/sandbox/bank/entries", &json!({"amount": "-1", "creditor_account": "1"})).await.0,
        422
    );
    world.stop().await;
}

#[tokio::test]
async fn a_statement_comes_in_pages() {
    let world = with(|bank| bank.webhook_secret = None);
    let token = world.token().await;
    for at in 0..201 {
        let entry = json!({"amount": "0.01", "creditor_account": "1", "concept": at.to_string()});
        assert_eq!(world.post("/sandbox/bank/entries", &entry).await.0, 201);
    }
    let path = format!("/accounts/{ACCOUNT}/statement?from=2026-03-01&to=2126-03-01");
    let (_, first) = world.bank_get(&token, &path).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let (_, second) = world.bank_get(&token, &format!("{path}&cursor={cursor}")).await;
    assert_eq!(first["items"].as_array().unwrap().len(), 200);
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (1, &Value::Null));
    assert_eq!(second["items"][0]["concept"], "200");
    let before = format!("/accounts/{ACCOUNT}/statement?from=2026-03-01&to=2026-03-02");
    assert_eq!(world.bank_get(&token, &before).await.1["items"], json!([]));
    assert_eq!(world.bank_get(&token, "/accounts/1/balance").await.0, 404);
    world.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_a_payment_all_the_same() {
    let world = World::start();
    let token = world.token().await;
    world.fault(json!({"provider": "bank", "operation": "transfer", "kind": "drop_reply", "times": 1})).await;
    assert!(world.pay(&token, &order("A", PAID)).await.is_err());
    assert_eq!(world.status(&token, &reference("A")).await.1["status"], "ACSC");
    world
        .fault(
            json!({"provider": "bank", "operation": "transfer", "kind": "status", "status": 503, "times": 1}),
        )
        .await;
    assert_eq!(world.paid(&token, &order("B", PAID)).await.0, 503);
    assert_eq!(world.status(&token, &reference("B")).await.0, 404, "it was not taken");
    world.stop().await;
}

#[tokio::test]
async fn a_payment_may_take_a_while_to_settle() {
    let world = with(|bank| bank.settles_after = Duration::from_millis(1));
    let token = world.token().await;
    let (status, taken) = world.paid(&token, &order("A", PAID)).await;
    assert_eq!((status, &taken["status"]), (202, &json!("ACSP")));
    let told = world.webhook().await.json();
    assert_eq!((&told["type"], &told["data"]["status"]), (&json!("transfer.status"), &json!("ACSC")));
    assert_eq!(world.lines(&token).await.len(), 1);
    world.stop().await;
}
