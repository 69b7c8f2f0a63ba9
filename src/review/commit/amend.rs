use camino::Utf8PathBuf;
use git2::{Oid, Status};

use super::{Committed, record};
use crate::edit::Rendered;
use crate::model::TaskId;
use crate::review::change_id::ChangeId;
use crate::review::commit_message::CommitMessage;
use crate::review::error::ReviewError;
use crate::review::identity::with_identity;
use crate::review::topic::Topic;

/// The commit that is there.
pub(super) struct Old {
    pub(super) change_id: ChangeId,
    pub(super) message: String,
    /// The message that svcgen wrote.
    pub(super) written: Option<CommitMessage>,
}

impl Topic {
    /// Updates the commit that is there; a message that somebody edited stays.
    pub(super) fn amend(
        &self,
        head: Option<Oid>,
        old: Old,
        (fresh, bugs): (CommitMessage, &[TaskId]),
        changed: &[(Utf8PathBuf, Status)],
        rendered: &Rendered,
    ) -> Result<Committed, ReviewError> {
        let change_id = old.change_id;
        let parsed = CommitMessage::parse(&old.message);
        let untouched = match &old.written {
            Some(written) => written.text() == parsed.text(),
            None => fresh.text() == parsed.text(),
        };
        let parsed = if untouched {
            parsed.with_text_of(fresh)
        } else {
            parsed
        };
        let message = parsed.ensure(bugs, &change_id);
        if changed.is_empty() && message.to_string().trim_end() == old.message.trim_end() {
            return Ok(Committed::Nothing);
        }
        let git = with_identity(self.checkout.git(), &self.user)?;
        let commit = record(&self.checkout, &git, changed, &message, &["--amend"])?;
        let kept = self.keep(head, commit, &[rendered])?;
        if untouched {
            self.finished(&message, rendered)?;
        }
        Ok(Committed::Amended {
            commit,
            change_id,
            kept,
        })
    }
}
