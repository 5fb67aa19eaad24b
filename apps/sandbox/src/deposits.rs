//! The chip of the phones page that deposits money. The sandbox plays no bank: the process that runs it deposits.

use actix_web::{HttpResponse, web};
use domain::phone::PhoneNumber;
use serde_json::json;
use std::{pin::Pin, sync::Arc};

/// What a deposit comes to: nothing, or why it was not made.
pub type Depositing = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Deposits the chip's amount for the person with that number.
#[derive(Clone)]
pub struct Depositor(pub Arc<dyn Fn(PhoneNumber) -> Depositing + Send + Sync>);

/// Deposits for the person with this phone. 404: this process can't deposit.
pub(crate) async fn deposit(
    depositor: Option<web::Data<Depositor>>,
    phone: web::Path<String>,
) -> HttpResponse {
    let Some(depositor) = depositor else {
        return HttpResponse::NotFound().json(json!({"error": "this process can't deposit"}));
    };
    let Ok(phone) = PhoneNumber::parse_international(&phone) else {
        let error = json!({"error": "phone: must be a phone number"});
        return HttpResponse::UnprocessableEntity().json(error);
    };
    match (depositor.0)(phone).await {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(fault) => HttpResponse::BadGateway().json(json!({"error": fault})),
    }
}
