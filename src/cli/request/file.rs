//! Files a request in the ticket system, after showing it, and writes its number into the model.

use std::time::Duration;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::RequestArgs;
use crate::cli::Failure;
use crate::cli::context::{Context, Loaded, shown};
use crate::cli::deploy::with_runtime;
use crate::cli::model;
use crate::conduit::{Conduit, PATIENCE, Token};
use crate::edit::diff;
use crate::error::{CommandError, ErrorKind};
use crate::filing::{Change, Edited, Filed, Filing, Picture, Subject, Wish};
use crate::flow;
use crate::generate::tickets::{TicketKind, ticket};
use crate::interrupt;
use crate::model::TaskId;
use crate::onboarding::{Revised, revise};
use crate::ui::{Format, Ui};
use crate::yaml::parse;

/// The field of the model that holds the number of a task.
pub(super) fn field(kind: TicketKind) -> Option<&'static str> {
    match kind {
        TicketKind::Service => Some("service_request"),
        TicketKind::Access => Some("access_request"),
        TicketKind::Repositories => None,
    }
}

/// One request on its way into the ticket system.
pub(super) struct Courier<'a> {
    pub(super) args: &'a RequestArgs,
    pub(super) context: &'a Context,
    pub(super) loaded: &'a Loaded,
    pub(super) today: Date,
    pub(super) ui: &'a Ui,
}

