//! How far the text of a generator is in its checkout.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use crate::cli::generator::{
    Generator, Looked, Planned, Planner, Series, Target, Upstream, differing, first_commit,
    look as look_at_series,
};
use crate::drift::Direction;
use crate::error::CommandError;
use crate::git::{Checkout, GitError};
use crate::review::{Sent, Standing, Topic, uncommitted};
use crate::status::{Committed, Merged, Missing, Series as Lacking, Text};
use crate::worktree::Worktree;

/// Looks at a checkout; the review server is asked only where that is wanted.
pub(super) fn look(
    planner: &Planner<'_>,
    generator: Generator,
    target: &Target,
    is_online: bool,
) -> Result<Text, CommandError> {
    let worktree = target.open()?;
    let checkout = Checkout::open(worktree.root())?;
    let planned = planner
        .plan(generator, target, &worktree)
        .map_err(CommandError::from)?;
    let series = match generator {
        Generator::Puppet => look_at_series(planner.loaded, &worktree)?,
        Generator::Vagrant | Generator::Scap | Generator::Source => Series::default(),
    };
    let desired = planned.generated.desired.iter();
    let own: Vec<Utf8PathBuf> = desired.map(|desired| desired.path().clone()).collect();
    let begun = series.patches.iter().filter(|patch| patch.is_written());
    let paths = begun
        .flat_map(|patch| patch.paths())
        .chain(own.iter().cloned());
    Looking {
        planner,
        generator,
        target,
        paths: paths.collect(),
        checkout,
        topic: planner.topic(generator, worktree.root())?,
        worktree,
        planned,
        series,
        own,
        is_online,
    }
    .text()
}

/// A checkout, and what stands in it by the model.
struct Looking<'a> {
    planner: &'a Planner<'a>,
    generator: Generator,
    target: &'a Target,
    worktree: Worktree,
    checkout: Checkout,
    topic: Topic,
    planned: Planned,
    series: Series,
    /// The files of the generator itself.
    own: Vec<Utf8PathBuf>,
    /// These, and those of the patches of the series that are written.
    paths: Vec<Utf8PathBuf>,
    is_online: bool,
}

impl Looking<'_> {
    fn text(&self) -> Result<Text, CommandError> {
        let places = self.paths.iter().map(|path| self.checkout.place(path));
        let places = places.collect::<Result<Vec<_>, GitError>>()?;
        let all = lacking(&self.series, |_| true);
        let is_written =
            self.planned.edits.edits.is_empty() && self.planned.edits.conflicts.is_empty();
        if (!is_written || !all.missing.is_empty())
            && let Some(standing) = self.topic.elsewhere(&places)?
        {
            // Those that svcgen wrote are on the topic branch, wherever this tree is.
            let others = lacking(&self.series, |patch| !patch.is_written());
            return self.committed(standing, others);
        }
        if !is_written {
            return Ok(self.unwritten());
        }
        if !self.checkout.status(&places)?.is_empty() {
            return self.uncommitted();
        }
        match self.topic.standing(&places)? {
            Some(standing) => self.committed(standing, all),
            None => Ok(Text::Uncommitted),
        }
    }

    /// What would have to be written.
    fn unwritten(&self) -> Text {
        let Planned {
            edits, rendered, ..
        } = &self.planned;
        if let Some(first) = edits.conflicts.first() {
            let what = first.to_string();
            return Text::Conflict { what };
        }
        if self.own.iter().all(|path| rendered.read(path).is_none()) {
            return Text::Absent;
        }
        Text::Differs {
            files: edits.edits.len(),
        }
    }

    fn uncommitted(&self) -> Result<Text, CommandError> {
        let root = self.worktree.root();
        let found = uncommitted(root, &self.paths, &[&self.planned.rendered])?;
        Ok(match found.new.as_slice() {
            [] => Text::Uncommitted,
            new => Text::New {
                files: new.to_vec(),
                command: first_commit(root, new),
            },
        })
    }

    fn committed(&self, standing: Standing, series: Lacking) -> Result<Text, CommandError> {
        let sent = (self.is_online && !standing.is_merged).then(|| {
            let sent = self.topic.sent(&standing.commit);
            sent.unwrap_or_else(|error| Sent::Silent {
                why: error.to_string(),
            })
        });
        let merged = match standing.is_merged {
            true => self.merged()?,
            false => Merged::default(),
        };
        Ok(Text::Committed(Box::new(Committed {
            root: self.worktree.root().to_owned(),
            standing,
            sent,
            merged,
            series,
        })))
    }

    /// What the remote's branch has of a text that is merged.
    fn merged(&self) -> Result<Merged, CommandError> {
        let Self {
            planner,
            generator,
            topic,
            worktree,
            ..
        } = self;
        let wanted = (*generator, self.target);
        let Some(upstream) = Upstream::plan(planner, wanted, topic, worktree, &self.own)? else {
            return Ok(Merged::default());
        };
        let (planned, there) = (&upstream.planned, &upstream.worktree);
        let found = differing(planner.loaded, *generator, planned, there)?.into_iter();
        let edited = found.filter(|it| matches!(it.direction, Direction::Tree | Direction::Both));
        let edited: BTreeSet<Utf8PathBuf> = edited.map(|it| it.path).collect();
        let read = |tree: &Worktree, path: &Utf8PathBuf| tree.read(path).ok().flatten();
        let is_here = |path: &Utf8PathBuf| read(worktree, path) == read(there, path);
        Ok(Merged {
            is_outdated: upstream.is_outdated(),
            catch_up: topic.catch_up()?,
            is_here: edited.iter().all(is_here),
            edited: edited.into_iter().collect(),
        })
    }
}

/// What a tree lacks of the patches that are meant, whoever began them, but for those that the user left out.
fn lacking(series: &Series, is_meant: impl Fn(&Looked) -> bool) -> Lacking {
    let open = series.patches.iter().filter(|patch| patch.is_open());
    let open = open.filter(|patch| is_meant(patch)).map(|patch| Missing {
        name: patch.step().name(),
        refused: None,
    });
    let refused = series.refused.iter().map(|(step, error)| Missing {
        name: step.name(),
        refused: Some(error.to_string()),
    });
    let left_out: Vec<&'static str> = series.left_out.iter().map(|step| step.name()).collect();
    let missing = open.chain(refused);
    Lacking {
        missing: missing
            .filter(|patch| !left_out.contains(&patch.name))
            .collect(),
        left_out,
    }
}
