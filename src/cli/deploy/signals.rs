//! Ctrl-C and SIGTERM in a deploy: counted, since the first and the second mean different things.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::deploy::Interrupts;
use crate::error::ErrorKind;

/// Whether it was SIGTERM that came last.
static TERMINATED: AtomicBool = AtomicBool::new(false);

/// Counts the signals from now on.
///
/// # Errors
/// Where the system refuses.
pub(in crate::cli) fn interrupts() -> std::io::Result<Interrupts> {
    let (count, counted) = watch::channel(0_u8);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => TERMINATED.store(false, Ordering::Relaxed),
                _ = terminate.recv() => TERMINATED.store(true, Ordering::Relaxed),
                // The terminal is gone: nobody can answer, and the deploy ends as if it was asked to.
                _ = hang_up.recv() => TERMINATED.store(true, Ordering::Relaxed),
            }
            // Ctrl-C is an answer to a question; the others are not.
            if TERMINATED.load(Ordering::Relaxed) {
                crate::interrupt::end_questions();
            }
            count.send_modify(|count| *count = count.saturating_add(1));
        }
    });
    Ok(counted)
}

/// The kind of the failure that the last signal makes.
pub(in crate::cli) fn kind() -> ErrorKind {
    match TERMINATED.load(Ordering::Relaxed) {
        true => ErrorKind::Terminated,
        false => ErrorKind::Interrupted,
    }
}
