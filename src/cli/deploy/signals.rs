//! Ctrl-C and SIGTERM in a deploy: counted, since the first and the second mean different things.

use std::sync::atomic::{AtomicU8, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::deploy::Interrupts;
use crate::error::ErrorKind;
use crate::interrupt;

/// The signal that came last; nought before the first.
static LAST: AtomicU8 = AtomicU8::new(0);

/// What is told apart.
const INTERRUPT: u8 = 1;
const TERMINATE: u8 = 2;
const HANG_UP: u8 = 3;

/// Counts the signals from now on.
///
/// # Errors
/// Where the system refuses.
pub(in crate::cli) fn interrupts() -> std::io::Result<Interrupts> {
    let (count, counted) = watch::channel(0_u8);
    let mut typed = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // Under `nohup` it means nothing.
    let mut hang_up = match interrupt::ignores_hangup() {
        true => None,
        false => Some(signal(SignalKind::hangup())?),
    };
    tokio::spawn(async move {
        loop {
            let last = tokio::select! {
                _ = typed.recv() => INTERRUPT,
                _ = terminate.recv() => TERMINATE,
                // The terminal is gone: nobody can answer, and the deploy ends as if it was asked to.
                _ = received(&mut hang_up) => HANG_UP,
            };
            LAST.store(last, Ordering::Relaxed);
            // Ctrl-C is an answer to a question; the others are not.
            if last != INTERRUPT {
                interrupt::end_questions();
            }
            count.send_modify(|count| *count = count.saturating_add(1));
        }
    });
    Ok(counted)
}

/// Waits for a signal; for ever where it means nothing.
async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// The kind of the failure that the last signal makes.
pub(in crate::cli) fn kind() -> ErrorKind {
    match LAST.load(Ordering::Relaxed) {
        HANG_UP => ErrorKind::HungUp,
        TERMINATE => ErrorKind::Terminated,
        _ => ErrorKind::Interrupted,
    }
}
