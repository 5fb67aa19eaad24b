//! Meta's limits, and the errors that name them.

use crate::world::{ACCESS_TOKEN, ANA, World, read};
use serde_json::{Value, json};

async fn refused(world: &World, message: Value, code: u32) {
    let (status, answer) = world.meta(message.clone()).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(code)), "{message} {answer}");
    assert!(answer["error"]["message"].as_str().unwrap().starts_with(&format!("(#{code})")), "{answer}");
    assert_eq!(answer["error"]["type"], "OAuthException");
    if code > 100 {
        assert!(answer["error"]["error_data"]["details"].is_string(), "{answer}");
    }
}

async fn taken(world: &World, message: Value) {
    let (status, answer) = world.meta(message.clone()).await;
    assert_eq!(status, 200, "{message} {answer}");
}

fn interactive(interactive: &Value) -> Value {
    json!({"to": ANA, "type": "interactive", "interactive": interactive})
}

fn buttons(buttons: &[(&str, &str)]) -> Value {
    let reply = |(id, title): &(&str, &str)| json!({"type": "reply", "reply": {"id": id, "title": title}});
    let action = json!({"buttons": buttons.iter().map(reply).collect::<Vec<_>>()});
    interactive(&json!({"type": "button", "body": {"text": "¿Sí?"}, "action": action}))
}

fn list(label: &str, sections: &[usize]) -> Value {
    let section = |(s, rows): (usize, &usize)| {
        let row = |r| json!({"id": format!("{s}.{r}"), "title": format!("fila {r}"), "description": "una"});
        json!({"title": format!("parte {s}"), "rows": (0..*rows).map(row).collect::<Vec<_>>()})
    };
    let sections: Vec<_> = sections.iter().enumerate().map(section).collect();
    let action = json!({"button": label, "sections": sections});
    interactive(&json!({"type": "list", "body": {"text": "Elige"}, "action": action}))
}

fn page(title: &str, url: &str) -> Value {
    let action = json!({"name": "cta_url", "parameters": {"display_text": title, "url": url}});
    interactive(&json!({"type": "cta_url", "body": {"text": "Abre"}, "action": action}))
}

#[tokio::test]
async fn who_calls_must_bear_the_token() {
    let world = World::start();
    let body = json!({"messaging_product": "whatsapp", "to": ANA, "text": {"body": "hola"}});
    let (status, answer) = read(world.meta_raw("wrong", &body).await.unwrap()).await;
    assert_eq!((status, &answer["error"]["code"]), (401, &json!(190)));
    assert!(world.inbox(ANA).await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn the_envelope() {
    let world = World::start();
    let bare = json!({"to": ANA, "text": {"body": "hola"}});
    let (status, answer) = read(world.meta_raw(ACCESS_TOKEN, &bare).await.unwrap()).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(100)));
    refused(&world, json!({"text": {"body": "hola"}}), 100).await;
    refused(&world, json!({"to": ANA, "type": "hologram"}), 100).await;
    refused(&world, json!({"recipient": "5255", "text": {"body": "hola"}}), 100).await;
    refused(
        &world,
        json!({"to": ANA, "text": {"body": "x"}, "biz_opaque_callback_data": "x".repeat(513)}),
        100,
    )
    .await;
    refused(&world, json!({"to": "+15550783881", "text": {"body": "x"}}), 131_021).await;
    assert!(world.inbox(ANA).await.is_empty());
    world.stop().await;
}

#[tokio::test]
async fn texts_and_media() {
    let world = World::start();
    let text = |length: usize| json!({"to": ANA, "type": "text", "text": {"body": "ñ".repeat(length)}});
    taken(&world, text(4096)).await;
    for wrong in [text(4097), text(0), json!({"to": ANA, "type": "text"}), json!({"to": ANA, "text": {}})] {
        refused(&world, wrong, 100).await;
    }
    taken(&world, json!({"to": ANA, "type": "image", "image": {"link": "https://example.com/a.png"}})).await;
    refused(&world, json!({"to": ANA, "type": "image", "image": {}}), 131_008).await;
    refused(&world, json!({"to": ANA, "type": "image"}), 131_008).await;
    taken(&world, json!({"to": ANA, "type": "location", "location": {"latitude": 19.4, "longitude": -99.1}}))
        .await;
    refused(&world, json!({"to": ANA, "type": "location", "location": {"latitude": 19.4}}), 131_008).await;
    refused(
        &world,
        json!({"to": ANA, "type": "location", "location": {"latitude": 99, "longitude": 0}}),
        131_009,
    )
    .await;
    world.stop().await;
}

