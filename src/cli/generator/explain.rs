//! Turns the errors of the parts into failures with an exit code and a way out.

use camino::Utf8PathBuf;

use crate::edit::{ApplyError, PlanError, Rendered};
use crate::error::{CommandError, ErrorKind};
use crate::generate::{GenerateError, SOURCE_REPOSITORY};
use crate::git::{GitError, committed_text, is_only_here};
use crate::review::ReviewError;
use crate::worktree::{Worktree, WorktreeError};

/// What helps where somebody has the name of the class.
const OTHER_CLASS: &str = "write another `puppet_name` in the model";

/// Says what to do where the file is there that svcgen would write: it may be the service itself, which is the first to
/// think of.
pub(super) fn whose_file(mut error: CommandError) -> CommandError {
    error.hints.clear();
    error
        .hint(
            "if it is this service, generated elsewhere: `--conflicts svcgen` writes over it, \
             `--conflicts yours` keeps it",
        )
        .hint(format!("if it is another one, {OTHER_CLASS}"))
}

/// A file of svcgen's that somebody moved, so that its name counts as taken.
#[derive(Debug)]
pub(in crate::cli) struct Moved {
    pub(in crate::cli) from: Utf8PathBuf,
    pub(in crate::cli) to: Utf8PathBuf,
    /// The command that moves it back.
    pub(in crate::cli) back: String,
}

impl Moved {
    /// What was moved, where that is why a name is taken.
    pub(in crate::cli) fn of(
        error: &GenerateError,
        rendered: &Rendered,
        worktree: &Worktree,
    ) -> Option<Self> {
        let GenerateError::Taken { path: to, .. } = error else {
            return None;
        };
        let from = rendered.moved_to(to, worktree)?;
        let quoted = |text: &str| shell_words::quote(text).into_owned();
        let root = quoted(worktree.root().as_str());
        let folder = from
            .parent()
            .filter(|it| !worktree.root().join(it).is_dir());
        let folder = folder.map(|it| quoted(worktree.root().join(it).as_str()));
        let folder = folder.map(|it| format!("mkdir -p {it} && "));
        let (old, new) = (quoted(from.as_str()), quoted(to.as_str()));
        let is_committed = committed_text(&worktree.root().join(&from)).is_none();
        // What is merged is not to be amended.
        let amend = match is_committed && is_only_here(worktree.root()) {
            true => format!(" && git -C {root} commit --amend --no-edit"),
            false => String::new(),
        };
        let folder = folder.unwrap_or_default();
        let back = format!("{folder}git -C {root} mv {new} {old}{amend}");
        Some(Self {
            from,
            to: to.clone(),
            back,
        })
    }

    pub(super) fn refused(&self) -> CommandError {
        let Self { from, to, back } = self;
        CommandError::conflict(format!(
            "{from} was moved to {to}, and svcgen has to find it in its place"
        ))
        .hint(format!("{back}    moves it back"))
    }
}