impl Courier<'_> {
    /// Files a request, or updates the task that is there.
    pub(super) fn file(&self, kind: TicketKind) -> Result<(), Failure> {
        let Some(field) = field(kind) else {
            return Err(CommandError::usage("repositories are not asked for in a task")
                .hint("`svcgen request repositories` prints the text; give it to the people who run the review server")
                .into());
        };
        let service = &self.loaded.service;
        let site = &self.loaded.site;
        let conduit = self.conduit()?;
        let compose = |picture: Option<&str>| {
            ticket(
                kind,
                service,
                site,
                self.today,
                picture,
                &self.loaded.templates,
            )
        };
        let tickets = &service.tickets;
        let projects = &site.phabricator.projects;
        let (known, parent, project, picture) = match kind {
            TicketKind::Service => {
                let picture = flow::svg(service).map(|content| Picture {
                    name: format!("{}-request-flow.svg", service.name),
                    content,
                });
                (
                    tickets.service_request.as_ref(),
                    None,
                    projects.service_request.as_ref(),
                    picture,
                )
            }
            TicketKind::Access | TicketKind::Repositories => {
                let parent = tickets.service_request.as_ref();
                (
                    tickets.access_request.as_ref(),
                    parent,
                    projects.access_request.as_ref(),
                    None,
                )
            }
        };
        if kind == TicketKind::Access && parent.is_none() {
            self.ui
                .warning("the model names no service request, of which this task would be a part");
        }
        let wish = Wish {
            subject: Subject {
                request: field,
                service: service.name.clone(),
            },
            known,
            parent,
            project,
            picture,
            compose: &compose,
            edited: match self.args.force {
                true => Edited::Overwritten,
                false => Edited::Refused,
            },
        };
        with_runtime(self.carry_out(&conduit, &wish))
    }

    fn conduit(&self) -> Result<Conduit, CommandError> {
        let site = &self.loaded.site;
        let url = site.phabricator.url.as_ref().ok_or_else(|| {
            CommandError::usage(format!("the site `{}` has no ticket system", site.name))
                .hint("add its address as `phabricator.url` to the site file")
        })?;
        let configured = &self.context.configuration.conduit;
        let token = Token::find(url.as_str(), configured.token_file.as_deref())?;
        let patience = configured.timeout.map_or(PATIENCE, |seconds| {
            Duration::from_secs(u64::from(seconds.get()))
        });
        Conduit::new(url.as_str(), token, patience)
            .map_err(|error| self.explain(error.into(), None))
    }

    async fn carry_out(&self, conduit: &Conduit, wish: &Wish<'_>) -> Result<(), Failure> {
        let explain = |error| self.explain(error, Some(conduit));
        let planned = self
            .unless_interrupted("nothing was sent", Filing::plan(conduit, wish))
            .await?;
        let filing = planned.map_err(explain)?;
        self.show(&filing, wish, conduit)?;
        let known = filing.task.as_ref().map(|task| task.id.clone());
        if let (Change::Nothing, Some(task)) = (filing.change, &known) {
            self.note(task, wish.subject.request)?;
            return self.tell(task, conduit, "unchanged");
        }
        if self.args.dry_run {
            return Ok(());
        }
        let question = match &known {
            None => format!("create this task at {}?", conduit.address()),
            Some(task) => format!("update {task} at {}?", conduit.address()),
        };
        if !self.ui.confirm(&question)? {
            self.ui.status("nothing was sent");
            return Ok(());
        }
        let sent = self
            .unless_interrupted(
                "not everything that was sent was answered",
                filing.send(conduit, wish),
            )
            .await;
        let sent = sent.map_err(|error| match known {
            None => error.hint("run this again: whether the task was made is looked up first"),
            Some(_) => error.hint("run this again: it sends what the task does not have"),
        })?;
        let Filed { task, was_lost } = sent.map_err(explain)?;
        if was_lost {
            self.ui.warning(&format!(
                "the answer was lost; {task} was found by its mark"
            ));
        }
        self.note(&task, wish.subject.request)?;
        let result = if known.is_none() {
            "created"
        } else {
            "updated"
        };
        self.tell(&task, conduit, result)
    }

    /// Waits for the server, unless somebody has enough of that, and says what is `left` so then.
    async fn unless_interrupted<T>(
        &self,
        left: &str,
        work: impl Future<Output = T>,
    ) -> Result<T, CommandError> {
        tokio::select! {
            done = work => Ok(done),
            () = interrupt::pending() => {
                Err(CommandError::new(interrupt::kind(), format!("interrupted; {left}")))
            }
        }
    }

    /// Shows what will be sent.
    fn show(&self, filing: &Filing, wish: &Wish<'_>, conduit: &Conduit) -> std::io::Result<()> {
        if self.ui.format == Format::Json {
            return Ok(());
        }
        let Some(task) = &filing.task else {
            let project = wish.project.map(|slug| format!("Project: #{slug}\n"));
            let parent = wish.parent.map(|task| format!("Part of: {task}\n"));
            return self.ui.announce_verbatim(&format!(
                "Title: {}\n{}{}\n{}\n\n",
                filing.title,
                project.unwrap_or_default(),
                parent.unwrap_or_default(),
                filing.description
            ));
        };
        let mut shown = String::new();
        if let Change::Update {
            title,
            description,
            parent,
        } = filing.change
        {
            if title {
                shown.push_str(&format!("Title: {}\n", filing.title));
            }
            if let Some(whole) = wish.parent.filter(|_| parent) {
                shown.push_str(&format!("Part of: {whole}\n"));
            }
            if description {
                let place = format!("{}/{}", conduit.address(), task.id);
                shown.push_str(&changes(&place, &task.description, &filing.description));
            }
        }
        self.ui.announce_verbatim(&shown)
    }

    /// Writes the number of the task into the model, where it is not there yet.
    fn note(&self, task: &TaskId, field: &str) -> Result<(), CommandError> {
        let path = &self.loaded.path;
        let named = shown(path);
        let failed = |reason: String| {
            CommandError::new(
                ErrorKind::Unexpected,
                format!("{task} is filed, but `{named}` does not say so: {reason}"),
            )
            .hint(format!("write `tickets: {{{field}: {task}}}` into it"))
        };
        let text =
            fs_err::read_to_string(path).map_err(|error| failed(crate::error::reworded(&error)))?;
        let node = parse(&text).map_err(|error| failed(error.to_string()))?;
        let mut wanted = node.to_value();
        if !wanted["tickets"].is_object() {
            wanted["tickets"] = json!({});
        }
        wanted["tickets"][field] = json!(task);
        match revise(&text, &wanted) {
            Revised::Same => Ok(()),
            Revised::Lines(text) => {
                model::put(path, text.as_bytes()).map_err(|error| failed(error.to_string()))?;
                self.ui.status(&format!("noted in `{named}`: {task}"));
                self.ui.next(&format!(
                    "commit `{named}`; what is committed from now on names {task}"
                ));
                Ok(())
            }
            Revised::Impossible => Err(failed("it cannot be changed line by line".to_owned())),
        }
    }

    fn tell(&self, task: &TaskId, conduit: &Conduit, result: &str) -> Result<(), Failure> {
        let url = format!("{}/{task}", conduit.address());
        let text = match self.ui.format {
            Format::Json => {
                let value: Value = json!({"task": task, "url": url, "result": result});
                format!("{value:#}\n")
            }
            Format::Text => format!("{task}: {result}, {url}\n"),
        };
        Ok(self.ui.result(&text)?)
    }
}

/// How the text of a task changes.
pub(super) fn changes(place: &str, before: &str, after: &str) -> String {
    // Browsers end lines in their own way.
    let before = format!("{}\n", before.replace("\r\n", "\n").trim_end());
    let after = format!("{}\n", after.trim_end());
    diff::between((place, "as svcgen would write it"), (&before, &after))
}
