use super::Drift;
use crate::cli::GlobalArgs;
use crate::cli::generator::{Again, CheckoutArgs, Generator, Planner, is_on};
use crate::drift::{Difference, Remedy};
use crate::review::ReviewError;
use crate::worktree::Worktree;

/// The commands that close the differences of one checkout.
pub(super) struct Ways<'a> {
    given: (&'a GlobalArgs, &'a CheckoutArgs),
    /// The command that generates again, and commits.
    again: String,
    /// Whether the branch has the patches of the series, which are made from the commits before them.
    is_chain: bool,
    /// The commands that check the branch out where the change is, and what has to be done before.
    switch: Option<String>,
}

impl<'a> Ways<'a> {
    /// Finds out what the checkout has on its branch.
    pub(super) fn find(
        planner: &Planner<'_>,
        generator: Generator,
        worktree: &Worktree,
        given: (&'a GlobalArgs, &'a CheckoutArgs),
    ) -> Self {
        // A folder that is no checkout has no branch.
        let topic = planner.topic(generator, worktree.root()).ok();
        let is_chain = generator == Generator::Puppet
            && topic
                .as_ref()
                .is_some_and(|topic| is_on(topic, worktree, planner.loaded));
        let series = if is_chain { " --series" } else { "" };
        let again = format!("svcgen {}{series} --commit", generator.name());
        // What git has to be told first, in the words of the error that a run would end with.
        let first = topic.as_ref().and_then(|topic| topic.free_head().err());
        let first = first
            .filter(|error| {
                matches!(
                    error,
                    ReviewError::InProgress { .. } | ReviewError::Detached { .. }
                )
            })
            .and_then(|error| error.hints().into_iter().next());
        let first = first.map(|hint| hint.split("    ").next().unwrap_or_default().to_owned());
        let elsewhere =
            topic.filter(|topic| topic.elsewhere(&[]).is_ok_and(|found| found.is_some()));
        let root = shell_words::quote(worktree.root().as_str());
        let switch = elsewhere.map(|topic| format!("git -C {root} switch {}", topic.branch()));
        let steps: Vec<String> = first.into_iter().chain(switch).collect();
        Self {
            given,
            again: Again::completed(&again, given.0, given.1),
            is_chain,
            switch: (!steps.is_empty()).then(|| steps.join(" && ")),
        }
    }

    /// The same, by another command.
    pub(super) fn by(&self, command: &str) -> Self {
        Self {
            given: self.given,
            again: Again::completed(command, self.given.0, self.given.1),
            is_chain: self.is_chain,
            switch: self.switch.clone(),
        }
    }

    /// The command that generates again.
    pub(super) fn again(&self) -> String {
        self.on_branch(self.again.clone())
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

    /// A file that a commit has and the work tree lacks, with the way back.
    pub(super) fn restore(&self, difference: Difference, worktree: &Worktree) -> Drift {
        let root = shell_words::quote(worktree.root().as_str());
        let path = shell_words::quote(difference.path.as_str());
        Drift {
            command: format!("git -C {root} restore --staged --worktree -- {path}"),
            instead: None,
            difference,
        }
    }

    /// A change that says nothing else than the model, with a way out that keeps it.
    pub(super) fn stash(&self, difference: Difference, worktree: &Worktree) -> Drift {
        let root = shell_words::quote(worktree.root().as_str());
        let path = shell_words::quote(difference.path.as_str());
        Drift {
            command: format!("git -C {root} stash push -u -- {path}"),
            instead: Some("to keep what is there, commit it".to_owned()),
            difference,
        }
    }

    /// A difference that is in no commit yet, with a way out that keeps it.
    pub(super) fn put_away(&self, difference: Difference, worktree: &Worktree) -> Drift {
        let root = shell_words::quote(worktree.root().as_str());
        let path = shell_words::quote(difference.path.as_str());
        let put_away = format!("git -C {root} stash push -u -- {path}");
        Drift {
            command: format!("{put_away} && {}", self.again()),
            instead: Some(
                "to keep what is there, commit it, and let svcgen.yaml say it".to_owned(),
            ),
            difference,
        }
    }

    /// A difference with its way out.
    pub(super) fn close(&self, difference: Difference, worktree: &Worktree) -> Drift {
        let again = &self.again;
        let path = worktree.root().join(&difference.path);
        let path = shell_words::quote(path.as_str()).into_owned();
        let (command, instead) = match difference.remedy {
            Remedy::Generate => (self.again(), None),
            Remedy::Replace => (
                self.on_branch(format!("rm {path} && {again}")),
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
                match difference.line {
                    Some(line) => format!("\"$EDITOR\" +{line} {path}"),
                    None => format!("\"$EDITOR\" {path}"),
                },
                Some("to keep what is there, let svcgen.yaml say it"),
            ),
        };
        Drift {
            difference,
            command,
            instead: instead.map(str::to_owned),
        }
    }
}
