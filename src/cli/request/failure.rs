//! What to do where a request could not be filed.

use super::file::{Courier, changes};
use crate::cli::context::shown;
use crate::conduit::{Conduit, ConduitError, TokenError};
use crate::error::{CommandError, ErrorKind};
use crate::filing::FilingError;
use crate::model::TaskId;

impl Courier<'_> {
    /// Turns a failure into the end of the command.
    pub(super) fn explain(&self, error: FilingError, conduit: Option<&Conduit>) -> CommandError {
        let place = |task: &TaskId| match conduit {
            Some(conduit) => format!("{}/{task}", conduit.address()),
            None => task.to_string(),
        };
        match error {
            FilingError::Conduit(error) => explain(error),
            FilingError::Generate(error) => error.into(),
            FilingError::NoProject { ref slug } => CommandError::usage(error.to_string()).hint(format!(
                "`phabricator.projects` of the site `{}` names `{slug}`",
                self.loaded.site.name
            )),
            FilingError::NoTask { ref task } => {
                CommandError::usage(error.to_string()).hint(format!("`{}` names {task} below `tickets`", shown(&self.loaded.path)))
            }
            FilingError::Edited { ref task, ref description } => {
                let changes = changes(&place(&task.id), &task.description, description);
                CommandError::conflict(format!("{error}\n{}", anstream::adapter::strip_str(&changes)).trim_end())
                    .hint(format!("edit it by hand: {}", place(&task.id)))
                    .hint("`--force` writes over it")
            }
            FilingError::Closed { ref task, .. } => CommandError::conflict(error.to_string())
                .hint(match task_is_named(self, &task.id) {
                    true => format!("it stays as it is: {}", place(&task.id)),
                    false => format!("if it is the one that is meant, write its number into the model: {}", place(&task.id)),
                })
                .hint(match task_is_named(self, &task.id) {
                    true => "`--force` updates it anyway",
                    false => "`--force` files another one",
                }),
            FilingError::Unsure { .. } => {
                CommandError::new(ErrorKind::Unexpected, error.to_string())
                    .hint("run this again in a while: what is there is looked up first, and no second task is made")
            }
        }
    }
}

/// Whether it is the model that names a task.
fn task_is_named(courier: &Courier<'_>, task: &TaskId) -> bool {
    let tickets = &courier.loaded.service.tickets;
    [&tickets.service_request, &tickets.access_request]
        .into_iter()
        .flatten()
        .any(|named| named == task)
}

fn explain(error: ConduitError) -> CommandError {
    let kind = match &error {
        ConduitError::Address { .. } => ErrorKind::Usage,
        ConduitError::Refused { .. } => ErrorKind::Conflict,
        ConduitError::Unreachable { .. }
        | ConduitError::Lost { .. }
        | ConduitError::Busy
        | ConduitError::NotConduit { .. }
        | ConduitError::Incomplete { .. } => ErrorKind::Unexpected,
    };
    let hints = error.hints().into_iter();
    hints.fold(CommandError::from_error(kind, &error), CommandError::hint)
}

impl From<TokenError> for CommandError {
    fn from(error: TokenError) -> Self {
        let hint = match &error {
            TokenError::None { .. } => {
                "set SVCGEN_CONDUIT_TOKEN, or name a file with it: `conduit: {token_file: FILE}` in the configuration"
                    .to_owned()
            }
            TokenError::Open { path, .. } => format!("chmod 600 {path}"),
            TokenError::Unreadable { .. } => "it is named by `conduit.token_file` of the configuration".to_owned(),
            TokenError::Arcrc { .. } => "arc install-certificate".to_owned(),
            TokenError::Wrong { .. } => "it is one word, such as `api-...` or `cli-...`".to_owned(),
        };
        let this = Self::from_error(ErrorKind::Usage, &error).hint(hint);
        match error {
            TokenError::None { url } => this.hint(format!(
                "make one at {url}/settings/, under `Conduit API Tokens`"
            )),
            _ => this,
        }
    }
}
