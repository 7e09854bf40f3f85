//! Holds answers back until the test lets them go.

use std::{
    future::poll_fn,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

#[derive(Debug, Default)]
pub(super) struct Gate(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    is_shut: bool,
    wakers: Vec<Waker>,
}

impl Gate {
    pub(super) fn shut(&self) {
        self.lock().is_shut = true;
    }

    pub(super) fn open(&self) {
        let wakers = {
            let mut waiting = self.lock();
            waiting.is_shut = false;
            mem::take(&mut waiting.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Returns once the gate is open.
    pub(super) async fn pass(&self) {
        poll_fn(|context| {
            let mut waiting = self.lock();
            if !waiting.is_shut {
                return Poll::Ready(());
            }
            waiting.wakers.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
