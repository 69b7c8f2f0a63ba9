//! Steps that a generator takes.

use super::committed::committed;
use crate::status::facts::Text;
use crate::status::{State, Step};

/// A step that a generator takes.
pub(super) fn written(name: &'static str, generator: &str, text: &Text, reviewers: &str) -> Step {
    let commit = format!("svcgen {generator} --commit");
    match text {
        Text::NoCheckout => Step::new(name, State::Unknown, "no checkout is named")
            .command(format!("svcgen {generator} --repo CHECKOUT --dry-run")),
        Text::Nowhere { message } => Step::new(name, State::Unknown, message.clone())
            .command(format!("svcgen {generator} --repo CHECKOUT --dry-run")),
        Text::Failed { message } => Step::new(name, State::Unknown, message.clone())
            .command(format!("svcgen {generator} --dry-run")),
        Text::Absent => Step::new(name, State::Next, "not generated yet").command(commit),
        Text::Differs { files: 1 } => {
            Step::new(name, State::Next, "a file differs from the model").command("svcgen check")
        }
        Text::Differs { files } => Step::new(
            name,
            State::Next,
            format!("{files} files differ from the model"),
        )
        .command("svcgen check"),
        Text::Conflict { what } => {
            Step::new(name, State::Next, format!("a conflict: {what}")).command("svcgen check")
        }
        Text::Uncommitted => {
            Step::new(name, State::Next, "generated, not committed").command(commit)
        }
        Text::New { files, command } => {
            let files: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
            let (files, is) = (
                files.join(", "),
                if files.len() == 1 { "is" } else { "are" },
            );
            let found =
                format!("generated; {files} {is} in no commit yet, with more than svcgen wrote");
            Step::new(name, State::Next, found).command(command)
        }
        Text::Committed(found) => committed(name, generator, found, reviewers),
    }
}
