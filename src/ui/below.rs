use std::sync::{Arc, Mutex, PoisonError};

/// How many rows a question has taken, below what was drawn: whoever draws on takes that away from above it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Below(Arc<Mutex<Option<usize>>>);

impl Below {
    /// Notes the rows, once there is an answer.
    pub(crate) fn note(&self, rows: usize) {
        *self.rows() = Some(rows);
    }

    /// The rows, once; nothing where nobody knows how many there are.
    pub(crate) fn take(&self) -> Option<usize> {
        self.rows().take()
    }

    fn rows(&self) -> std::sync::MutexGuard<'_, Option<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
