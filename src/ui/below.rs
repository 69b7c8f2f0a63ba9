use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A question below what was drawn: whoever draws on takes that away from above it once it is answered, and draws above it
/// while it stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Below(Arc<Mutex<Rows>>);

#[derive(Debug, Default)]
struct Rows {
    /// Of a question that waits, with the cursor in its last row.
    standing: Option<usize>,
    /// Of one that is answered.
    answered: Option<usize>,
}

impl Below {
    /// A question is on the screen, and nobody writes to it until it is answered.
    pub(crate) fn stand(&self, rows: usize) {
        self.rows().standing = Some(rows);
    }

    /// Somebody writes to it again.
    pub(crate) fn go(&self) {
        self.rows().standing = None;
    }

    /// Notes the rows, once there is an answer.
    pub(crate) fn note(&self, rows: usize) {
        self.rows().answered = Some(rows);
    }

    /// The rows, once; nothing where nobody knows how many there are.
    pub(crate) fn take(&self) -> Option<usize> {
        self.rows().answered.take()
    }

    /// Draws above the question, told its rows, where one stands: it stays until that is done.
    pub(crate) fn above(&self, draw: impl FnOnce(usize)) {
        let rows = self.rows();
        if let Some(standing) = rows.standing {
            draw(standing);
        }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
