//! Classes get another name only where nothing stays behind under the old one.

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::context::Loaded;
use crate::edit::{EditPlan, FileEdit, Record, Rendered, blocks};
use crate::error::CommandError;
use crate::generate::{SeriesStep, puppet_files};
use crate::worktree::Worktree;

/// Another name of the classes than the one that they were generated under last.
#[derive(Debug, Clone)]
pub(in crate::cli::generator) struct Renaming<'a> {
    loaded: &'a Loaded,
    old: String,
    /// What is remembered of the other patches, which write into the same files.
    others: Vec<(SeriesStep, Rendered)>,
}

impl<'a> Renaming<'a> {
    /// What became of the name since a generator or a patch ran last; none where it is the same.
    pub(in crate::cli::generator) fn of(
        loaded: &'a Loaded,
        rendered: &Rendered,
        others: Vec<(SeriesStep, Rendered)>,
    ) -> Option<Self> {
        let old = rendered.last_model()?.puppet_name;
        (old != loaded.service.puppet_name.as_str()).then_some(Self {
            loaded,
            old,
            others,
        })
    }

    /// Refuses it where there is more in what goes by the old name, which would be left there.
    pub(in crate::cli::generator) fn refuse_kept(
        &self,
        edits: &EditPlan,
    ) -> Result<(), CommandError> {
        let kept = edits
            .kept
            .iter()
            .map(|kept| (kept.path.as_path(), kept.line));
        // A file that `--conflicts yours` leaves to somebody would go by the old name for good.
        let given_up = edits
            .records
            .iter()
            .filter(|it| it.record == Record::Forgotten)
            .map(|it| (it.path.as_path(), None));
        let places: Vec<(&Utf8Path, Option<usize>)> = kept.chain(given_up).collect();
        let patches = places.iter().map(|(path, _)| self.patch_in(path));
        let are_of_people = patches.clone().any(|patch| patch.is_none());
        let causes = places
            .iter()
            .zip(patches)
            .map(|(place, patch)| match patch {
                Some(step) => format!(
                    "{} has what the patch `{}` put there",
                    shown(*place),
                    step.name()
                ),
                None => more(*place),
            });
        match places.is_empty() {
            true => Ok(()),
            false => Err(self.refused(&causes.collect::<Vec<_>>(), are_of_people)),
        }
    }

    /// Refuses it where a tree has a file still that goes by the old name: nobody knows then that svcgen wrote it.
    pub(in crate::cli::generator) fn refuse_left(
        &self,
        after: &Worktree,
    ) -> Result<(), CommandError> {
        let left = puppet_files(&self.old, after);
        match left.is_empty() {
            true => Ok(()),
            false => Err(self.edited(&left)),
        }
    }

    /// Says which files hold somebody's lines that would be lost under the new name.
    pub(in crate::cli::generator) fn edited(&self, files: &[Utf8PathBuf]) -> CommandError {
        let places = files.iter().map(|path| (path.as_path(), None));
        self.refused(&places.map(more).collect::<Vec<_>>(), true)
    }

    /// Says what goes with the files of the old name that neither this patch nor another one wrote: whoever takes the side of
    /// svcgen has not seen it yet.
    pub(in crate::cli::generator) fn lost(
        &self,
        edits: &EditPlan,
        rendered: &Rendered,
    ) -> Vec<String> {
        let told = |edit: &FileEdit| {
            let lines = self.lines_of_others(edit, rendered)?;
            let (first, more) = lines.split_first()?;
            let more = match more.len() {
                0 => String::new(),
                count => format!(" and {}", crate::count::count(count, "more line")),
            };
            Some(format!(
                "{} goes with the old name of the classes, and with it what someone else put there: `{first}`{more}",
                edit.path
            ))
        };
        edits.edits.iter().filter_map(told).collect()
    }

    /// The lines of a file that goes which are nobody's patch.
    fn lines_of_others(&self, edit: &FileEdit, rendered: &Rendered) -> Option<Vec<String>> {
        let before = edit.before.as_ref().filter(|_| edit.after.is_none())?;
        let base = rendered.base(&edit.path, Some(before))?;
        let mut rest = before.clone();
        let others = self.others.iter().flat_map(|(_, other)| other.blocks());
        for (_, written) in others.filter(|(path, _)| *path == edit.path) {
            if let Ok(patched) = blocks::patch(Some(&rest), &[], &written) {
                rest = patched.text;
            }
        }
        let lines = rest.lines().map(str::trim).filter(|line| !line.is_empty());
        let is_own = |line: &&str| base.lines().any(|own| own.trim() == *line);
        Some(
            lines
                .filter(|line| !is_own(line))
                .map(str::to_owned)
                .collect(),
        )
    }

    fn refused(&self, causes: &[String], are_of_people: bool) -> CommandError {
        let Self { loaded, old, .. } = self;
        let new = &loaded.service.puppet_name;
        let error = CommandError::conflict(format!(
            "the classes cannot be renamed from `{old}` to `{new}`: what was put into their files would stay behind"
        ));
        let error = causes.iter().fold(error, CommandError::cause);
        let error = error.hint(format!("write `puppet_name: {old}` into {}", loaded.path));
        match are_of_people {
            true => error.hint("or take it out, generate, and put it into the new files"),
            false => error
                .hint("or have all patches follow: `--conflicts svcgen` takes their lines along"),
        }
    }

    /// The other patch that wrote into a file.
    fn patch_in(&self, path: &Utf8Path) -> Option<SeriesStep> {
        let mut others = self.others.iter();
        let found = others.find(|(_, other)| other.paths().iter().any(|it| it == path));
        found.map(|(step, _)| *step)
    }
}

/// A file with lines that nobody takes along.
fn more(place: (&Utf8Path, Option<usize>)) -> String {
    format!("{} has more than svcgen would take along", shown(place))
}

fn shown((path, line): (&Utf8Path, Option<usize>)) -> String {
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{path}{line}")
}
