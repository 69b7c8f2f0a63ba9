//! The commands that `svcgen check` names: which one closes a difference, and where it has to be run.

mod strays;
mod uncommitted;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexSet;

use super::Drift;
use super::series::uncommitted_series;
use crate::cli::GlobalArgs;
use crate::cli::generator::{
    Again, CheckoutArgs, Generator, Planned, Planner, Series, changed_upon, is_on, put_away,
};
use crate::drift::{Difference, Direction, Remedy};
use crate::edit::Rendered;
use crate::model::ServiceName;
use crate::review::{ReviewError, Topic};
use crate::worktree::Worktree;

/// The commands that close the differences of one checkout.
#[derive(Clone)]
pub(super) struct Ways<'a> {
    given: (&'a GlobalArgs, &'a CheckoutArgs),
    /// The command that generates again, and commits.
    again: String,
    /// The option that names the branch, where it is not the service's own.
    option: String,
    /// Whether the branch has the patches of the series, which are made from the commits before them.
    is_chain: bool,
    /// The commands that check the branch out where the change is, and what has to be done before.
    switch: Option<String>,
    /// The branch where the change is, where another one is checked out.
    elsewhere: Option<String>,
    /// The same, and another work tree that has it checked out.
    held: Option<(String, Utf8PathBuf)>,
    /// The files that commits upon svcgen's own changed: what it makes anew is below them.
    upon: Vec<Utf8PathBuf>,
    service: ServiceName,
    /// The files in which the model is newer: one run writes them all.
    newer: Vec<Utf8PathBuf>,
    /// The files with changes of somebody's that are in no commit, and that a run would refuse for.
    in_the_way: Vec<Utf8PathBuf>,
}

impl<'a> Ways<'a> {
    /// Finds out what the checkout has on its branch.
    pub(super) fn find(
        planner: &Planner<'_>,
        generator: Generator,
        worktree: &Worktree,
        (series, planned): (Option<&Series>, Option<&Planned>),
        given: (&'a GlobalArgs, &'a CheckoutArgs),
    ) -> Self {
        let (topic, option) = topic(planner, generator, worktree);
        let is_chain = generator == Generator::Puppet
            && topic.as_ref().is_some_and(|topic| {
                is_on(topic, worktree, planner.loaded)
                    || series.is_some_and(|series| series.is_called_on(topic))
            });
        // Lines of its patches that no commit has are committed with the service.
        let begun = series
            .filter(|_| !is_chain)
            .and_then(|series| uncommitted_series(series, planner.loaded, worktree));
        let command = match (begun, is_chain) {
            (Some(series), _) => series,
            (None, true) => format!("svcgen {} --series", generator.name()),
            (None, false) => format!("svcgen {}", generator.name()),
        };
        let again = format!("{command}{option} --commit");
        let first = topic.as_ref().and_then(before_all);
        let upon = topic.as_ref().map(|topic| match is_chain {
            true => changed_upon(topic, worktree, planner.loaded),
            false => upon(topic, worktree, planned, &planner.loaded.service.name),
        });
        let elsewhere =
            topic.filter(|topic| topic.elsewhere(&[]).is_ok_and(|found| found.is_some()));
        let root = shell_words::quote(worktree.root().as_str());
        let held = elsewhere.as_ref().and_then(|topic| {
            let path = topic.held_by().ok().flatten()?;
            Some((topic.branch().to_string(), path))
        });
        let elsewhere = elsewhere.map(|topic| topic.branch().to_string());
        let switch = elsewhere.as_ref();
        let switch = switch.map(|branch| format!("git -C {root} switch {branch}"));
        let steps: Vec<String> = match held {
            Some(_) => Vec::new(),
            None => first.into_iter().chain(switch).collect(),
        };
        let ways = Self {
            given,
            again: String::new(),
            option,
            is_chain,
            switch: (!steps.is_empty()).then(|| steps.join(" && ")),
            elsewhere,
            held,
            upon: upon.unwrap_or_default(),
            service: planner.loaded.service.name.clone(),
            newer: Vec::new(),
            in_the_way: Vec::new(),
        };
        ways.by(&again)
    }

    /// The same, by another command.
    pub(super) fn by(&self, command: &str) -> Self {
        let again = match &self.held {
            Some((_, other)) => Again::placed(command, self.given.0, other),
            None => Again::completed(command, self.given.0, self.given.1),
        };
        Self {
            again,
            ..self.clone()
        }
    }

