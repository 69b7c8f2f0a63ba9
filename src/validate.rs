//! Judges a plan before it is applied, with the real tools of the tree it is for.
//!
//! The tools look at an overlay: a folder that looks like the tree with the plan applied. The tree itself is
//! never written, nothing is printed, and what a tool could not judge is never called right.

mod attempt;
mod baseline;
mod compile;
mod data;
mod lint;
mod message;
mod nodes;
mod overlay;
mod ruby;
mod scap;
mod scratch;
mod syntax;
mod tools;

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use crate::edit::{EditPlan, FileEdit};
use crate::error::is_lack_of_room;
use crate::model::{HostName, PuppetName, Service, Site};
use crate::scap::Mistake;
use crate::worktree::{Worktree, WorktreeError};
pub use nodes::nodes;
pub use scap::mistakes;
use scratch::Scratch;
use tools::Tools;

/// The programs that judge, by their names: each as a command, where it is installed.
pub fn judges() -> [(&'static str, Option<std::process::Command>); 3] {
    let Tools { puppet, ruby, lint } = Tools::find();
    [
        ("puppet", puppet.map(|puppet| puppet.command(&[]))),
        ("puppet-lint", lint.map(std::process::Command::new)),
        ("ruby", ruby.map(std::process::Command::new)),
    ]
}

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct PuppetRequest<'a> {
    /// The checkout, as it is without the plan.
    pub root: &'a Utf8Path,
    pub tree: PuppetTree,
    /// Everything that the plan changes.
    pub edits: &'a [FileEdit],
    /// Every file that svcgen owns with its final text, changed or not.
    pub generated: &'a [(Utf8PathBuf, String)],
    /// Manifests that others write too, and that the plan changes: they have to parse, and are not linted.
    pub shared: &'a [Utf8PathBuf],
    /// The role to compile, without `role::`.
    pub role: &'a PuppetName,
    /// Domain of the production hosts.
    pub domain: Option<&'a HostName>,
    /// Hiera keys that stand in for the private repository.
    pub secrets: &'a [(String, serde_json::Value)],
}

/// The kind of tree, which decides where its modules and data are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PuppetTree {
    /// mediawiki/vagrant and its like: everything is below `puppet/`.
    Vagrant,
    /// operations/puppet and its like.
    Production,
}

/// What the tools said about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub steps: Vec<Judgement>,
}

/// One tool's judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judgement {
    pub name: &'static str,
    pub outcome: Outcome,
    /// What was left out or done differently, each in one sentence without a full stop.
    pub notes: Vec<String>,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Passed,
    Failed(Vec<Finding>),
    /// The tool is not installed; `install` is the command that installs it.
    Skipped {
        tool: &'static str,
        install: &'static str,
    },
    /// The tool came to no result for a reason that is not the plan's.
    NotJudged {
        reason: String,
    },
}

/// Something that a tool found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file in the user's tree; where the finding has one.
    pub path: Option<Utf8PathBuf>,
    /// Counted from one.
    pub line: Option<usize>,
    /// That line as the plan would leave it.
    pub text_line: Option<String>,
    /// The tool's own words.
    pub message: String,
}

impl Verdict {
    /// Everything that was found wrong.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.steps.iter().flat_map(|step| match &step.outcome {
            Outcome::Failed(findings) => findings.as_slice(),
            Outcome::Passed | Outcome::Skipped { .. } | Outcome::NotJudged { .. } => &[],
        })
    }

    /// Whether any step failed.
    pub fn has_failed(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step.outcome, Outcome::Failed(_)))
    }

    /// Whether every step was carried out and found nothing.
    pub fn is_verified(&self) -> bool {
        self.steps
            .iter()
            .all(|step| step.outcome == Outcome::Passed)
    }
}

impl Judgement {
    fn new(name: &'static str, outcome: Outcome) -> Self {
        Self {
            name,
            outcome,
            notes: Vec::new(),
        }
    }

    fn not_judged(name: &'static str, reason: impl Into<String>) -> Self {
        Self::new(
            name,
            Outcome::NotJudged {
                reason: reason.into(),
            },
        )
    }

    fn from_findings(name: &'static str, findings: Vec<Finding>) -> Self {
        Self::new(
            name,
            if findings.is_empty() {
                Outcome::Passed
            } else {
                Outcome::Failed(findings)
            },
        )
    }
}

