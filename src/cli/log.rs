//! Shows what happened in a deploy: a journal as lines, or as the events that it is made of, also while it is written.

mod choice;
mod elsewhere;
mod output;
mod recorded;
mod replay;

use crate::cli::given;
use camino::Utf8PathBuf;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

pub(super) use self::choice::Choice;
use super::context::Context;
use super::deploy::{Opened, RepositoryArgs};
use super::report::{ReportFile, Subject};
use super::{Failure, GlobalArgs};
use crate::deploy::{JournalError, Journals};
use crate::error::{CommandError, ErrorKind};
use crate::event::{DeployId, Level};
use crate::model::did_you_mean;
use crate::ui::Ui;
use crate::visible::visible;

/// The options of `svcgen log`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to show")]
pub struct LogArgs {
    /// The newest deploy, as when no ID is given.
    #[arg(long)]
    latest: bool,
    /// Only what concerns this host, and with -v what it wrote; names and patterns as for `svcgen deploy --limit`.
    #[arg(long, value_name = "HOST", allow_hyphen_values = true, value_parser = given::text())]
    host: Vec<String>,
    /// Only events of this level or a more serious one; debug shows everything.
    #[arg(long, value_parser = levels())]
    level: Option<String>,
    /// Only this stage.
    #[arg(long, value_parser = ["fetch", "config_deploy", "promote", "handle_service", "finalize", "rollback"])]
    stage: Option<String>,
    /// Keep printing while the deploy runs, until it ends.
    #[arg(long, short)]
    follow: bool,
    /// Everything that the hosts wrote, unchanged, instead of the events.
    #[arg(long, conflicts_with_all = ["level", "stage", "follow"])]
    output: bool,
    /// Write a report to this file instead: a single HTML page that needs no network.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["host", "level", "stage", "follow", "output"], value_parser = given::path())]
    report: Option<Utf8PathBuf>,
    /// The deploy, as `svcgen history` names it, and a text or regular expression that lines must match.
    #[arg(value_name = "ID] [FILTER", num_args = 0..=2, help_heading = None::<&str>, value_parser = given::text())]
    words: Vec<String>,
    #[command(flatten)]
    repository: RepositoryArgs,
}

/// The levels, by the words of `svcgen tail` as well.
fn levels() -> PossibleValuesParser {
    let named = Level::ALL.into_iter().map(|level| {
        let others = choice::OTHER_WORDS.iter();
        let others = others.filter(|(_, meant)| *meant == level);
        PossibleValue::new(level.as_str()).aliases(others.map(|(word, _)| *word))
    });
    named.collect::<Vec<_>>().into()
}

/// Runs `svcgen log`.
pub(super) fn run(args: &LogArgs, global: &GlobalArgs, ui: &Ui) -> Result<(), Failure> {
    let context = Context::new(global, ui)?;
    let opened = Opened::open(&args.repository, &context, global)?;
    let repository = &opened.working.value.config.git_repo;
    let journals = Journals::of(repository).map_err(CommandError::from)?;
    let known = journals.list();
    let (named, filter) = split(&args.words, &known)?;
    if named.is_some() && args.latest {
        return Err(
            CommandError::usage("`--latest` is not the deploy that is named")
                .hint("leave out one of them")
                .into(),
        );
    }
    let id = match (named, journals.last()) {
        (Some(text), _) => identify(&text, &known)?,
        (None, Some(last)) => last,
        (None, None) => return Err(elsewhere::nothing_here(&opened, ui)?.into()),
    };
    if !known.contains(&id) {
        let place = elsewhere::Search {
            opened: &opened,
            args,
            ui,
        };
        // Of what is not here there is neither the output of hosts nor a report.
        let needs_journal = args.output || args.report.is_some();
        return place.show(
            &id,
            &known,
            Choice::new(args, filter, &opened)?,
            needs_journal,
        );
    }
    if let Some(file) = ReportFile::named(args.report.as_deref())? {
        if filter.is_some() {
            let message = "a report covers a whole deploy: it takes no filter";
            return Err(CommandError::usage(message)
                .hint("without `--report`, the lines that match are shown")
                .into());
        }
        file.write(&Subject {
            id: &id,
            journals: &journals,
            opened: &opened,
            context: &context,
            repository: &args.repository,
        })?;
        ui.status(&format!("report: {}", file.path()));
        return Ok(());
    }
    let choice = Choice::new(args, filter, &opened)?;
    match args.output {
        true => output::show(&journals, &id, choice, &args.repository, ui),
        false => {
            let is_scap = opened.carrier.scap().is_some();
            replay::show(&journals, &id, choice, is_scap, args, ui)
        }
    }
}

