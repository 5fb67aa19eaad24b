//! Payments to an outside bank: sent, asked about, told of, resolved.

pub mod carry_out_payments;
pub mod payment_inquiries;
mod recorder;
pub mod take_bank_word;

pub use self::recorder::{OutboundPolicy, PaymentRecorder};
