//! Ctrl-C and SIGTERM: the first ends the run at the next safe place, the second at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::error::{CommandError, ErrorKind};

/// The signals that ended the wish to go on; the only state that is shared by all.
static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
static TERMINATED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// How often whoever waits looks for a signal.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Takes over the two signals.
///
/// # Errors
/// Where the system refuses.
pub(crate) fn install() -> std::io::Result<()> {
    for (signal, shared) in [(SIGINT, &INTERRUPTED), (SIGTERM, &TERMINATED)] {
        let shared = Arc::clone(shared);
        // In this order: the flag is set by the first signal, and found by the second.
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&shared))?;
        flag::register(signal, shared)?;
    }
    Ok(())
}

/// Whether the run is to end.
pub(crate) fn is_pending() -> bool {
    INTERRUPTED.load(Ordering::Relaxed) || TERMINATED.load(Ordering::Relaxed)
}

/// Ends once the run is to end.
pub(crate) async fn pending() {
    while !is_pending() {
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// Ends the run here, where that is wished.
///
/// # Errors
/// Where a signal has come.
pub(crate) fn check() -> Result<(), CommandError> {
    let kind = if TERMINATED.load(Ordering::Relaxed) {
        ErrorKind::Terminated
    } else if INTERRUPTED.load(Ordering::Relaxed) {
        ErrorKind::Interrupted
    } else {
        return Ok(());
    };
    Err(CommandError::new(
        kind,
        "interrupted; files are as the last lines say",
    ))
}
