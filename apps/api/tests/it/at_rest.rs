//! What stands in the database: nothing that tells who somebody is or what they wrote, in no spelling.

use crate::{
    people::{PASSWORD, answer, on_both_with},
    server::{PATIENCE, Server},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PHONE: &str = "+525512347719";
const OTHER_PHONE: &str = "+525587653391";
const EMAIL: &str = "xochitl.lagunas@correo.example";
/// An account elsewhere, with a right check digit.
const CLABE: &str = "002010077777777771";

/// Signs up with all that can be said of a person.
async fn sign_up(server: &Server, phone: &str, email: &str, names: (&str, &str)) -> Value {
    let (_, code) = server.begin(phone, "registration", None).await;
    let body = json!({"email": email, "password": PASSWORD, "phone": phone, "otp_code": code,
        "first_name": names.0, "last_name": names.1});
    answer(server.tell("auth/register", body).await, 201).await
}

async fn write(server: &Server, provider: &str, text: &str, expected: &str) {
    let since = server.newest(PHONE).await;
    let body = json!({"provider": provider, "body": text, "profile_name": "Mictlantecuhtli"});
    let told = server.play(&format!("/phones/{PHONE}/messages"), body).await;
    assert_eq!(told["webhook_status"], 200, "{told}");
    let begun = Instant::now();
    while !server
        .inbox(PHONE, since)
        .await
        .iter()
        .any(|told| told["body"].as_str().unwrap().contains(expected))
    {
        assert!(
            begun.elapsed() < PATIENCE,
            "«{text}» was not answered: {:?}",
            server.inbox(PHONE, since).await
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A conversation over each provider, with a code and a payment.
async fn converse(server: &Server) {
    let since = server.newest(PHONE).await;
    server.say_by("twilio", PHONE, "saldo").await;
    let code = server.code(PHONE, "whatsapp", since).await;
    server.ask(PHONE, &format!("CONFIRMAR {code}"), "saldo").await;
    write(server, "twilio", "clavicordio desafinado", "").await;
    write(server, "twilio", &format!("transferir 12.50 a {CLABE} por pianola descompuesta"), "12.50").await;
    server.ask(PHONE, "sí", "completada").await;
    write(server, "meta", "xilofono carmesi", "").await;
    let message = json!({"to": PHONE, "text": "aviso cobalto"});
    answer(server.post("/api/v1/messages", message).await, 202).await;
}

/// A questionnaire about health, with answers of its own.
async fn answer_flow(server: &Server) {
    for (text, expected) in [
        ("oncología", "ACEPTO"),
        ("ACEPTO", "cáncer"),
        ("papiloscopia de mama", "etapa"),
        ("etapa 2", "ciudad"),
        ("Zacapoaxtla, hasta 150 km", "presupuesto"),
        ("IMSS", "pronto"),
        ("en un mes", "Qué buscas"),
        ("1", "1"),
    ] {
        server.ask_by("meta", PHONE, text, expected).await;
    }
}

/// Payments by wallet, by number and under a name; a chat, a mail and a hosted page.
async fn use_everything(server: &Server, person: &Value, other: &Value) {
    let wallets = answer(server.get("/api/v1/wallets?limit=200").await, 200).await;
    let pot = wallets["wallets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["balance"] == "1000.00")
        .unwrap()
        .clone();
    let own =
        answer(server.as_person(Method::GET, "wallets", None, person).await, 200).await["wallets"][0].clone();
    let pay = |from: &Value, to: Value, (amount, concept): (&str, &str)| {
        let mut body = json!({"from_wallet_id": from["id"], "amount": amount, "concept": concept});
        body.as_object_mut().unwrap().extend(to.as_object().unwrap().clone());
        server.post("/api/v1/transfers", body)
    };
    answer(pay(&pot, json!({"to_wallet_id": own["id"]}), ("100", "acordeon nuevo")).await, 201).await;
    answer(pay(&own, json!({"destination_account": OTHER_PHONE}), ("40", "trombon abollado")).await, 201)
        .await;
    let link = server.as_person(Method::POST, "auth/telegram/start", Some(json!({})), person).await;
    let link = answer(link, 200).await;
    let words = format!("/start {}", link["code"].as_str().unwrap());
    server.ask_by("telegram", PHONE, &words, "este chat es de").await;
    server.ask_by("telegram", PHONE, "mandolina turquesa", "").await;
    answer(server.tell("auth/password/forgot", json!({"email": EMAIL})).await, 202).await;
    let page = json!({"phone": PHONE, "purpose": "login", "return_to": "https://tienda.example/volver"});
    answer(server.post("/api/v1/verify/sessions", page).await, 201).await;
    server.begin("+525512347720", "login", Some("203.0.113.77")).await;
    assert!(other["user_id"].is_string());
}

/// A word as it could stand in bytes: plain, in hexadecimal, in base64 at each alignment, in UTF-16.
fn spellings(word: &str) -> Vec<Vec<u8>> {
    let raw = word.as_bytes().to_vec();
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let other_way: Vec<u8> = word.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut all = Vec::new();
    for bytes in [&raw, &wide, &other_way] {
        let digits = hex::encode(bytes);
        all.extend([bytes.clone(), digits.to_uppercase().into_bytes(), digits.into_bytes()]);
    }
    for shift in 0..3 {
        let shifted = [vec![0; shift], raw.clone()].concat();
        for text in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            let begin = [0, 2, 3][shift];
            let end = text.len() - usize::from(shifted.len() % 3 != 0);
            all.push(text.as_bytes()[begin..end].to_vec());
        }
    }
    all
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    let first = wanted[0];
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == first);
    starts.map(|(at, _)| &bytes[at..]).any(|rest| rest.starts_with(wanted))
}

#[test]
fn a_word_is_found_in_every_spelling() {
    let wide: Vec<u8> = "Zacapoaxtla".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let digits = hex::encode_upper("Zacapoaxtla");
    let bytes = |text: &str| text.as_bytes().to_vec();
    let mut hidden = vec![bytes("in Zacapoaxtla."), wide, bytes(&digits)];
    hidden.extend(
        ["xZacapoaxtla", "xxZacapoaxtla", "xxxZacapoaxtlay"].map(|text| bytes(&STANDARD_NO_PAD.encode(text))),
    );
    for place in hidden {
        assert!(spellings("Zacapoaxtla").iter().any(|word| contains(&place, word)), "{place:?}");
    }
    assert!(!spellings("Zacapoaxtla").iter().any(|word| contains(b"Zacapoaxtl, somewhere else", word)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_tells_who_somebody_is_or_what_they_wrote() {
    let settings = [
        ("VERIFY_PROVIDER", "self"),
        ("TRANSFER_2FA_THRESHOLD", "5000"),
        ("RETURN_TO_ORIGINS", "https://tienda.example"),
    ];
    for server in on_both_with(&settings).await {
        let ana = sign_up(&server, PHONE, EMAIL, ("Xochiquetzalli", "Tlalpilli")).await;
        let ben =
            sign_up(&server, OTHER_PHONE, "bonifaciano@correo.example", ("Bonifaciano", "Quimbaya")).await;
        use_everything(&server, &ana, &ben).await;
        converse(&server).await;
        answer_flow(&server).await;
        server.ask(PHONE, "STOP", "ALTA").await;
        let all = server.database_bytes();
        assert!(all.len() > 50_000, "the database is read");
        for secret in [
            "5512347719",
            "5587653391",
            "xochitl.lagunas",
            "bonifaciano@",
            "Xochiquetzalli",
            "Tlalpilli",
            "Bonifaciano",
            "Quimbaya",
            "Mictlantecuhtli",
            "clavicordio",
            "pianola",
            "xilofono",
            "papiloscopia",
            "Zacapoaxtla",
            "acordeon",
            "trombon",
            "mandolina",
            "cobalto",
            CLABE,
            "203.0.113.77",
            "CONFIRMAR",
        ] {
            let found = spellings(secret).into_iter().find(|word| contains(&all, word));
            assert_eq!(found.map(|word| String::from_utf8_lossy(&word).into_owned()), None, "{secret}");
        }
    }
}
