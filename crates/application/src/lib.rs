//! The use cases, one file each, in folders by feature. They know the domain and the ports and decide what happens; how
//! it happens is an adapter's business.

pub mod accounts;
pub mod messaging;
pub mod money;
pub mod operations;
pub mod verification;
