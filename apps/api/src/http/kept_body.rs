//! The body of an answer that keeps something alive until it is written or given up.

use actix_web::{
    body::{BodySize, BoxBody, MessageBody},
    web::Bytes,
};
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// A body, and what is dropped together with it.
pub(super) struct KeptBody<T> {
    body: BoxBody,
    _kept: T,
}

impl<T> KeptBody<T> {
    pub(super) fn new(body: BoxBody, kept: T) -> Self {
        Self { body, _kept: kept }
    }
}

impl<T: Unpin> MessageBody for KeptBody<T> {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(cx)
    }
}
