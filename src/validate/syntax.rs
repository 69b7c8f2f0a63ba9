use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use super::scratch::Scratch;
use super::tools::{INSTALL, Puppet, Tools};
use super::{Judgement, Outcome, PuppetRequest, message};
use crate::child::{self, DEADLINE};

const MANIFESTS: &str = "puppet parser validate";

/// Parses the generated manifests by Puppet's own parser.
///
/// What others write too is no failure of the plan's where it does not parse without the plan either.
pub(super) fn manifests(
    request: &PuppetRequest<'_>,
    scratch: &Scratch<'_>,
    tools: &Tools,
) -> Judgement {
    let mut files = scratch.generated("pp");
    let is_manifest = |path: &&Utf8PathBuf| path.extension() == Some("pp");
    let shared = request.shared.iter().filter(is_manifest);
    let shared = shared
        .map(|path| path.as_path())
        .filter(|path| !files.contains(path));
    let (judged, broken): (Vec<_>, Vec<_>) = shared.partition(|path| {
        tools
            .puppet
            .as_ref()
            .is_none_or(|puppet| parses(scratch, puppet, path))
    });
    files.extend(judged);
    if let (true, [first, ..]) = (files.is_empty(), broken.as_slice()) {
        let reason = format!("`{first}` does not parse without the change either");
        return Judgement::not_judged(MANIFESTS, reason);
    }
    if files.is_empty() {
        return Judgement::new(MANIFESTS, Outcome::Passed);
    }
    let Some(puppet) = &tools.puppet else {
        return Judgement::new(
            MANIFESTS,
            Outcome::Skipped {
                tool: "puppet",
                install: INSTALL,
            },
        );
    };
    let files: Vec<Utf8PathBuf> = files.iter().map(|path| scratch.tree().join(path)).collect();
    let mut command = validation(scratch, puppet, &files);
    let output = match child::run(&mut command, DEADLINE) {
        Ok(output) => output,
        Err(error) => {
            return Judgement::not_judged(
                MANIFESTS,
                format!(
                    "`puppet` could not be run: {}",
                    crate::error::reworded(&error)
                ),
            );
        }
    };
    let errors = message::errors(&output.stderr);
    match (output.success, errors.is_empty()) {
        (true, _) => Judgement::new(MANIFESTS, Outcome::Passed),
        (false, true) => Judgement::not_judged(MANIFESTS, child::last_words("puppet", &output)),
        (false, false) => Judgement::from_findings(
            MANIFESTS,
            errors
                .iter()
                .map(|error| scratch.finding_of(error))
                .collect(),
        ),
    }
}

/// The command that parses files.
fn validation(scratch: &Scratch<'_>, puppet: &Puppet, files: &[Utf8PathBuf]) -> Command {
    let mut command = puppet.command(&[]);
    let home = scratch.path().join("validate");
    command.args(["parser", "validate", "--color=false"]);
    command.args([
        "--confdir",
        home.as_str(),
        "--vardir",
        home.join("var").as_str(),
    ]);
    command.args(files);
    scratch.enclose(&mut command);
    command
}

/// Whether a file of the tree parses as it is without the plan; one that is not there does.
fn parses(scratch: &Scratch<'_>, puppet: &Puppet, path: &Utf8Path) -> bool {
    let file = scratch.root().join(path);
    if !file.is_file() {
        return true;
    }
    let output = child::run(&mut validation(scratch, puppet, &[file]), DEADLINE);
    output.is_ok_and(|output| output.success)
}
