use super::{Findings, Looked, NotCompared, Uncommitted};
use crate::drift::Direction;
use crate::ui::Ui;

/// What begins the lines of a text that does not fit on one.
const FURTHER: &str = "      ";

/// What was found, as it is told to people.
pub(super) fn text(findings: &Findings, ui: &Ui) -> String {
    let mut out = String::new();
    for looked in &findings.checkouts {
        checkout(looked, ui, &mut out);
    }
    for passed in &findings.not_looked_at {
        let line = format!("{}: not looked at: {}", passed.generator, passed.way_out);
        out.push_str(&format!("{}\n", ui.fitted(&line, FURTHER)));
    }
    for failed in &findings.failed {
        out.push_str(&format!("{}: cannot be compared\n", failed.generator));
    }
    out
}

/// What one checkout has.
fn checkout(looked: &Looked, ui: &Ui, out: &mut String) {
    let Looked {
        generator,
        root,
        differences,
        uncommitted,
        not_compared,
    } = looked;
    let state = match differences.len() {
        0 if !not_compared.is_empty() => "in step, as far as it was compared".to_owned(),
        0 => "in step".to_owned(),
        1 => "1 difference".to_owned(),
        count => format!("{count} differences"),
    };
    out.push_str(&format!("{generator}: {root}: {state}\n"));
    for drift in differences {
        let difference = &drift.difference;
        let line = difference.line.map(|line| format!(":{line}"));
        let what = format!("    {}: {}", side(difference.direction), difference.what);
        out.push_str(&format!(
            "  {}{}\n{}\n    $ {}\n",
            difference.path,
            line.unwrap_or_default(),
            ui.fitted(&what, FURTHER),
            drift.command
        ));
        if let Some(instead) = &drift.instead {
            let instead = ui.fitted(&format!("    {instead}"), FURTHER);
            out.push_str(&format!("{instead}\n"));
        }
    }
    if let Some(Uncommitted { paths, command }) = uncommitted {
        let files = match paths.as_slice() {
            [path] => format!("{path} is"),
            paths => format!("{} files are", paths.len()),
        };
        out.push_str(&format!("  {files} in no commit yet\n    $ {command}\n"));
    }
    for NotCompared {
        patch,
        reason,
        way_out,
    } in not_compared
    {
        let line = format!("  the patch `{patch}` is not compared: {reason}");
        out.push_str(&format!("{}\n", ui.fitted(&line, FURTHER)));
        for way_out in way_out {
            let line = format!("    {way_out}");
            out.push_str(&format!("{}\n", ui.fitted(&line, FURTHER)));
        }
    }
}

fn side(direction: Direction) -> &'static str {
    match direction {
        Direction::Model => "the model is newer",
        Direction::Tree => "the tree was changed",
        Direction::Both => "both were changed",
        Direction::Unknown => "the model or the tree was changed",
    }
}
