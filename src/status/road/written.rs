//! Steps that a generator takes.

use crate::review::Sent;
use crate::status::facts::Text;
use crate::status::{State, Step};

/// A step that a generator takes.
pub(super) fn written(name: &'static str, generator: &str, text: &Text, reviewers: &str) -> Step {
    let commit = format!("svcgen {generator} --commit");
    let look = format!("svcgen {generator} --repo CHECKOUT --dry-run");
    match text {
        Text::NoCheckout => Step::new(name, State::Unknown, "no checkout is named").command(look),
        Text::Failed { message } => Step::new(name, State::Unknown, message.clone()).command(look),
        Text::Absent => Step::new(name, State::Next, "not generated yet").command(commit),
        Text::Differs { files: 1 } => Step::new(
            name,
            State::Next,
            "a file says something else than the model",
        )
        .command("svcgen check"),
        Text::Differs { files } => Step::new(
            name,
            State::Next,
            format!("{files} files say something else than the model"),
        )
        .command("svcgen check"),
        Text::Conflict { what } => {
            Step::new(name, State::Next, format!("a conflict: {what}")).command("svcgen check")
        }
        Text::Uncommitted => {
            Step::new(name, State::Next, "generated, not committed").command(commit)
        }
        Text::Committed {
            root,
            standing,
            sent,
            open,
        } => {
            let quoted = shell_words::quote(root.as_str()).into_owned();
            let on = format!("committed on `{}`", standing.branch);
            let Some(upstream) = &standing.upstream else {
                let found = format!("{on}; the remote's branch is not known here");
                return Step::new(name, State::Unknown, found)
                    .command(format!("git -C {quoted} fetch"));
            };
            if standing.is_merged && !open.is_empty() {
                let (patches, are) = match open.as_slice() {
                    [_] => ("the patch", "is"),
                    _ => ("the patches", "are"),
                };
                let names: Vec<String> = open.iter().map(|name| format!("`{name}`")).collect();
                let names = names.join(", ");
                let found = format!("in `{upstream}`; {patches} {names} of the series {are} not");
                return Step::new(name, State::Next, found)
                    .command("svcgen puppet --series --commit");
            }
            if standing.is_merged {
                return Step::new(name, State::Done, format!("in `{upstream}`"));
            }
            let found = format!("{on}, not in `{upstream}` as last fetched");
            match sent {
                Some(Sent::Change { number, patch_set }) => Step::new(
                    name,
                    State::Waiting,
                    format!("change {number}, patch set {patch_set}, not in `{upstream}` as last fetched"),
                )
                .waits_for(reviewers),
                Some(Sent::No) => Step::new(name, State::Next, format!("{found}, not sent"))
                    .command(format!("svcgen {generator} --review")),
                Some(Sent::Silent { why }) => {
                    Step::new(name, State::Unknown, format!("{found}; {why}"))
                        .command(format!("git -C {quoted} remote -v"))
                }
                Some(Sent::Unlisted) => Step::new(
                    name,
                    State::Unknown,
                    format!("{found}; the server does not list its changes"),
                )
                .command(format!("svcgen {generator} --review")),
                None => Step::new(name, State::Unknown, format!("{found}; the server was not asked"))
                    .command("svcgen status --online"),
            }
        }
    }
}
