//! The connection to a client, of which no more is read than it is worth.

use std::{
    cell::Cell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::limits::SPILL_BYTES;

/// How much more is read of a connection; without bound until it is to end.
#[derive(Clone, Debug, Default)]
pub struct Spill(Rc<Cell<Option<usize>>>);

impl Spill {
    /// From here on the connection is only read so that its end is an orderly one.
    pub fn begin(&self) {
        if self.0.get().is_none() {
            self.0.set(Some(SPILL_BYTES));
        }
    }
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    spill: Spill,
}

impl Connection {
    #[must_use]
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            spill: Spill::default(),
        }
    }

    #[must_use]
    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// For whoever decides that it is to end.
    #[must_use]
    pub fn spill(&self) -> Spill {
        self.spill.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = self.spill.0.get();
        if left == Some(0) {
            // As if the other side had ended.
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(left) = left {
            let read = buffer.filled().len() - before;
            self.spill.0.set(Some(left.saturating_sub(read)));
        }
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
