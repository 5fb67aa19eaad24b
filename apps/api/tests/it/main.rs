//! The whole, as its users meet it: a real server with its sandbox, over HTTP and in a browser.

mod architecture;
mod bad_input;
mod chat;
mod phones_page;
mod server;
