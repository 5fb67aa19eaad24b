//! Closes a connection without an answer, as a failing network does.

use actix_web::{HttpRequest, dev::Extensions, rt::net::TcpStream};
use std::{any::Any, net::Shutdown, os::fd::AsFd, sync::Arc};

/// The connection of a request.
pub(crate) struct Hangup(std::net::TcpStream);

/// Stores a new connection for [`hang_up`].
pub(crate) fn remember(connection: &dyn Any, extensions: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>()
        && let Ok(own) = stream.as_fd().try_clone_to_owned()
    {
        extensions.insert(Arc::new(Hangup(own.into())));
    }
}

/// Closes the connection of a request at once.
pub(crate) fn hang_up(request: &HttpRequest) {
    if let Some(hangup) = request.conn_data::<Arc<Hangup>>() {
        // The connection may be closed already.
        let _closed = hangup.0.shutdown(Shutdown::Both);
    }
}
