//! Which command closes a difference, and loses nothing of what is not committed.

use camino::Utf8Path;

use super::Drift;
use super::ways::Ways;
use crate::cli::generator::{Generator, Planned};
use crate::drift::{Difference, Remedy};
use crate::edit::{EditPlan, Rendered};
use crate::error::CommandError;
use crate::git::committed_text;
use crate::review::uncommitted;
use crate::worktree::Worktree;

/// A difference, with the command that closes it.
pub(super) fn closed(
    difference: Difference,
    generator: Generator,
    planned: &Planned,
    worktree: &Worktree,
    ways: &Ways<'_>,
) -> Result<Drift, CommandError> {
    if planned.rendered.has_marks(&difference.path, worktree) {
        return Ok(ways.resolve(difference, worktree));
    }
    let path = std::slice::from_ref(&difference.path);
    let changed = uncommitted(worktree.root(), path, &[&planned.rendered])?;
    let is_dirty = !changed.others.is_empty();
    let is_committed = !is_dirty && changed.own.is_empty();
    let is_refused = matches!(difference.remedy, Remedy::Generate | Remedy::Merge)
        && planned.edits.held().any(|held| *held == difference.path)
        && is_dirty;
    let is_lost = is_refused && loses(&planned.edits, &planned.rendered, &difference.path);
    if let Some(drift) = ways.removed(&difference, &planned.rendered, worktree)? {
        return Ok(drift);
    }
    Ok(match difference.remedy {
        _ if is_lost && !changed.new.is_empty() => ways.commit_first(difference, worktree),
        // The edit is in the commit; what is in none are lines of svcgen's.
        Remedy::Replace if !is_dirty && is_in_commit(&planned.rendered, &difference, worktree) => {
            ways.close(difference, worktree)
        }
        Remedy::Replace if !is_committed => {
            let drift = ways.put_away(difference, worktree);
            and_then(drift, &planned.rendered, worktree)
        }
        _ if is_lost => ways.put_away(difference, worktree),
        // What is committed of it is another difference, if there is one.
        Remedy::Edit if is_dirty && is_uncommitted(&difference, worktree) => {
            ways.put_away(difference, worktree)
        }
        // Without `--force` a run takes care of what somebody has not committed.
        _ if is_refused => {
            let written = ways.by(&format!("svcgen {} --force", generator.name()));
            written.close(difference, worktree)
        }
        _ => ways.close(difference, worktree),
    })
}

/// Says of a file that is put away where the last commit has an edit of it, too: that is left.
fn and_then(drift: Drift, rendered: &Rendered, worktree: &Worktree) -> Drift {
    let path = &drift.difference.path;
    let committed = committed_text(&worktree.root().join(path));
    let is_edited = committed.is_some_and(|text| {
        let base = rendered.base(path, Some(&text));
        base.is_some_and(|base| base != text)
    });
    let instead = match is_edited {
        true => {
            Some("the last commit has another edit: run `svcgen check` again for it".to_owned())
        }
        false => drift.instead,
    };
    Drift { instead, ..drift }
}

/// Whether the last commit has not all lines of an entry: the one that the line of a difference is in, and what stands further
/// in.
fn is_uncommitted(difference: &Difference, worktree: &Worktree) -> bool {
    let text = worktree.read(&difference.path).ok().flatten();
    let committed = committed_text(&worktree.root().join(&difference.path));
    let (Some(text), Some(committed), Some(line)) = (text, committed, difference.line) else {
        return false;
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let (before, behind) = lines.split_at(line.saturating_sub(1).min(lines.len()));
    let Some(told) = behind.first() else {
        return false;
    };
    let is_outer = |line: &&str| !line.trim().is_empty() && indent(line) < indent(told);
    let start = before.iter().rposition(is_outer).unwrap_or(before.len());
    let within = |line: &&&str| line.trim().is_empty() || indent(line) > indent(lines[start]);
    let rest = lines[start + 1..].iter().take_while(within);
    let mut entry = std::iter::once(&lines[start]).chain(rest);
    entry.any(|line| !committed.lines().any(|other| other == *line))
}

/// Whether the last commit has all lines of a file that svcgen did not write last.
fn is_in_commit(rendered: &Rendered, difference: &Difference, worktree: &Worktree) -> bool {
    let text = worktree.read(&difference.path).ok().flatten();
    let Some(committed) = committed_text(&worktree.root().join(&difference.path)) else {
        return false;
    };
    let base = rendered
        .base(&difference.path, text.as_deref())
        .unwrap_or_default();
    let is_safe = |line: &str| {
        let has = |text: &str| text.lines().any(|other| other.trim() == line.trim());
        has(&committed) || has(&base)
    };
    text.unwrap_or_default().lines().all(is_safe)
}

/// Whether a run would take away lines of a file that svcgen did not write.
fn loses(plan: &EditPlan, rendered: &Rendered, path: &Utf8Path) -> bool {
    let mut edits = plan.edits.iter();
    let Some(edit) = edits.find(|edit| edit.path == *path) else {
        return false;
    };
    let before = edit.before.as_deref();
    let base = rendered.base(path, before).unwrap_or_default();
    let after = edit.after.as_deref().unwrap_or_default();
    let stays = |line: &str| {
        let has = |text: &str| text.lines().any(|other| other.trim() == line.trim());
        line.trim().is_empty() || has(after) || has(&base)
    };
    !before.unwrap_or_default().lines().all(stays)
}
