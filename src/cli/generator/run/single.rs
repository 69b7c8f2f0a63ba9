use std::io;

use camino::Utf8Path;

use super::in_the_way::{marking_needs, side_needs};
use super::job::Job;
use super::{Ended, Run, Workplace};
use crate::cli::Failure;
use crate::cli::generator::conflicts::Conflicts;
use crate::cli::generator::planned::Planned;
use crate::cli::generator::summary::Summary;
use crate::cli::generator::target::Target;
use crate::cli::generator::{Generator, renamed, verify};
use crate::edit::{Rendered, apply};
use crate::error::CommandError;
use crate::git::set_deploy_dir;
use crate::interrupt;

/// The files of one generator.
pub(super) struct Single<'a> {
    run: &'a Run<'a>,
    place: &'a Workplace<'a>,
    planned: &'a Planned,
    /// What svcgen remembers, without what is somebody's uncommitted.
    rendered: Rendered,
    summary: Summary<'a>,
}

impl<'a> Single<'a> {
    pub(super) fn new(run: &'a Run<'a>, place: &'a Workplace<'a>, planned: &'a Planned) -> Self {
        Self {
            run,
            place,
            planned,
            rendered: planned.rendered.clone(),
            summary: Summary::new(place.generator, place.worktree.root(), planned),
        }
    }
}

impl<'a> Job<'a> for Single<'a> {
    fn root(&self) -> &Utf8Path {
        self.place.worktree.root()
    }

    fn show(&self) -> io::Result<()> {
        self.summary.show_plan(self.run.ui, self.run.options)
    }

    fn conflicts(&self) -> Result<Option<Conflicts<'a>>, CommandError> {
        let (run, place, planned) = (self.run, self.place, self.planned);
        if planned.edits.conflicts.is_empty() {
            return Ok(None);
        }
        let root = place.worktree.root();
        let again = run.again(place.generator, root);
        let whole = format!("{again}{}", run.options.publication());
        let force = marking_needs(root, planned)?;
        let uncommitted = match run.options.force {
            true => Vec::new(),
            false => side_needs(root, planned, run.options.commits())?,
        };
        Ok(Some(Conflicts {
            all: planned.edits.conflicts.iter().collect(),
            whole: format!("{whole}{force}"),
            again: format!("{again}{force}"),
            uncommitted,
            note: match place.generator {
                Generator::Scap => renamed::hint_of_deployed(&run.loaded.service, place.worktree),
                Generator::Vagrant | Generator::Puppet | Generator::Source => None,
            },
            way: place.on.and_then(|(topic, visit)| topic.way_to(visit)),
        }))
    }

    fn is_blocked(&self) -> bool {
        self.planned.edits.is_blocked()
    }

    fn keep_apart(&mut self) -> Result<(), CommandError> {
        self.rendered = self.run.keep_apart(self.place, self.planned)?;
        Ok(())
    }

    fn judge(&mut self) -> Result<(), Failure> {
        let (run, place, planned) = (self.run, self.place, self.planned);
        let is_new = !planned.edits.edits.is_empty() || run.options.verify;
        let is_checkout = matches!(place.target, Target::Checkout { .. });
        if !(is_new && is_checkout && run.options.verifies()) {
            return Ok(());
        }
        let verdict = run.ui.busy("verifying...", || {
            verify::judge(place.generator, place.worktree, planned, run.loaded)
        })?;
        // What was interrupted has judged nothing that is worth telling.
        interrupt::check(interrupt::UNWRITTEN)?;
        Ok(self.summary.judged(verdict, run.ui)?)
    }

    fn has_differences(&self) -> bool {
        self.planned.has_differences()
    }

    fn write(&mut self, is_touched: &mut bool) -> Result<Ended, CommandError> {
        let (run, worktree, planned) = (self.run, self.place.worktree, self.planned);
        *is_touched |= planned.has_differences();
        apply(&planned.edits, worktree, &self.rendered)?;
        let mut ended = Ended::Done;
        if planned.has_differences() {
            if let Some(setting) = &planned.setting {
                set_deploy_dir(worktree.root(), setting)?;
            }
            self.summary.applied(run.ui);
            if !planned.edits.edits.is_empty() && worktree.root().join(".git").exists() {
                ended = Ended::Written;
            }
        }
        let Some((topic, _)) = self.place.on else {
            return Ok(ended);
        };
        let summary = &mut self.summary;
        let ended = run.publish(self.place, topic, planned, &self.rendered, summary)?;
        *is_touched |= summary.has_commit();
        Ok(ended)
    }

    fn told(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(&self.summary)
    }
}
