//! The use cases, one file each, named as people say them. They know the domain and the ports, and
//! decide what happens; how it happens is an adapter's business.

pub mod accept_webhook;
pub mod accounts;
pub mod audit_trail;
pub mod cancel_transfer;
pub mod chat_owners;
pub mod check_signature;
pub mod confirm_transfer;
pub mod desk;
mod draw_code;
pub mod flow_answers;
pub mod forgot_password;
pub mod handle_message;
pub mod log_in;
pub mod mail_channel;
pub mod open_demo;
pub mod open_wallet;
pub mod pass_mfa;
pub mod pending_number;
pub mod prepare_transfer;
pub mod profile;
pub mod prove_phone;
pub mod register;
pub mod relay_outbox;
pub mod reset_password;
pub mod reverse_transfer;
pub mod second_factor;
pub mod send_message;
pub mod sessions;
pub mod sign_in_desk;
pub mod statement;
pub mod submit_transfer;
pub mod telegram_link;
pub mod verification_page;
pub mod verify_number;