    /// The same, where these differences are closed, and these files are in the way.
    /// `own` are those that hold nothing but what svcgen wrote: they are in the way of the branch where the change is, which
    /// has them, too.
    pub(super) fn about(
        self,
        differences: &[Difference],
        in_the_way: Vec<Utf8PathBuf>,
        own: &[Utf8PathBuf],
        worktree: &Worktree,
    ) -> Self {
        let is_newer = |it: &&Difference| it.direction == Direction::Model;
        let newer: IndexSet<Utf8PathBuf> = differences
            .iter()
            .filter(is_newer)
            .map(|it| it.path.clone())
            .collect();
        let switch = self.switch.map(|switch| match own {
            [] => switch,
            own => format!("{} && {switch}", put_away(worktree.root(), own)),
        });
        Self {
            newer: newer.into_iter().collect(),
            in_the_way,
            switch,
            ..self
        }
    }

    /// The same, by another command that commits.
    pub(super) fn committing(&self, command: &str) -> Self {
        self.by(&format!("{command}{} --commit", self.option))
    }

    /// The command that generates again.
    pub(super) fn again(&self) -> String {
        self.on_branch(self.again.clone())
    }

    /// Whether commits of somebody's stand upon svcgen's own, which is not made anew below them.
    fn is_upon(&self, difference: &Difference) -> bool {
        let is_upon = match (self.is_chain, difference.direction) {
            (true, Direction::Tree) => self.upon.contains(&difference.path),
            _ => !self.upon.is_empty(),
        };
        is_upon && self.is_here() && self.again.ends_with(" --commit")
    }

    /// Whether the branch is checked out where the change goes on.
    fn is_here(&self) -> bool {
        self.switch.is_none() && self.held.is_none()
    }

    /// What closes it by another commit upon them: svcgen's own is made from what is below.
    fn upon_commits(&self, difference: &Difference, worktree: &Worktree) -> String {
        let is_newer = self.newer.contains(&difference.path);
        if is_newer && difference.direction == Direction::Model {
            return self.follow(worktree);
        }
        let message = format!("Restore {}", difference.path);
        let commit = commit(worktree, &message, std::slice::from_ref(&difference.path));
        format!("{} && {commit}", self.written())
    }

    /// What has all files follow the model by another commit.
    fn follow(&self, worktree: &Worktree) -> String {
        let commit = self.commit_of(&self.newer, worktree);
        format!("{} && {commit}", self.written())
    }

    /// The command that only writes.
    fn written(&self) -> String {
        let again = self.again.trim_end_matches(" --commit");
        format!("{again} --force")
    }

    /// What commits files in which svcgen followed the model.
    fn commit_of(&self, paths: &[Utf8PathBuf], worktree: &Worktree) -> String {
        let message = format!("Follow the model of {}", self.service);
        commit(worktree, &message, paths)
    }

    /// Whether the branch where the change is has another file than the one that was looked at: nobody has seen what would go.
    fn is_other_there(&self, difference: &Difference, worktree: &Worktree) -> bool {
        let name = |revision: &str| {
            let repository = git2::Repository::open(worktree.root()).ok()?;
            let file = repository.revparse_single(&format!("{revision}:{}", difference.path));
            Some(file.ok()?.id())
        };
        let there = self.elsewhere.as_ref();
        there.is_some_and(|branch| name("HEAD") != name(&format!("refs/heads/{branch}")))
    }

    fn on_branch(&self, command: String) -> String {
        match &self.switch {
            Some(switch) => format!("{switch} && {command}"),
            None => command,
        }
    }

    /// Whether the branch has the patches of the series, which are made from the commits before them.
    pub(super) fn is_chain(&self) -> bool {
        self.is_chain
    }

    /// Whether the command makes the patches of the series, or goes on with them.
    pub(super) fn is_of_commits(&self) -> bool {
        self.is_chain || self.again.contains(" --series")
    }

