//! The notices that the bank sends, signed by Standard Webhooks.

use crate::{
    clock::{now, timestamp},
    webhooks::{self, Webhook},
    world::{Shared, World},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::money::bank::BankReference;
use ring::hmac;
use serde_json::{Value, json};

/// Tells the status of a payment. Returns the status of the API's answer; `None` when the bank sends no notices, or
/// nobody answers.
pub(super) async fn tell_status(world: &Shared, reference: BankReference) -> Option<u16> {
    let data = world.memory().bank.find(reference).map(crate::memory::BankTransfer::shown)?;
    tell(world, "transfer.status", data).await
}

/// Tells something. Returns the status of the API's answer.
pub(super) async fn tell(world: &World, kind: &str, data: Value) -> Option<u16> {
    let secret = world.config.bank.as_ref()?.webhook_secret.as_deref()?;
    let shown = json!({"type": kind, "timestamp": timestamp(), "data": data});
    let body = shown.to_string();
    let (id, at) =
        (format!("msg_{}", hex::encode(world.random_bytes::<12>())), now().timestamp().to_string());
    let signature = sign(secret, &format!("{id}.{at}.{body}"))?;
    let address = format!("{}/webhooks/bank", world.config.api_base);
    let request = world
        .http
        .post(&address)
        .header("Content-Type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", at)
        .header("webhook-signature", signature)
        .body(body);
    let webhook = Webhook { provider: "bank", operation: kind, address: &address, request, shown };
    webhooks::post(world, webhook).await.ok().map(|answer| answer.status)
}

fn sign(secret: &str, content: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), content.as_bytes());
    Some(format!("v1,{}", STANDARD.encode(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector_holds() {
        let content = r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        let signature = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", content);
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }
}
