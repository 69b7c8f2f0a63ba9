//! Ctrl-C and SIGTERM: the first ends the run at the next safe place, the second at once, unless something has to be put away. A
//! terminal that is closed is a SIGTERM with a code of its own, however often that is told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, mpsc};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{SigId, flag, low_level};

use crate::error::{CommandError, ErrorKind};

/// What is said where only was looked, or planned.
pub(crate) const UNWRITTEN: &str = "nothing was written";

/// The signals that ended the wish to go on; the only state that is shared by all.
static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
static TERMINATED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
static HUNG_UP: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Whether a deploy, which counts signals itself, was told to end by another one than Ctrl-C.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Whether another signal has come, where it is asked for that.
static AGAIN: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// What ends the run at the second signal.
static SECOND: Mutex<Vec<SigId>> = Mutex::new(Vec::new());

/// How often whoever waits looks for a signal.
pub(crate) const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Takes over the signals.
///
/// # Errors
/// Where the system refuses.
pub(crate) fn install() -> std::io::Result<()> {
    for (signal, shared) in [(SIGINT, &INTERRUPTED), (SIGTERM, &TERMINATED)] {
        let shared = Arc::clone(shared);
        // In this order: the flag is set by the first signal, and found by the second.
        let second =
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&shared))?;
        SECOND
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(second);
        flag::register(signal, shared)?;
    }
    // Under `nohup` it means nothing.
    if !ignores_hangup() {
        // In this order: whoever sees that it is to end sees why.
        flag::register(SIGHUP, Arc::clone(&HUNG_UP))?;
        flag::register(SIGHUP, Arc::clone(&TERMINATED))?;
    }
    Ok(())
}

/// Has no signal end the run at once any more: what is being done has to be put away.
///
/// # Errors
/// Where the system refuses.
pub(crate) fn outlast() -> std::io::Result<()> {
    for signal in [SIGINT, SIGTERM] {
        flag::register(signal, Arc::clone(&AGAIN))?;
    }
    let mut second = SECOND.lock().unwrap_or_else(PoisonError::into_inner);
    for id in second.drain(..) {
        low_level::unregister(id);
    }
    Ok(())
}

/// Whether a signal has come since this was asked for the last time, after [`outlast`].
pub(crate) fn is_again() -> bool {
    AGAIN.swap(false, Ordering::Relaxed)
}

/// Whether whoever started this program had it ignore SIGHUP, by the mask that Linux tells of each process (proc(5)).
pub(crate) fn ignores_hangup() -> bool {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (SIGHUP - 1)) != 0)
}

/// Whether the run is to end.
pub(crate) fn is_pending() -> bool {
    INTERRUPTED.load(Ordering::Relaxed) || TERMINATED.load(Ordering::Relaxed)
}

/// Has questions be over from now on, where signals are counted elsewhere.
pub(crate) fn end_questions() {
    TOLD.store(true, Ordering::Relaxed);
}

/// Whether nobody is asked any more.
pub(crate) fn are_questions_over() -> bool {
    is_pending() || TOLD.load(Ordering::Relaxed)
}

/// Whether the run is to end by a signal that was meant for this process alone: what a terminal sends, all of them get.
pub(crate) fn is_alone() -> bool {
    TERMINATED.load(Ordering::Relaxed) && !HUNG_UP.load(Ordering::Relaxed)
}

/// Waits for work that may never come to its end; nothing comes of it where the run is to end first.
///
/// A read that waits for a pipe goes on after a signal: hence a thread, which ends with the program.
pub(crate) fn wait_for<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, done) = mpsc::channel();
    std::thread::spawn(move || sender.send(work()));
    loop {
        match done.recv_timeout(BETWEEN_LOOKS) {
            Ok(result) => return Some(result),
            Err(mpsc::RecvTimeoutError::Timeout) if !is_pending() => {}
            Err(_) => return None,
        }
    }
}

/// Ends once the run is to end.
pub(crate) async fn pending() {
    while !is_pending() {
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// The signal that the run is to end by, as the kind of its failure.
pub(crate) fn signal() -> Option<ErrorKind> {
    // A terminal that is closed counts as both.
    if HUNG_UP.load(Ordering::Relaxed) {
        Some(ErrorKind::HungUp)
    } else if TERMINATED.load(Ordering::Relaxed) {
        Some(ErrorKind::Terminated)
    } else if INTERRUPTED.load(Ordering::Relaxed) {
        Some(ErrorKind::Interrupted)
    } else {
        None
    }
}

/// The kind of a failure by a signal: that of Ctrl-C where none was counted here.
pub(crate) fn kind() -> ErrorKind {
    signal().unwrap_or(ErrorKind::Interrupted)
}

/// Ends the run here, where that is wished, and says what is `left` so.
///
/// # Errors
/// Where a signal has come.
pub(crate) fn check(left: &str) -> Result<(), CommandError> {
    match signal() {
        Some(kind) => Err(CommandError::new(kind, format!("interrupted; {left}"))),
        None => Ok(()),
    }
}
