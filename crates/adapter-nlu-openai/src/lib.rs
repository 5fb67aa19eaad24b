//! Asks a server that speaks OpenAI's chat completions what a text means: OpenAI itself, vLLM, Ollama, the server of
//! llama.cpp, and what is compatible with them.
//!
//! The model is a chooser: it names one intent of a closed list and quotes words of the message. It gets the excerpt
//! and nothing else, no tools, no history, no balance, no name, and no text of its own reaches a person.

mod answer;
mod prompt;
mod service;

pub use service::{NotConfirmed, OpenAiConfig, OpenAiService, TokensField};

/// The example of the README, compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
