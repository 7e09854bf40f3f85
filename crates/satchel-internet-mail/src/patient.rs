//! A connection that does not wait for ever, and does not take in more than fits.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// No answer to one command is longer: a page of headers has a few MB, a message with its attachments may have a hundred.
const LONGEST_ANSWER: usize = 192 << 20;

/// Fails with `TimedOut` after a silence, and with `FileTooLarge` when an answer never ends.
pub(crate) struct Patient<S> {
    inner: S,
    silence: Duration,
    alarm: Pin<Box<Sleep>>,
    left: usize,
}

impl<S> Patient<S> {
    pub(crate) fn new(inner: S, silence: Duration) -> Self {
        Self { inner, silence, alarm: Box::pin(sleep(silence)), left: LONGEST_ANSWER }
    }

    pub(crate) fn into_inner(self) -> S {
        self.inner
    }

    pub(crate) fn be_patient_for(&mut self, silence: Duration) {
        self.silence = silence;
        self.wind_up();
    }

    fn wind_up(&mut self) {
        let at = Instant::now() + self.silence;
        self.alarm.as_mut().reset(at);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.inner).poll_read(cx, buffer) {
            Poll::Ready(Ok(())) => {
                self.wind_up();
                match self.left.checked_sub(buffer.filled().len() - before) {
                    Some(left) => {
                        self.left = left;
                        Poll::Ready(Ok(()))
                    }
                    None => Poll::Ready(Err(io::ErrorKind::FileTooLarge.into())),
                }
            }
            Poll::Ready(failed) => Poll::Ready(failed),
            Poll::Pending => self.alarm.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

/// What is written asks for an answer: patience begins anew.
impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.inner).poll_write(cx, bytes) {
            Poll::Pending => self.alarm.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
            ready => {
                self.wind_up();
                self.left = LONGEST_ANSWER;
                ready
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.inner).poll_flush(cx) {
            Poll::Pending => self.alarm.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
            ready => ready,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S> fmt::Debug for Patient<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patient").field("silence", &self.silence).finish_non_exhaustive()
    }
}
