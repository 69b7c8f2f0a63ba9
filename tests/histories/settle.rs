//! The way out of a refusal: what its hints say is typed, marks are resolved, and the same is run again.

use crate::env::Run;
use crate::hint::Hint;
use crate::history::History;
use crate::run::{What, Wish};
use crate::verdict;

/// Has sed mark the commits of people in a list of git's.
const FIXUPS: &str =
    r"2,\$s/^pick \(.*\(by hand\|fixup!\|theirs\|Follow\|Restore\|squashed\).*\)/fixup \1/";

/// What comes after a hint was followed.
enum Next {
    /// The same run.
    Again,
    /// The way out of this, which ran in its place.
    Refused(Run),
    /// Nothing: it is done, or given up.
    Over,
}

/// How many refusals there are at most, one after the other.
const MOST: usize = 7;

impl History {
    /// Goes on until the run is done.
    pub(crate) fn settle(&mut self, wish: Wish, refused: Run) {
        let (mut wish, mut last) = (wish, refused);
        let mut followed: Vec<(String, Hint)> = Vec::new();
        for _ in 0..MOST {
            if self.resolve_marks(&wish) {
                last = self.run(&wish);
                if last.code != 11 {
                    return;
                }
                continue;
            }
            let message = message(&last);
            let hints = Hint::of(&last);
            let new = hints.iter().filter(|hint| {
                let pair = (message.clone(), (*hint).clone());
                !followed.contains(&pair)
            });
            let new: Vec<&Hint> = new.collect();
            if hints.is_empty() {
                // Only the hand helps.
                return;
            }
            if new.is_empty() {
                self.wrong("no hint leads further", &last);
            }
            let hint = (*self.chance.among(&new)).clone();
            followed.push((message, hint.clone()));
            last = match self.follow(&hint, &mut wish) {
                Next::Again => self.run(&wish),
                Next::Refused(run) => run,
                Next::Over => return,
            };
            if last.code != 11 {
                return;
            }
        }
        self.wrong("hints lead nowhere", &last);
    }

    /// Does what a hint says.
    fn follow(&mut self, hint: &Hint, wish: &mut Wish) -> Next {
        match hint {
            Hint::Option(option) if option == "--force" => wish.is_forced = true,
            Hint::Option(option) => {
                let is_yours = option.ends_with("yours");
                wish.conflicts = Some(if is_yours { "yours" } else { "svcgen" });
            }
            Hint::Command(command) => {
                let command = self.world.real(command);
                if command.contains("--series") {
                    wish.what = What::Series;
                }
                let (run, is_given_up) = self.paste(&command);
                let is_whole = command.starts_with("svcgen ") && command.contains(wish.how_far);
                return match (is_given_up, is_whole, run.code) {
                    (true, ..) | (_, true, 0) => Next::Over,
                    (_, true, _) => Next::Refused(run),
                    (_, false, _) => Next::Again,
                };
            }
        }
        Next::Again
    }

    /// Types a command that svcgen says; nothing may be lost by it. Returns whether it stopped at a conflict and was given up.
    fn paste(&mut self, command: &str) -> (Run, bool) {
        if command.contains("--conflicts yours") {
            self.dropped.clear();
        }
        let command = answered(command);
        if command.starts_with("svcgen ") {
            let run = self.typed(&command, command.contains("--conflicts svcgen"));
            if !matches!(run.code, 0 | 11) && !command.starts_with("svcgen check") {
                self.wrong("what is said cannot be typed", &run);
            }
            return (run, false);
        }
        // Whoever is to mark commits does.
        let editor = match command.contains("rebase -i") {
            true => format!("export GIT_SEQUENCE_EDITOR=\"sed -i '{FIXUPS}'\"; "),
            false => String::new(),
        };
        let before = self.sight();
        let run = self.world.sh(&format!("(cd source && {editor}{command})"));
        self.said = format!("{}\n$ {command}\n{}", self.said, run.show());
        let is_stopped = self.is_stopped();
        if is_stopped {
            // A conflict of git's.
            let abort = "git -C $c rebase --abort || git -C $c cherry-pick --abort";
            self.world
                .sh(&format!("for c in puppet vagrant; do {abort}; done"));
        }
        let is_conflict = command.contains("svcgen ") && matches!(run.code, 3 | 11);
        if run.code != 0 && !is_conflict && !is_stopped {
            self.wrong("what is said cannot be typed", &run);
        }
        verdict::nothing_in_view_is_lost(self, &before, &self.sight(), &run);
        (run, is_stopped)
    }

    fn is_stopped(&self) -> bool {
        ["puppet", "vagrant"].iter().any(|clone| {
            let git = self.world.work().join(clone).join(".git");
            ["rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD"]
                .iter()
                .any(|name| git.join(name).exists())
        })
    }

    /// Takes a side in each file that has marks, or both; whether there was one.
    fn resolve_marks(&mut self, wish: &Wish) -> bool {
        let sight = self.sight();
        let mut marked = Vec::new();
        for clone in wish.what.clones() {
            for (path, text) in &sight.clones[clone].files {
                if text.windows(8).any(|bytes| bytes == b"<<<<<<< ") {
                    marked.push(format!("{clone}/{}", path.display()));
                }
            }
        }
        if marked.is_empty() {
            return false;
        }
        for path in marked {
            let program = match self.chance.below(3) {
                0 => "/^=======$/,/^>>>>>>> /d; /^<<<<<<< /d",
                1 => "/^<<<<<<< /,/^=======$/d; /^>>>>>>> /d",
                _ => "/^<<<<<<< /d; /^=======$/d; /^>>>>>>> /d",
            };
            self.world.sh(&format!("sed -i '{program}' {path}"));
        }
        // What is old may have been taken.
        self.dropped.clear();
        true
    }

    /// Types a command that `svcgen check` says.
    pub(crate) fn paste_of_check(&mut self) {
        let check = "svcgen check --puppet-repo ../puppet --vagrant-repo ../vagrant";
        let run = self.typed(check, false);
        if !matches!(run.code, 0 | 3 | 11) {
            self.wrong("a check that ends in another way", &run);
        }
        let commands = run
            .stdout
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("$ "));
        let is_typed = |text: &&str| {
            ["git ", "svcgen ", "rm "]
                .iter()
                .any(|it| text.starts_with(it))
        };
        let commands: Vec<&str> = commands.filter(is_typed).collect();
        if commands.is_empty() {
            return;
        }
        let command = self.world.real(commands[self.chance.below(commands.len())]);
        self.paste(&command);
    }
}

/// A command in which nothing of svcgen's asks, or takes long.
fn answered(command: &str) -> String {
    let parts = command.split(" && ").map(|part| match part {
        part if part.starts_with("svcgen ") && !part.starts_with("svcgen check") => {
            format!("{part} --yes --no-verify")
        }
        part => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(" && ")
}

/// What is wrong, in the words of the first error.
fn message(run: &Run) -> String {
    let mut errors = run
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "));
    errors.next().unwrap_or_default().to_owned()
}