/// Tells the name of a deploy from a text to look for.
fn split(
    words: &[String],
    known: &[DeployId],
) -> Result<(Option<String>, Option<String>), CommandError> {
    match words {
        [] => Ok((None, None)),
        [one] if looks_like_id(one) || is_meant_as_id(one, known) => Ok((Some(one.clone()), None)),
        [one] => Ok((None, Some(one.clone()))),
        [id, filter, ..] if looks_like_id(id) => Ok((Some(id.clone()), Some(filter.clone()))),
        [first, ..] => Err(
            CommandError::usage(format!("`{first}` is not the name of a deploy"))
                .hint("`svcgen history` lists the deploys")
                .hint("to search for several words, put them in quotes"),
        ),
    }
}

/// Whether it begins as the names of deploys do: a day, and the time of the day.
fn looks_like_id(word: &str) -> bool {
    let (day, rest) = word.split_at_checked(8).unwrap_or((word, ""));
    day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with('T')
}

/// Whether a word begins with a year as the names of deploys do, and is none of the texts that do, too: a date, and a part of
/// a revision.
fn is_meant_as_id(word: &str, known: &[DeployId]) -> bool {
    let has = |is: fn(u8) -> bool| word.bytes().all(is);
    let year = word.get(..4).unwrap_or_default();
    let is_year = year.starts_with("20") && year.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = word.get(4..5) == Some("-");
    let is_word = has(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_revision = has(|byte| byte.is_ascii_hexdigit());
    let begins = known.iter().any(|id| id.as_str().starts_with(word));
    is_year && is_word && !is_date && (begins || !is_revision)
}

/// The deploy of that name, or the only one whose name begins so.
fn identify(text: &str, known: &[DeployId]) -> Result<DeployId, CommandError> {
    if let Ok(id) = DeployId::parse(text) {
        return Ok(id);
    }
    let begun: Vec<&DeployId> = known
        .iter()
        .filter(|id| id.as_str().starts_with(text))
        .collect();
    match begun.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let near = did_you_mean(text, known.iter().map(DeployId::as_str));
            let near = near.or_else(|| alike(text, known)).into_iter();
            let error = CommandError::usage(format!("there is no deploy `{}`", visible(text)));
            let error = near.fold(error, CommandError::hint);
            Err(error.hint("`svcgen history` lists the deploys"))
        }
        [first, .., last] => Err(CommandError::usage(format!(
            "`{text}` is how {} deploys begin, from `{last}` to `{first}`",
            begun.len()
        ))
        .hint("`svcgen history` lists the deploys")),
    }
}

/// The newest deploys whose names have most in common with a text, from the year on.
fn alike(text: &str, known: &[DeployId]) -> Option<String> {
    const MOST: usize = 3;
    let common = |id: &&DeployId| {
        let both = id.as_str().bytes().zip(text.bytes());
        both.take_while(|(one, other)| one == other).count()
    };
    let most = known.iter().map(|id| common(&id)).max();
    let most = most.filter(|most| *most >= "2026".len())?;
    let near = known.iter().filter(|id| common(id) == most).take(MOST);
    let near: Vec<String> = near.map(|id| format!("`{}`", id.as_str())).collect();
    Some(format!("the nearest: {}", near.join(", ")))
}

impl From<JournalError> for CommandError {
    fn from(error: JournalError) -> Self {
        let kind = match error {
            JournalError::Version { .. } | JournalError::NoHome => ErrorKind::Usage,
            JournalError::Read { .. } | JournalError::Write { .. } => ErrorKind::Unexpected,
        };
        let this = Self::from_error(kind, &error);
        match error {
            JournalError::Version { .. } => {
                this.hint("the version of svcgen that wrote it can read it")
            }
            JournalError::NoHome => this.hint("export HOME=/a/folder/of/yours"),
            JournalError::Write { .. } => {
                this.hint("`export XDG_STATE_HOME=/a/folder/of/yours` keeps journals elsewhere")
            }
            JournalError::Read { .. } => this,
        }
    }
}
