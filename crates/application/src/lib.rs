//! The use cases, one file each, named as people say them. They know the domain and the ports, and
//! decide what happens; how it happens is an adapter's business.

pub mod accept_webhook;
pub mod accounts;
pub mod audit_trail;
pub mod cancel_transfer;
pub mod confirm_transfer;
pub mod desk;
pub mod handle_message;
pub mod open_demo;
pub mod open_wallet;
pub mod prepare_transfer;
pub mod relay_outbox;
pub mod reverse_transfer;
pub mod send_message;
pub mod statement;
pub mod submit_transfer;
pub mod verification_page;
pub mod verify_number;