#[tokio::test]
async fn reply_buttons_are_three_of_twenty_letters() {
    let world = World::start();
    let twenty = "ñ".repeat(20);
    taken(&world, buttons(&[("a", &twenty), ("b", "B"), (&"c".repeat(256), "C")])).await;
    refused(&world, buttons(&[]), 131_009).await;
    refused(&world, buttons(&[("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")]), 131_009).await;
    refused(&world, buttons(&[("a", &"x".repeat(21))]), 131_009).await;
    refused(&world, buttons(&[(&"a".repeat(257), "A")]), 131_009).await;
    refused(&world, buttons(&[("a", "A"), ("a", "B")]), 131_009).await;
    let mut without = buttons(&[("a", "A")]);
    without["interactive"]["body"] = Value::Null;
    refused(&world, without, 131_008).await;
    let mut long = buttons(&[("a", "A")]);
    long["interactive"]["body"]["text"] = json!("x".repeat(1025));
    refused(&world, long, 131_009).await;
    let mut footer = buttons(&[("a", "A")]);
    footer["interactive"]["footer"] = json!({"text": "x".repeat(61)});
    refused(&world, footer, 131_009).await;
    world.stop().await;
}

#[tokio::test]
async fn a_list_has_ten_rows_in_all() {
    let world = World::start();
    taken(&world, list("Ver opciones", &[4, 6])).await;
    let shown = world.inbox(ANA).await;
    assert_eq!(
        (shown[0]["buttons"].as_array().unwrap().len(), &shown[0]["menu"]),
        (10, &json!("Ver opciones"))
    );
    refused(&world, list("Ver opciones", &[5, 6]), 131_009).await;
    refused(&world, list("Ver opciones", &[11]), 131_009).await;
    refused(&world, list("Ver opciones", &[]), 131_009).await;
    refused(&world, list(&"x".repeat(21), &[1]), 131_009).await;
    let mut long = list("Ver", &[1]);
    long["interactive"]["action"]["sections"][0]["rows"][0]["title"] = json!("x".repeat(25));
    refused(&world, long, 131_009).await;
    let mut untitled = list("Ver", &[1, 1]);
    untitled["interactive"]["action"]["sections"][0]["title"] = Value::Null;
    refused(&world, untitled, 131_008).await;
    world.stop().await;
}

#[tokio::test]
async fn a_button_to_a_page() {
    let world = World::start();
    taken(&world, page("Verificar", "https://example.com/verify/x")).await;
    refused(&world, page("Verificar", "javascript:alert(1)"), 131_009).await;
    refused(&world, page(&"x".repeat(21), "https://example.com/"), 131_009).await;
    world.stop().await;
}

#[tokio::test]
async fn an_authentication_template_bears_its_code_twice() {
    let world = World::start();
    let template = |code: &str| {
        let parameter = json!([{"type": "text", "text": code}]);
        json!({"type": "template", "template": {"name": "codigo", "language": {"code": "es_MX"}, "components": [
            {"type": "body", "parameters": parameter},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": parameter},
        ]}})
    };
    let to = |mut message: Value, name: &str, address: &str| {
        message[name] = json!(address);
        message
    };
    taken(&world, to(template("123456"), "to", ANA)).await;
    let status = world.webhook().await.value()["statuses"][0].clone();
    assert_eq!(
        (&status["pricing"]["category"], &status["pricing"]["billable"]),
        (&json!("authentication"), &json!(true))
    );
    let shown = world.inbox(ANA).await;
    assert!(shown[0]["body"].as_str().unwrap().contains("123456"));
    assert_eq!(
        shown[0]["buttons"],
        json!([{"kind": "copy_code", "title": "Copiar código", "code": "123456"}])
    );
    assert_eq!(shown[0]["template"]["name"], "codigo");
    refused(&world, to(template("1234567890123456"), "to", ANA), 131_009).await;
    refused(&world, to(template("123456"), "recipient", "MX.1349120865"), 131_062).await;
    refused(&world, json!({"to": ANA, "type": "template", "template": {"name": "codigo"}}), 131_008).await;
    world.stop().await;
}