/// Judges a plan for a Puppet tree: syntax, lint, data and the catalogue of the new role.
///
/// Takes as long as its slowest tool, three seconds where everything is in order.
pub fn puppet(request: &PuppetRequest<'_>) -> Verdict {
    let tools = Tools::find();
    match Scratch::build(request) {
        Ok(scratch) => judge(request, &scratch, &tools),
        Err(error) => Verdict {
            steps: vec![Judgement::not_judged(
                "a copy of the tree",
                overlay_reason(&error),
            )],
        },
    }
}

/// Judges a plan for a deploy repository: what Scap would make of its `scap/` directory.
///
/// # Errors
/// Where a file cannot be read.
pub fn scap(
    service: &Service,
    site: &Site,
    worktree: &Worktree,
    plan: &EditPlan,
) -> Result<Verdict, WorktreeError> {
    let mistakes = mistakes(service, site, worktree, plan)?;
    let findings = mistakes.into_iter().map(Finding::from).collect();
    Ok(Verdict {
        steps: vec![Judgement::from_findings("scap directory", findings)],
    })
}

impl From<Mistake> for Finding {
    fn from(mistake: Mistake) -> Self {
        let rule = mistake
            .rule
            .map(|rule| format!(": {rule}"))
            .unwrap_or_default();
        let message = format!("{}{rule}", mistake.message);
        Self {
            path: Some(mistake.path),
            line: mistake.line,
            text_line: None,
            message,
        }
    }
}

fn overlay_reason(error: &io::Error) -> String {
    let reason = match is_lack_of_room(error) {
        true => format!("there is no room in `{}`", std::env::temp_dir().display()),
        false => crate::error::reworded(error),
    };
    format!("it could not be made to try the plan in: {reason}")
}

fn judge(request: &PuppetRequest<'_>, scratch: &Scratch<'_>, tools: &Tools) -> Verdict {
    let mut steps = Vec::new();
    std::thread::scope(|scope| {
        let threads = [
            scope.spawn(|| vec![syntax::manifests(request, scratch, tools)]),
            scope.spawn(|| vec![lint::manifests(scratch, tools)]),
            scope.spawn(|| ruby::templates_and_data(request, scratch, tools)),
            scope.spawn(|| vec![compile::role(request, scratch, tools)]),
        ];
        for thread in threads {
            match thread.join() {
                Ok(done) => steps.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    Verdict { steps }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_tools_nothing_is_called_verified() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let role = PuppetName::parse("x").unwrap();
        let generated = [
            ("modules/x/manifests/init.pp".into(), "class x {".to_owned()),
            ("x.erb".into(), "<%".to_owned()),
        ];
        let request = PuppetRequest {
            root,
            tree: PuppetTree::Production,
            edits: &[],
            generated: &generated,
            shared: &[],
            role: &role,
            domain: None,
            secrets: &[],
        };
        let verdict = judge(
            &request,
            &Scratch::build(&request).unwrap(),
            &Tools::default(),
        );
        assert!(!verdict.is_verified() && !verdict.has_failed());
        assert_eq!(verdict.steps.len(), 5);
        for step in verdict.steps {
            assert!(
                matches!(step.outcome, Outcome::Skipped { .. }),
                "{}: {:?}",
                step.name,
                step.outcome
            );
        }
    }

    #[test]
    fn what_was_made_to_look_at_goes_again() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        fs_err::create_dir(root.join("sub")).unwrap();
        fs_err::write(root.join("sub/file"), "old").unwrap();
        let role = PuppetName::parse("x").unwrap();
        let generated = [("sub/new".into(), "new".to_owned())];
        let (tree, domain, secrets) = (PuppetTree::Vagrant, None, &[][..]);
        let request = PuppetRequest {
            root,
            tree,
            edits: &[],
            generated: &generated,
            shared: &[],
            role: &role,
            domain,
            secrets,
        };
        let scratch = Scratch::build(&request).unwrap();
        let path = scratch.path().to_owned();
        assert_eq!(
            fs_err::read_to_string(path.join("tree/sub/new")).unwrap(),
            "new"
        );
        drop(scratch);
        assert!(!path.exists());
        assert_eq!(
            fs_err::read_to_string(root.join("sub/file")).unwrap(),
            "old"
        );
        assert!(!root.join("sub/new").exists());
    }
}