    /// A difference with its way out.
    pub(super) fn close(&self, difference: Difference, worktree: &Worktree) -> Drift {
        let again = &self.again;
        let root = match (&self.held, difference.remedy) {
            (Some((_, other)), Remedy::Replace) => other.as_path(),
            _ => worktree.root(),
        };
        let path = root.join(&difference.path);
        let path = shell_words::quote(path.as_str()).into_owned();
        let is_upon = self.is_upon(&difference);
        let anew = match is_upon {
            true => self.upon_commits(&difference, worktree),
            false => again.clone(),
        };
        let (command, instead) = match difference.remedy {
            Remedy::Generate => (self.on_branch(anew), None),
            Remedy::Replace if self.is_other_there(&difference, worktree) => (
                self.on_branch(Again::completed("svcgen check", self.given.0, self.given.1)),
                Some(
                    "the file is different on the branch with the change; this shows what differs there",
                ),
            ),
            Remedy::Replace => (
                self.on_branch(format!("rm {path} && {anew}")),
                Some("to keep what is there, let svcgen.yaml or a template of your own say it"),
            ),
            Remedy::Merge => (
                self.on_branch(again.trim_end_matches(" --commit").to_owned()),
                Some(
                    "it marks the lines that both changed; `--conflicts yours` or `svcgen` takes one side",
                ),
            ),
            Remedy::Adopt => (
                self.on_branch(format!("{again} --conflicts svcgen")),
                Some("to keep what is there, `--conflicts yours`"),
            ),
            Remedy::Edit => (
                edit(&root.join(&difference.path), difference.line),
                Some("to keep what is there, let svcgen.yaml say it"),
            ),
        };
        let there = self.held.as_ref().map(|(branch, path)| {
            format!("the change is on `{branch}`, which is checked out in `{path}`")
        });
        let is_edit = difference.remedy == Remedy::Edit;
        Drift {
            difference,
            command,
            instead: there.filter(|_| !is_edit).or(instead.map(str::to_owned)),
        }
    }
}

/// The branch of the change, and the option that names it where it is not the service's own.
fn topic(
    planner: &Planner<'_>,
    generator: Generator,
    worktree: &Worktree,
) -> (Option<Topic>, String) {
    // A folder that is no checkout has no branch.
    let topic = planner.topic(generator, worktree.root()).ok();
    // A change that was made by `--topic`, and is checked out.
    let named = match &topic {
        Some(topic) if !topic.has_commits().unwrap_or(true) => {
            planner.topic_here(generator, worktree.root())
        }
        Some(_) | None => None,
    };
    let option = named.as_ref().map(|named| {
        let branch = shell_words::quote(named.branch().as_str()).into_owned();
        format!(" --topic {branch}")
    });
    (named.or(topic), option.unwrap_or_default())
}

/// What git has to be told first, in the words of the error that a run would end with.
fn before_all(topic: &Topic) -> Option<String> {
    let error = topic.free_head().err()?;
    let is_told = matches!(
        error,
        ReviewError::InProgress { .. } | ReviewError::Detached { .. }
    );
    let hint = error.hints().into_iter().next().filter(|_| is_told)?;
    Some(hint.split("    ").next().unwrap_or_default().to_owned())
}

/// The files of commits of somebody's that svcgen's own is not made anew below, or beside.
fn upon(
    topic: &Topic,
    worktree: &Worktree,
    planned: Option<&Planned>,
    service: &ServiceName,
) -> Vec<Utf8PathBuf> {
    let own = Rendered::of(worktree.root(), service);
    let text = planned.map(|planned| &planned.generated.message);
    let upon = topic.upon_own(&own, text).unwrap_or_default();
    let desired = planned.iter().flat_map(|it| &it.generated.desired);
    let paths: Vec<Utf8PathBuf> = desired.map(|it| it.path().clone()).collect();
    match upon.is_empty() {
        true => topic.unsent(&paths).unwrap_or_default(),
        false => upon,
    }
}

/// What opens a file in the user's editor, whose name may have arguments behind it.
pub(super) fn edit(path: &Utf8Path, line: Option<usize>) -> String {
    let path = shell_words::quote(path.as_str());
    let line = line.map(|line| format!("+{line} ")).unwrap_or_default();
    format!("${{EDITOR:-vi}} {line}{path}")
}

/// What commits some files, and nothing else.
fn commit(worktree: &Worktree, message: &str, paths: &[Utf8PathBuf]) -> String {
    let root = shell_words::quote(worktree.root().as_str());
    let message = shell_words::quote(message);
    let paths = paths.iter().map(|path| shell_words::quote(path.as_str()));
    let paths = paths.collect::<Vec<_>>().join(" ");
    format!("git -C {root} add -- {paths} && git -C {root} commit -m {message} -- {paths}")
}
