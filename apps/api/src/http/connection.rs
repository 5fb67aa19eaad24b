//! How long a connection may be between two requests. The server's own time limits cover the head of a
//! connection's first request, and a connection that is quiet; a later head that comes byte by byte is neither.

use super::kept_body::KeptBody;
use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use std::{
    cell::Cell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// Time from the end of an answer to the end of the next request's head: a quiet time, and the time of a head.
pub(crate) const BETWEEN_MAX: Duration = Duration::from_secs(10);

/// What goes on at a connection. A connection lives on one thread.
#[derive(Clone)]
pub(crate) struct Activity(Rc<State>);

struct State {
    /// Requests whose answers were not written to their ends.
    open: Cell<usize>,
    free_since: Cell<Instant>,
}

impl Activity {
    fn new() -> Self {
        Self(Rc::new(State { open: Cell::new(0), free_since: Cell::new(Instant::now()) }))
    }

    fn begin(&self) -> Request {
        self.0.open.set(self.0.open.get().saturating_add(1));
        Request(self.clone())
    }

    /// When the next request must have begun. None while one is open.
    fn next_until(&self) -> Option<Instant> {
        if self.0.open.get() > 0 {
            return None;
        }
        self.0.free_since.get().checked_add(BETWEEN_MAX)
    }
}

/// A request, until its answer is written or given up.
struct Request(Activity);

impl Drop for Request {
    fn drop(&mut self) {
        let Self(Activity(state)) = self;
        state.open.set(state.open.get().saturating_sub(1));
        state.free_since.set(Instant::now());
    }
}

/// A connection that ends when no request begins in time.
pub(crate) struct Timed<S> {
    stream: S,
    activity: Activity,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, activity: Activity::new(), timer: None }
    }

    pub(crate) fn activity(&self) -> Activity {
        self.activity.clone()
    }

    /// Ready when the time for the next request is up.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(until) = self.activity.next_until() else {
            self.timer = None;
            return Poll::Pending;
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if timer.deadline() != until {
            timer.as_mut().reset(until);
        }
        timer.as_mut().poll(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.poll_late(cx).is_ready() {
            // Nothing was read: to the server it is the end of what the caller sends.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, parts)
    }
}

/// Tells the connection that a request is open until its answer is written.
pub(crate) async fn mark_open<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let open = request.request().conn_data::<Activity>().map(Activity::begin);
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| BoxBody::new(KeptBody::new(body.boxed(), open))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn a_connection_whose_next_request_does_not_begin_ends() {
        let (near, _far) = tokio::io::duplex(8);
        let mut connection = Timed::new(near);
        let activity = connection.activity();
        let request = activity.begin();
        let past = Instant::now().checked_sub(BETWEEN_MAX * 2).unwrap();
        activity.0.free_since.set(past);
        assert!(activity.next_until().is_none(), "one is open");
        drop(request);
        assert!(activity.next_until().unwrap() > Instant::now());
        activity.0.free_since.set(past);
        let mut byte = [0];
        assert_eq!(connection.read(&mut byte).now_or_never().unwrap().unwrap(), 0);
        let _request = connection.activity().begin();
        assert!(connection.read(&mut byte).now_or_never().is_none());
    }
}
