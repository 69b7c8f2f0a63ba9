//! Shows a plan as a unified diff.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use similar::{ChangeTag, TextDiff};

use super::plan::{EditPlan, FileEdit};

/// Writes the changes of a plan as git would, with colours that a stream may strip.
pub fn render(plan: &EditPlan) -> String {
    plan.edits.iter().map(render_file).collect()
}

fn render_file(edit: &FileEdit) -> String {
    let name = |text: &Option<String>, side: &str| match text {
        Some(_) => format!("{side}/{}", edit.path),
        None => "/dev/null".into(),
    };
    let heads = (name(&edit.before, "a"), name(&edit.after, "b"));
    between((&heads.0, &heads.1), texts(edit))
}

/// Writes how one text becomes another as a unified diff below the names of both, with colours that a stream may strip.
pub fn between((old, new): (&str, &str), (before, after): (&str, &str)) -> String {
    let mut out = String::new();
    let _ = write!(out, "{}", format!("--- {old}\n+++ {new}\n").bold());
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let _ = writeln!(out, "{}", hunk.header().to_string().trim_end().cyan());
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches('\n');
            let shown: String = line
                .chars()
                .map(|c| {
                    if c.is_control() && c != '\t' {
                        '\u{fffd}'
                    } else {
                        c
                    }
                })
                .collect();
            let _ = match change.tag() {
                ChangeTag::Equal => writeln!(out, " {shown}"),
                ChangeTag::Insert => writeln!(out, "{}", format!("+{shown}").green()),
                ChangeTag::Delete => writeln!(out, "{}", format!("-{shown}").red()),
            };
            if change.missing_newline() {
                let _ = writeln!(out, "\\ No newline at end of file");
            }
        }
    }
    out
}

/// The texts of both sides; a file that is not there has none.
fn texts(edit: &FileEdit) -> (&str, &str) {
    (
        edit.before.as_deref().unwrap_or_default(),
        edit.after.as_deref().unwrap_or_default(),
    )
}

/// The lines that a plan adds, without blank ones.
pub fn added(plan: &EditPlan) -> Vec<String> {
    let mut added = Vec::new();
    for edit in &plan.edits {
        let (before, after) = texts(edit);
        let diff = TextDiff::from_lines(before, after);
        let new = diff
            .iter_all_changes()
            .filter(|it| it.tag() == ChangeTag::Insert);
        added.extend(new.map(|it| it.value().trim_end().to_owned()));
    }
    added.retain(|line| !line.is_empty());
    added
}

/// Counts the lines that a plan adds and removes.
pub fn count(plan: &EditPlan) -> (usize, usize) {
    let mut counts = (0, 0);
    for edit in &plan.edits {
        let (before, after) = texts(edit);
        for change in TextDiff::from_lines(before, after).iter_all_changes() {
            match change.tag() {
                ChangeTag::Equal => {}
                ChangeTag::Insert => counts.0 += 1,
                ChangeTag::Delete => counts.1 += 1,
            }
        }
    }
    counts
}
