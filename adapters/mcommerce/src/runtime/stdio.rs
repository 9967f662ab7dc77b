//! Logs components' output line by line.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::journal::Journal;

/// Longer lines are split.
const MAX_LINE_BYTES: usize = 16 * 1024;

/// The most bytes that a component may write at once.
const MAX_WRITE_BYTES: usize = 64 * 1024;

/// Standard output or standard error of one instance. All streams of it share a line buffer.
#[derive(Clone)]
pub(super) struct GuestOutput(Arc<Mutex<Line>>);

struct Line {
    component: Arc<str>,
    journal: Journal,
    bytes: Vec<u8>,
}

impl GuestOutput {
    pub(super) fn new(component: &Arc<str>, journal: &Journal) -> Self {
        let (component, journal) = (Arc::clone(component), journal.clone());
        Self(Arc::new(Mutex::new(Line { component, journal, bytes: Vec::new() })))
    }

    fn write_bytes(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes);
    }
}

impl Line {
    fn write(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            self.bytes.extend_from_slice(&bytes[..end]);
            self.end();
            bytes = &bytes[end + 1..];
        }
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= MAX_LINE_BYTES {
            self.end();
        }
    }

    fn end(&mut self) {
        self.journal.guest(&self.component, &String::from_utf8_lossy(&self.bytes));
        self.bytes.clear();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.bytes.is_empty() {
            self.end();
        }
    }
}

impl IsTerminal for GuestOutput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestOutput {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for GuestOutput {
    async fn ready(&mut self) {}
}

impl OutputStream for GuestOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.write_bytes(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_WRITE_BYTES)
    }
}

impl AsyncWrite for GuestOutput {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.write_bytes(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
