//! How every run goes, whatever it writes: show, refuse, judge, ask, write, tell.

use std::io;

use camino::Utf8Path;

use super::{Ended, Run};
use crate::cli::Failure;
use crate::cli::generator::conflicts::Conflicts;
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::ui::Format;

/// What is planned, and has to be written: the files of a generator, or the patches of the series.
pub(in crate::cli::generator) trait Job<'a> {
    /// The tree.
    fn root(&self) -> &Utf8Path;

    /// Prints what changes.
    fn show(&self) -> io::Result<()>;

    /// What somebody and svcgen both changed, where there is anything.
    fn conflicts(&self) -> Result<Option<Conflicts<'a>>, CommandError>;

    /// Whether conflicts are such as cannot be marked in their files.
    fn is_blocked(&self) -> bool;

    /// Refuses to touch somebody's uncommitted changes, unless that is forced.
    fn keep_apart(&mut self) -> Result<(), CommandError>;

    /// Has the result judged, where there is one, and tells what the judges said; a finding is a failure.
    fn judge(&mut self) -> Result<(), Failure>;

    /// Whether anything would change.
    fn has_differences(&self) -> bool;

    /// Writes it, and publishes it, where that is wished; `is_touched` says whether anything was written.
    fn write(&mut self, is_touched: &mut bool) -> Result<Ended, CommandError>;

    /// What was done, for a script.
    fn told(&self) -> serde_json::Result<serde_json::Value>;
}

impl Run<'_> {
    /// Does what is planned, as far as that is wished.
    pub(in crate::cli::generator) fn carry_out<'a>(
        &self,
        job: &mut impl Job<'a>,
        is_touched: &mut bool,
    ) -> Result<Ended, Failure> {
        if self.ui.format == Format::Text {
            job.show()?;
        }
        let conflicts = job.conflicts()?;
        // A run that commits marks none: what it leaves is a commit, or what was there before.
        let is_refused = self.options.dry_run || self.options.commits() || job.is_blocked();
        if let Some(conflicts) = conflicts.as_ref().filter(|_| is_refused) {
            self.tell(job)?;
            return Err(conflicts.refused().into());
        }
        job.keep_apart()?;
        if conflicts.is_none() {
            job.judge()?;
        }
        interrupt::check(interrupt::UNWRITTEN)?;
        let is_marked = conflicts.is_some();
        let ended = match (self.options.dry_run, job.has_differences()) {
            (true, true) => Ended::Differs,
            (true, false) => Ended::Done,
            (false, true) if !self.may_apply(job.root(), is_marked)? => Ended::Declined,
            (false, _) => job.write(is_touched)?,
        };
        self.tell(job)?;
        match conflicts {
            Some(conflicts) if ended == Ended::Declined => Err(conflicts.refused().into()),
            Some(conflicts) => Err(conflicts.marked().into()),
            None => Ok(ended),
        }
    }

    /// Gives a script what was done: prints it, or keeps it with that of the other generators.
    fn tell<'a>(&self, job: &impl Job<'a>) -> io::Result<()> {
        if self.ui.format != Format::Json {
            return Ok(());
        }
        let document = job.told()?;
        match self.documents {
            Some(documents) => documents.borrow_mut().push(document),
            None => self.ui.result(&format!("{document:#}\n"))?,
        }
        Ok(())
    }

    /// Asks, unless that is not wished.
    fn may_apply(&self, root: &Utf8Path, is_marked: bool) -> Result<bool, CommandError> {
        let what = match (self.options.commit, self.options.review) {
            _ if is_marked => "write this change, with conflict markers,",
            (_, true) => "write, commit and send this change",
            (true, false) => "write and commit this change",
            (false, false) => "write this change",
        };
        let may = match self.ui.confirm(&format!("{what} in {root}?")) {
            // Where nobody can be asked, the conflicts are what there is to tell.
            Err(error) if is_marked && error.kind == ErrorKind::Usage => return Ok(false),
            may => may?,
        };
        if !may {
            self.ui.status("nothing was changed");
        }
        Ok(may)
    }
}
