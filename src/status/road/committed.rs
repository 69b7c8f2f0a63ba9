//! What a generator wrote and somebody committed.

use camino::Utf8PathBuf;

use crate::review::{NoUpstream, Sent};
use crate::status::facts::{Committed, Series};
use crate::status::{State, Step};

/// What is committed, on its way to where it is merged.
pub(super) fn committed(
    name: &'static str,
    generator: &str,
    found: &Committed,
    reviewers: &str,
) -> Step {
    let Committed {
        root,
        standing,
        sent,
        merged: there,
        series,
    } = found;
    let quoted = shell_words::quote(root.as_str()).into_owned();
    let on = format!("committed on `{}`", standing.branch);
    let upstream = match &standing.upstream {
        Ok(upstream) => upstream,
        Err(NoUpstream::NotFetched) => {
            let found = format!("{on}; the remote's branch is not known here");
            return Step::new(name, State::Unknown, found)
                .command(format!("git -C {quoted} fetch"));
        }
        Err(NoUpstream::NoBranch { remote, branch }) => {
            let found = format!("{on}; `{remote}` has no branch `{branch}` as last fetched");
            return Step::new(name, State::Next, found)
                .command(format!("svcgen {generator} --review"));
        }
        Err(NoUpstream::NoRemote) => {
            let found = format!("{on}; there is no remote to send it to");
            return Step::new(name, State::Next, found)
                .command(format!("git -C {quoted} remote add origin URL"));
        }
    };
    if standing.is_merged && there.is_outdated {
        let found = format!("was merged; `{upstream}` now has something else");
        let generate = format!("svcgen {generator} --commit");
        let command = match &there.catch_up {
            Some(catch_up) => format!("{catch_up} && {generate}"),
            None => generate,
        };
        return Step::new(name, State::Next, found).command(command);
    }
    if standing.is_merged {
        let step = merged(name, upstream, series);
        let apart = match there.is_here {
            true => "svcgen check".to_owned(),
            false => format!(
                "git -C {quoted} diff {} {upstream} -- {}",
                standing.branch,
                shell_words::join(&there.edited)
            ),
        };
        return but_for_edits(step, &there.edited, apart);
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
        Some(Sent::Silent { why }) => Step::new(name, State::Unknown, format!("{found}; {why}"))
            .command(format!("git -C {quoted} remote -v")),
        Some(Sent::Unlisted) => Step::new(
            name,
            State::Unknown,
            format!("{found}; the server does not list its changes"),
        )
        .command(format!("svcgen {generator} --review")),
        None => Step::new(
            name,
            State::Unknown,
            format!("{found}; the server was not asked"),
        )
        .command("svcgen status --online"),
    }
}

/// Says of a step where what is merged is not what the model says; the command shows what is apart.
fn but_for_edits(step: Step, edited: &[Utf8PathBuf], apart: String) -> Step {
    let files = match edited {
        [] => return step,
        [file] => format!("`{file}` was"),
        files => format!("{} files of it were", files.len()),
    };
    let found = format!("{}; {files} changed by hand there", step.found);
    let step = Step { found, ..step };
    match step.state {
        State::Done => step.command(apart),
        _ => step,
    }
}

/// A text that is merged: it is done once the patches are that come after it.
fn merged(name: &'static str, upstream: &str, series: &Series) -> Step {
    let Series { missing, left_out } = series;
    let listed = |names: &mut dyn Iterator<Item = &'static str>| {
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    let without = listed(&mut left_out.iter().copied());
    let without = (!without.is_empty()).then(|| format!("; left out: {without}"));
    let without = without.unwrap_or_default();
    let (patches, are) = match missing.as_slice() {
        [] => return Step::new(name, State::Done, format!("in `{upstream}`{without}")),
        [_] => ("the patch", "is"),
        _ => ("the patches", "are"),
    };
    let names = listed(&mut missing.iter().map(|patch| patch.name));
    let refused = missing.iter().filter_map(|patch| {
        let why = patch.refused.as_ref()?;
        Some(format!("; `{}` cannot be made: {why}", patch.name))
    });
    let refused: String = refused.collect();
    let command = match (refused.as_str(), left_out.as_slice()) {
        ("", []) => "svcgen puppet --series --commit".to_owned(),
        ("", left_out) => format!(
            "svcgen puppet --series --without {} --commit",
            left_out.join(",")
        ),
        // The run says what can be done about it.
        _ => "svcgen puppet --series --dry-run".to_owned(),
    };
    let found =
        format!("in `{upstream}`; {patches} {names} of the series {are} not{refused}{without}");
    Step::new(name, State::Next, found).command(command)
}
