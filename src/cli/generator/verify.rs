//! Has the result judged before it is applied, and tells what the judges said.

use camino::Utf8PathBuf;
use indexmap::IndexSet;

use super::Generator;
use super::planned::Planned;
use crate::cli::context::Loaded;
use crate::edit::{Desired, FileEdit, Record};
use crate::error::{CommandError, ErrorKind};
use crate::generate::{Generated, SeriesStep};
use crate::ui::Ui;
use crate::validate::{Finding, Outcome, PuppetRequest, PuppetTree, Verdict, puppet, scap};
use crate::worktree::Worktree;

/// The most findings that are shown.
const MOST_FINDINGS: usize = 10;

/// Has a plan judged by the tools of its tree.
pub(super) fn judge(
    generator: Generator,
    worktree: &Worktree,
    planned: &Planned,
    loaded: &Loaded,
) -> Result<Verdict, CommandError> {
    let (service, site) = (&loaded.service, &loaded.site);
    let (plan, generated) = (&planned.edits, &planned.generated);
    let (tree, role) = match generator {
        Generator::Vagrant => (PuppetTree::Vagrant, &service.vagrant.role),
        Generator::Puppet => (PuppetTree::Production, &service.puppet_name),
        Generator::Scap => {
            return Ok(scap(service, site, worktree, plan)?);
        }
        // The generator itself reads package.json back.
        Generator::Source => return Ok(Verdict { steps: Vec::new() }),
    };
    let owned: Vec<(Utf8PathBuf, String)> = generated
        .desired
        .iter()
        .filter(|desired| matches!(desired, Desired::File { .. }))
        .filter_map(|desired| {
            let path = desired.path();
            let edit = plan
                .edits
                .iter()
                .find(|edit| edit.path == *path)
                .and_then(|edit| edit.after.clone());
            let text = edit.or_else(|| worktree.read(path).ok().flatten())?;
            Some((path.clone(), text))
        })
        .collect();
    Ok(puppet(&PuppetRequest {
        root: worktree.root(),
        tree,
        edits: &plan.edits,
        generated: &owned,
        shared: &[],
        role,
        domain: site.domain.as_ref(),
        secrets: &generated.secrets,
    }))
}

/// Has one patch of the series judged in the tree as it is after it.
pub(super) fn judge_patch(
    step: SeriesStep,
    after: &Worktree,
    generated: &Generated,
    loaded: &Loaded,
) -> Result<Verdict, CommandError> {
    let (service, site) = (&loaded.service, &loaded.site);
    let edits: Vec<FileEdit> = after
        .differences()?
        .into_iter()
        .map(|(path, before, after)| FileEdit {
            path,
            before,
            after,
            marks: Vec::new(),
            record: Record::Forgotten,
        })
        .collect();
    let (mut owned, mut shared) = (Vec::new(), Vec::new());
    for desired in &generated.desired {
        let path = desired.path();
        match desired {
            Desired::File { .. } => {
                owned.extend(after.read(path)?.map(|text| (path.clone(), text)))
            }
            Desired::Blocks { .. } => shared.push(path.clone()),
            _ => {}
        }
    }
    // Trees that do not load roles by themselves have to be given the one that is compiled.
    let role = Utf8PathBuf::from(format!("manifests/role/{}.pp", service.puppet_name));
    if !owned.iter().any(|(path, _)| *path == role)
        && let Some(text) = after.read(&role)?
    {
        owned.push((role, text));
    }
    let mut verdict = puppet(&PuppetRequest {
        root: after.root(),
        tree: PuppetTree::Production,
        edits: &edits,
        generated: &owned,
        shared: &shared,
        role: &service.puppet_name,
        domain: site.domain.as_ref(),
        secrets: &generated.secrets,
    });
    if step == SeriesStep::Cluster {
        verdict
            .steps
            .extend(crate::validate::nodes(service, after)?);
    }
    Ok(verdict)
}

/// Prints what was judged; a finding is a failure.
pub(super) fn tell(verdict: &Verdict, ui: &Ui) -> Result<(), CommandError> {
    tell_of(None, verdict, ui)
}

/// Prints what was judged of a patch; a finding is a failure.
pub(super) fn tell_of(patch: Option<&str>, verdict: &Verdict, ui: &Ui) -> Result<(), CommandError> {
    let of = patch.map(|patch| format!("{patch}: ")).unwrap_or_default();
    let mut passed = Vec::new();
    let (mut skipped, mut missing, mut installs) = (Vec::new(), Vec::new(), "");
    for step in &verdict.steps {
        match &step.outcome {
            Outcome::Passed => passed.push(step.name),
            Outcome::Failed(_) => {}
            Outcome::Skipped { tool, install } => {
                skipped.push(step.name);
                installs = install;
                let tool = format!("`{tool}`");
                if !missing.contains(&tool) {
                    missing.push(tool);
                }
            }
            Outcome::NotJudged { reason } => {
                ui.warning(&format!("{of}not verified: {}: {reason}", step.name))
            }
        }
        for note in &step.notes {
            ui.detail(&format!("{of}{}: {note}", step.name));
        }
    }
    if !skipped.is_empty() {
        ui.warning(&format!(
            "{of}not verified: {}; {} not installed: `{installs}`",
            skipped.join(", "),
            match missing.as_slice() {
                [one] => format!("{one} is"),
                several => format!("{} are", several.join(", ")),
            },
        ));
    }
    if verdict.has_failed() {
        return Err(failure(verdict));
    }
    if !passed.is_empty() {
        ui.status(&format!("{of}verified: {}", passed.join(", ")));
    }
    Ok(())
}

fn failure(verdict: &Verdict) -> CommandError {
    // The compiler meets what the parser has found.
    let findings: IndexSet<String> = verdict.findings().map(describe).collect();
    let what = if findings.len() == 1 {
        "a mistake".into()
    } else {
        format!("{} mistakes", findings.len())
    };
    let error = CommandError::new(
        ErrorKind::Verification,
        format!("verification found {what}; nothing was changed"),
    );
    let findings = findings.into_iter().take(MOST_FINDINGS);
    let error = findings.fold(error, CommandError::cause);
    error.hint(
        "`--no-verify` applies the changes anyway; if nobody edited what is named here, please report it",
    )
}

fn describe(finding: &Finding) -> String {
    let mut text = match (&finding.path, finding.line) {
        (Some(path), Some(line)) => format!("{path}:{line}: {}", finding.message),
        (Some(path), None) => format!("{path}: {}", finding.message),
        _ => finding.message.clone(),
    };
    if let Some(line) = &finding.text_line {
        text.push_str(&format!("\n  {}", line.trim_end()));
    }
    text
}
