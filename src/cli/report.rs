//! The report of a deploy: gathers what it is made of, and puts the page into its file.

mod file;
mod log_end;

use std::collections::BTreeMap;

use super::context::Context;
use super::deploy::{Opened, RepositoryArgs};
use crate::deploy::Journals;
use crate::deploy::repository::DeployRepository;
use crate::error::{CommandError, ErrorKind};
use crate::event::{DeployId, EventKind};
use crate::model::{HostName, Revision};
use crate::report::html::{Change, Chronicle, Page, Source, Standing};

pub(super) use self::file::ReportFile;

/// The deploy that is told of, and where it is known from.
pub(super) struct Subject<'a> {
    pub(super) id: &'a DeployId,
    pub(super) journals: &'a Journals,
    pub(super) opened: &'a Opened,
    pub(super) context: &'a Context,
    pub(super) repository: &'a RepositoryArgs,
}

/// The most commits that a list shows.
const MOST_COMMITS: usize = 50;

/// The most pairs of revisions whose commits are listed.
const MOST_CHANGES: usize = 10;

impl Subject<'_> {
    /// Makes the page out of the journal.
    ///
    /// # Errors
    /// Where the journal cannot be read, or a template of the user's own is wrong.
    fn page(&self) -> Result<String, CommandError> {
        let mut reader = self.journals.open(self.id)?;
        // In this order: a deploy that ends meanwhile is told with its end.
        let is_running = reader.is_being_written();
        let mut chronicle = Chronicle::default();
        let mut targets = Targets::default();
        while let Some((event, _)) = reader.next(|_| true)? {
            if let (EventKind::HostPlanned { live, revision, .. }, Some(host)) =
                (&event.kind, &event.about.host)
            {
                let hosts = targets.entry((live.clone(), revision.clone())).or_default();
                hosts.push(host.clone());
            }
            chronicle.take(&event);
        }
        if !chronicle.has_begun() {
            return Err(
                CommandError::usage(format!("nothing was begun in {}", self.id))
                    .hint("`svcgen history` lists the deploys"),
            );
        }
        let known = self.journals.list();
        let standing = match known.first() {
            _ if is_running && !chronicle.has_ended() => Standing::Running,
            Some(latest) if latest != self.id => Standing::Earlier,
            _ => Standing::Latest,
        };
        let page = Page::new(Source {
            changes: changes(&self.opened.repository, targets),
            logs: log_end::of(self.journals, self.id, chronicle.failed()),
            chronicle: &chronicle,
            standing,
            complete: &|command| self.repository.completed(command),
        });
        let page = page.render(&self.context.templates);
        page.map_err(|error| CommandError::from_error(ErrorKind::Usage, &error))
    }
}

/// Hosts, by what was live and what was to be.
type Targets = BTreeMap<(Option<Revision>, Revision), Vec<HostName>>;

fn changes(repository: &DeployRepository, targets: Targets) -> Vec<Change> {
    let changed = targets
        .into_iter()
        .filter(|((live, revision), _)| live.as_ref() != Some(revision));
    let changes = changed.take(MOST_CHANGES).map(|((from, to), hosts)| {
        // What is not known here is told as that.
        let between = from
            .as_ref()
            .and_then(|from| repository.between(from, &to, MOST_COMMITS).ok());
        Change {
            from,
            to,
            hosts,
            between,
        }
    });
    changes.collect()
}
