//! Where an interview begins: with answers that were kept, or with the model as it is.

use camino::Utf8Path;
use serde_json::{Map, Value};

use super::stopped::{Left, interrupted};
use crate::cli::GlobalArgs;
use crate::cli::context::Context;
use crate::cli::new::{NewArgs, Sources, shown, tell_followed, with_given};
use crate::error::CommandError;
use crate::onboarding::{
    Answers, Both, Current, Draft, Drafts, Kind, Note, Prompt, Prompter as _, Reply, rebase,
};
use crate::ui::{Terminal, Ui};
use crate::visible::visible;

/// The draft of a model, which has to be there.
pub(in crate::cli::new) fn draft(model: &Utf8Path) -> Result<Draft, CommandError> {
    let found = match Drafts::of_user() {
        Some(drafts) => drafts.read(model)?,
        None => None,
    };
    let found = found.ok_or_else(|| {
        CommandError::usage(format!(
            "there are no unfinished answers for `{}`",
            shown(model)
        ))
        .hint("svcgen new")
    })?;
    check_there(&found)?;
    Ok(found)
}

/// Refuses a draft that changes a model which is gone: what it says besides would go without a word.
fn check_there(draft: &Draft) -> Result<(), CommandError> {
    let is_change = draft.base.as_object().is_some_and(|map| !map.is_empty());
    if !is_change || draft.model.exists() {
        return Ok(());
    }
    let model = shown(&draft.model);
    let message = format!("`{model}` is gone, and the unfinished answers are changes to it");
    Err(CommandError::conflict(message)
        .hint(format!(
            "restore it, for example with `git checkout -- {model}`; the answers are kept"
        ))
        .hint("answer `no` to `svcgen new` to start over; it keeps them in a separate file"))
}

/// Whether there is a draft of a model.
pub(super) fn is_kept(drafts: Option<&Drafts>, model: &Utf8Path) -> bool {
    drafts.is_some_and(|drafts| matches!(drafts.read(model), Ok(Some(_))))
}

pub(in crate::cli::new) fn value_of(text: &str) -> Value {
    crate::yaml::parse_strict(text)
        .map(|node| node.to_value())
        .unwrap_or_default()
}

/// Where an interview begins.
pub(super) struct Beginning<'a> {
    pub(super) args: &'a NewArgs,
    pub(super) context: &'a Context,
    pub(super) global: &'a GlobalArgs,
    pub(super) path: &'a Utf8Path,
    /// The text of the model, where it is there.
    pub(super) before: Option<&'a str>,
}

impl Beginning<'_> {
    /// Begins at a draft, at the review of the model that is there, or at the first question.
    pub(super) fn draft(
        &self,
        drafts: Option<&Drafts>,
        terminal: &mut Terminal,
        ui: &Ui,
    ) -> Result<Draft, CommandError> {
        let present = self.before.map(value_of);
        let present = present.unwrap_or_else(|| Value::Object(Map::new()));
        if self.args.resume {
            let found = self.with_given(draft(self.path)?, ui)?;
            return Ok(onto(present, found, ui));
        }
        if let Some(drafts) = drafts
            && let Some(found) = drafts.read(self.path)?
        {
            if asks_to_resume(&found, terminal, self.global)? {
                check_there(&found)?;
                let found = self.with_given(found, ui)?;
                return Ok(onto(present, found, ui));
            }
            let aside = drafts.set_aside(self.path)?;
            ui.status(&format!("the unfinished answers are now in `{aside}`"));
        }
        self.with_given(self.fresh(present), ui)
    }

    /// With what the command line answers, and what follows from that.
    fn with_given(&self, draft: Draft, ui: &Ui) -> Result<Draft, CommandError> {
        let mut answers = Answers::default();
        answers.start_with(&draft.answers);
        let sources = Sources::read(self.args)?;
        let (answers, followed) = with_given(answers, &sources, self.context)?;
        tell_followed(&followed, ui);
        let answers = answers.to_value();
        Ok(Draft { answers, ..draft })
    }

    /// Without a draft.
    fn fresh(&self, present: Value) -> Draft {
        if self.before.is_some() {
            return Draft {
                base: present.clone(),
                ..Draft::new(self.path, present)
            };
        }
        Draft {
            at: Some(String::new()),
            ..Draft::new(self.path, present)
        }
    }
}

/// Brings a draft onto the model as it is now, and tells what somebody else changed in the meantime.
pub(in crate::cli::new) fn onto(present: Value, draft: Draft, ui: &Ui) -> Draft {
    if draft.base == present {
        return draft;
    }
    let (answers, both) = rebase(&draft.base, &draft.answers, &present);
    ui.warning("the model has changed in the meantime; what you did not answer is taken from it");
    for Both { path, lost } in both {
        let lost: Vec<String> = lost.iter().map(|it| format!("`{}`", visible(it))).collect();
        let went = match lost.as_slice() {
            [] => String::new(),
            lost => format!(", without what someone else wrote: {}", lost.join(", ")),
        };
        ui.warning(&format!(
            "`{path}` was changed on both sides; your answer is kept{went}"
        ));
    }
    Draft {
        base: present,
        answers,
        // Its place may be another thing's.
        within: None,
        ..draft
    }
}

fn asks_to_resume(
    found: &Draft,
    terminal: &mut Terminal,
    global: &GlobalArgs,
) -> Result<bool, CommandError> {
    let name = found.answers.get("name").and_then(Value::as_str);
    let of = name.map(|name| format!(" of `{name}`")).unwrap_or_default();
    let text = format!("There are unfinished answers{of}; continue with them");
    let prompt = Prompt {
        count: None,
        text: &text,
        kind: Kind::YesNo,
        choices: &[],
        current: Some(Current {
            text: "yes".into(),
            origin: None,
        }),
        typed: String::new(),
        is_refused: false,
        can_drop: false,
    };
    let wrong = Note::Wrong(
        "yes or no",
        Some("after `no`, they are kept in a separate file"),
    );
    loop {
        match terminal.ask(&prompt) {
            Ok(Reply::Current) => return Ok(true),
            Ok(Reply::Text(text)) => match text.trim().to_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => terminal.tell(&wrong)?,
            },
            Ok(_) => terminal.tell(&wrong)?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                return Err(interrupted(Left::Kept, global));
            }
            Err(error) => return Err(error.into()),
        }
    }
}