impl From<GenerateError> for CommandError {
    fn from(error: GenerateError) -> Self {
        match &error {
            GenerateError::Worktree(error) => Self::from(error),
            GenerateError::Unrecognised {
                root,
                looked_for,
                tree,
            } => {
                let causes = looked_for.iter().map(|what| format!("looked for {what}"));
                let this = causes.fold(Self::usage(error.to_string()), Self::cause);
                let mut removed = looked_for.iter();
                if let Some(file) = removed.find(|file| committed_text(&root.join(file)).is_some())
                {
                    let root = shell_words::quote(root.as_str());
                    return this.hint(format!("git -C {root} restore {file}    brings it back"));
                }
                let this = this
                    .hint("name the root of its checkout: by an option, or in the configuration");
                match *tree == SOURCE_REPOSITORY {
                    true => this.hint("`npm init` writes a `package.json`").hint(
                        "for a service of another language take `source` out of the configuration: the other \
                         repositories do without",
                    ),
                    false => this,
                }
            }
            GenerateError::Taken {
                free,
                what,
                known_as,
                ..
            } => {
                let this = Self::conflict(error.to_string());
                let this = known_as.iter().fold(this, |this, class| {
                    this.hint(format!(
                        "if it is this service, merged under that name: write `puppet_name: {class}` in the model"
                    ))
                });
                match free {
                    Some(port) => this.hint(format!(
                        "{port} is free in this tree: write `port: {port}` in the model"
                    )),
                    None if what.starts_with("the host ") => this
                        .hint("write other hosts in `deploy: {groups: ...}` of the model")
                        .hint("`production: {cluster: ROLE}` is for a service that joins the role"),
                    None if what.starts_with("the address ") => this.hint(
                        "write another one in `production: {load_balancer: {addresses: ...}}` of the model",
                    ),
                    None if what.starts_with("the group ") => this.hint(
                        "write another one as `production: {admins: {group: ...}}` in the model",
                    ),
                    None if what.starts_with("the deploy source ") => this.hint(
                        "write another one as `repositories: {key: NAME/deploy}` in the model",
                    ),
                    None if what.starts_with("the name ") => this.hint(match known_as {
                        Some(_) => "if it is another one: write another `name` in the model",
                        None => "write another `name` in the model",
                    }),
                    None => this.hint(OTHER_CLASS),
                }
            }
            GenerateError::Moved { home, .. } => Self::conflict(error.to_string())
                .cause(format!("svcgen looks for that list in `{home}` alone, and takes nothing of the patch away without the entry"))
                .hint(
                    "`--steps service,cluster,admins` goes on with the other patches, and leaves this one as it is",
                ),
            GenerateError::Incomplete { hint, .. } => {
                Self::usage(error.to_string()).hint(hint.clone())
            }
            GenerateError::NotUnderstood { .. } => {
                Self::usage(error.to_string()).hint("correct that line, and run this again")
            }
            GenerateError::Render(_) => {
                let mut this = Self::from_error(ErrorKind::Usage, &error);
                for cause in &mut this.causes {
                    // Tera's own words begin so, too.
                    *cause = cause.strip_prefix("error: ").unwrap_or(cause).to_owned();
                }
                this.hint("correct the template, or remove it: svcgen has one of its own")
            }
        }
    }
}

impl From<WorktreeError> for CommandError {
    fn from(error: WorktreeError) -> Self {
        Self::from(&error)
    }
}

impl From<&WorktreeError> for CommandError {
    fn from(error: &WorktreeError) -> Self {
        let kind = match error {
            WorktreeError::NotAFolder { .. } | WorktreeError::NotText { .. } => ErrorKind::Usage,
            WorktreeError::Outside { .. }
            | WorktreeError::Dangling { .. }
            | WorktreeError::NotAFile { .. } => ErrorKind::Conflict,
            WorktreeError::Io(_) => ErrorKind::Unexpected,
        };
        let this = Self::from_error(kind, error);
        match error {
            WorktreeError::Io(_) => this,
            known => this.hint(known.hint()),
        }
    }
}

impl From<PlanError> for CommandError {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Worktree(error) => error.into(),
            PlanError::Record(error) => {
                let this = Self::from_error(ErrorKind::Unexpected, &error);
                match error.hint() {
                    Some(hint) => this.hint(hint),
                    None => this,
                }
            }
            PlanError::Unreadable { .. } => {
                Self::usage(error.to_string()).hint("change that line by hand, and run this again")
            }
        }
    }
}

impl From<ApplyError> for CommandError {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Worktree(error) => error.into(),
            ApplyError::Changed { .. } | ApplyError::Overtaken { .. } => {
                Self::conflict(error.to_string())
                    .hint("run this again: it begins with what is there now")
            }
            ApplyError::Prepare { .. } => Self::from_error(ErrorKind::Unexpected, &error),
            ApplyError::Write { .. } | ApplyError::Remember { .. } => {
                Self::from_error(ErrorKind::Unexpected, &error)
                    .hint("run the same command again once that is fixed: it goes on from here")
            }
        }
    }
}

impl From<ReviewError> for CommandError {
    fn from(error: ReviewError) -> Self {
        let hints = error.hints();
        hints
            .into_iter()
            .fold(Self::from_error(error.kind(), &error), Self::hint)
    }
}

impl From<GitError> for CommandError {
    fn from(error: GitError) -> Self {
        ReviewError::from(error).into()
    }
}
