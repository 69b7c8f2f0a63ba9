//! Runs of svcgen.

use std::time::Instant;

use crate::env::Run;
use crate::history::History;
use crate::verdict;

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Puppet,
    Series,
    Vagrant,
    All,
}

/// A run as it is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) what: What,
    /// How far it goes: `--commit`, `--review`, or neither.
    pub(crate) how_far: &'static str,
    /// What becomes of lines that both changed.
    pub(crate) conflicts: Option<&'static str>,
    pub(crate) is_forced: bool,
    pub(crate) is_dry: bool,
}

/// How far runs go.
const HOW_FAR: [&str; 5] = ["", "--commit", "--commit", "--review", "--review"];

impl What {
    fn command(self) -> &'static str {
        match self {
            Self::Puppet => "puppet --repo ../puppet",
            Self::Series => "puppet --repo ../puppet --series",
            Self::Vagrant => "vagrant --repo ../vagrant",
            Self::All => "generate --puppet-repo ../puppet --vagrant-repo ../vagrant",
        }
    }

    /// The clones that it writes into all that the model says of them.
    pub(crate) fn completes(self) -> &'static [&'static str] {
        match self {
            Self::Puppet => &[],
            Self::Series => &["puppet"],
            Self::Vagrant | Self::All => &["vagrant"],
        }
    }

    pub(crate) fn clones(self) -> &'static [&'static str] {
        match self {
            Self::Puppet | Self::Series => &["puppet"],
            Self::Vagrant => &["vagrant"],
            Self::All => &["vagrant", "puppet"],
        }
    }
}

impl Wish {
    pub(crate) fn command(&self) -> String {
        let mut command = format!("svcgen {} --yes --no-verify", self.what.command());
        let mut add = |word: &str| {
            command.push(' ');
            command.push_str(word);
        };
        if !self.how_far.is_empty() {
            add(self.how_far);
        }
        if let Some(side) = self.conflicts {
            add("--conflicts");
            add(side);
        }
        if self.is_forced {
            add("--force");
        }
        if self.is_dry {
            add("--dry-run");
        }
        command
    }
}

impl History {
    fn wish(&self) -> Wish {
        use What::{All, Puppet, Series, Vagrant};
        let chance = &self.chance;
        Wish {
            what: *chance.among(&[
                Puppet, Series, Series, Series, Vagrant, Vagrant, Vagrant, All,
            ]),
            how_far: HOW_FAR[chance.below(HOW_FAR.len())],
            conflicts: match chance.below(10) {
                0 => Some("yours"),
                1 => Some("svcgen"),
                2 => Some("mark"),
                _ => None,
            },
            is_forced: chance.percent(5),
            is_dry: chance.percent(8),
        }
    }

    /// Runs something, and perhaps goes on until it is done.
    pub(crate) fn run_something(&mut self) {
        let wish = self.wish();
        let run = self.run(&wish);
        if run.code == 11 && !wish.is_dry && self.chance.percent(65) {
            self.settle(wish, run);
        }
    }

    /// Runs svcgen as wanted; what it leaves has to be right.
    pub(crate) fn run(&mut self, wish: &Wish) -> Run {
        let run = self.typed(&wish.command(), wish.conflicts == Some("svcgen"));
        let is_known = matches!((run.code, wish.is_dry), (0 | 11, _) | (3, true));
        if !is_known {
            self.wrong("an exit code that nobody expects", &run);
        }
        if run.code == 0 && !wish.is_dry {
            if wish.conflicts == Some("yours") {
                // What is old may stay.
                self.dropped.clear();
            }
            verdict::is_complete(self, wish, &run);
        }
        run
    }

    /// Types a command of svcgen's; nothing may be lost, nor go without a word. `takes_svcgens` says whether lines of
    /// somebody's that are shown to go may go.
    pub(crate) fn typed(&mut self, command: &str, takes_svcgens: bool) -> Run {
        let before = self.sight();
        let run = self.world.sh(&format!("(cd source && {command})"));
        self.said = format!("$ {command}\n{}", run.show());
        let after = self.sight();
        verdict::is_readable(self, &run);
        verdict::nothing_is_lost(self, &before, &after, &run);
        verdict::what_goes_is_told(self, &before, &after, (&run, takes_svcgens));
        if command.contains("--dry-run") {
            verdict::nothing_differs(self, &before, &after, &run);
        }
        run
    }

    /// Runs svcgen, and ends it at any moment.
    pub(crate) fn run_interrupted(&mut self) {
        let wish = Wish {
            is_dry: false,
            ..self.wish()
        };
        let signal =
            self.chance
                .among(&["KILL", "INT", "--foreground -s KILL", "--foreground -s INT"]);
        let moment = self.chance.below(400);
        let before = self.sight();
        let begun = Instant::now();
        let command = format!(
            "(cd source && timeout --preserve-status -s {} 0.{moment:03} {})",
            signal.replace("--foreground -s ", ""),
            wish.command()
        );
        let command = match signal.starts_with("--foreground") {
            true => command.replace("timeout ", "timeout --foreground "),
            false => command,
        };
        let run = self.world.sh(&command);
        self.said = format!("$ {command} # after {:?}\n{}", begun.elapsed(), run.show());
        let after = self.sight();
        if !matches!(run.code, 0 | 11 | 130 | 137) {
            self.wrong("an exit code that nobody expects", &run);
        }
        verdict::nothing_is_lost(self, &before, &after, &run);
        if run.code != 137 {
            verdict::is_readable(self, &run);
            let takes_svcgens = wish.conflicts == Some("svcgen");
            verdict::what_goes_is_told(self, &before, &after, (&run, takes_svcgens));
        }
    }
}
