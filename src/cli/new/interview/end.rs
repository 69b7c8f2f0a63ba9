//! How an interview ends: the model is written, and what comes next is offered.

use camino::Utf8Path;
use serde_json::Value;

use crate::cli::context::Context;
use crate::cli::new::replaced::keep_beside;
use crate::cli::new::{first_step, next, put, shown};
use crate::cli::{Failure, GlobalArgs, generate};
use crate::edit::yaml::lost_comments;
use crate::error::{CommandError, ErrorKind};
use crate::model::Service;
use crate::onboarding::{Draft, Revised, Section, revise, write_model};
use crate::ui::Ui;

/// Writes the model; of one that is there, only the lines of the answers that changed.
pub(in crate::cli::new) fn write(
    path: &Utf8Path,
    before: Option<&str>,
    answers: &Value,
    service: &Service,
    context: &Context,
    ui: &Ui,
) -> Result<bool, CommandError> {
    let Some(before) = before else {
        put(path, write_model(service, &context.sites)?.as_bytes())?;
        return Ok(true);
    };
    let says_the_same = |text: &str| {
        Service::parse(path, text, &context.sites, None).is_ok_and(|(found, _)| found == *service)
    };
    match revise(before, answers) {
        Revised::Same => Ok(false),
        Revised::Lines(text) if says_the_same(&text) => {
            // Those behind what is asked for no more go with it, and are somebody's all the same.
            if let [first, more @ ..] = lost_comments(before, &text).as_slice() {
                let copy = keep_beside(path, before.as_bytes())?;
                let copy = shown(&copy);
                let more = match more.len() {
                    0 => String::new(),
                    count => format!(" and {count} more comments"),
                };
                ui.warning(&format!(
                    "`{first}`{more} went with those lines; the old model is in `{copy}`"
                ));
            }
            put(path, text.as_bytes())?;
            Ok(true)
        }
        Revised::Lines(_) | Revised::Impossible => {
            let copy = keep_beside(path, before.as_bytes())?;
            put(path, write_model(service, &context.sites)?.as_bytes())?;
            let copy = shown(&copy);
            ui.warning(&format!(
                "the model was rewritten without its comments; the old one is in `{copy}`"
            ));
            Ok(true)
        }
    }
}

/// Says what is left for later and what comes next, and offers to do it.
pub(super) fn conclude(
    draft: &Draft,
    sections: &[Section],
    context: &Context,
    global: &GlobalArgs,
    ui: &Ui,
) -> Result<(), Failure> {
    let left = sections
        .iter()
        .filter(|section| draft.later.contains(&section.name));
    for section in left {
        let needed = section.needed_for.first();
        let needed = needed.map(|step| format!(" (for `{}`)", step.command()));
        let needed = needed.unwrap_or_default();
        ui.status(&format!("left for later: {}{needed}", section.title));
    }
    let checkouts = &context.configuration.checkouts;
    if checkouts.vagrant.is_none() && checkouts.puppet.is_none() {
        ui.next(&first_step(context, global));
        return Ok(());
    }
    if !ui.confirm("look at the patches now (`svcgen generate --dry-run`)?")? {
        ui.next(&next("svcgen generate --dry-run", global));
        return Ok(());
    }
    // The model names the site now.
    let here = GlobalArgs {
        site: None,
        ..global.clone()
    };
    let ended = generate::run(&generate::GenerateArgs::dry_run(), &here, ui);
    match ended {
        // Differences are what is looked for; what comes next has been said with them.
        Err(Failure::Silent(ErrorKind::Differences)) | Ok(()) => Ok(()),
        Err(failed) => {
            ui.next(&next("svcgen generate", global));
            Err(failed)
        }
    }
}
