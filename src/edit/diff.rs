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
    let before = edit.before.as_deref().unwrap_or_default();
    let old = if edit.before.is_some() {
        format!("a/{}", edit.path)
    } else {
        "/dev/null".into()
    };
    let mut out = String::new();
    let header = format!("--- {old}\n+++ b/{}\n", edit.path);
    let _ = write!(out, "{}", header.bold());
    let diff = TextDiff::from_lines(before, &edit.after);
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

/// Counts the lines that a plan adds and removes.
pub fn count(plan: &EditPlan) -> (usize, usize) {
    let mut counts = (0, 0);
    for edit in &plan.edits {
        let before = edit.before.as_deref().unwrap_or_default();
        for change in TextDiff::from_lines(before, &edit.after).iter_all_changes() {
            match change.tag() {
                ChangeTag::Equal => {}
                ChangeTag::Insert => counts.0 += 1,
                ChangeTag::Delete => counts.1 += 1,
            }
        }
    }
    counts
}
