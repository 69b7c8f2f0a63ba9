use crate::cli::given;
use camino::Utf8PathBuf;
use clap::Args;
use clap::builder::TypedValueParser as _;
use regex::{Regex, RegexBuilder};

use crate::bunyan::{Level, Mode};
use crate::cli::deploy::{Opened, RepositoryArgs};
use crate::error::CommandError;
use crate::model::Logs;
use crate::ui::{Format, Ui};

/// The options of `svcgen tail`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "What to show")]
pub struct TailArgs {
    /// Only these hosts, as for `svcgen deploy`.
    #[arg(long, short, value_name = "HOSTS", allow_hyphen_values = true, value_parser = given::text())]
    pub(super) limit: Option<String>,
    /// Keep printing what is written, until Ctrl-C.
    #[arg(long, short)]
    pub(super) follow: bool,
    /// How many lines from the end of each host's log; +1 for all of it.
    #[arg(long, short = 'n', value_name = "N", default_value = "10", value_parser = lines, allow_negative_numbers = true)]
    pub(super) lines: String,
    /// Only records of this level or a higher one: trace to fatal, or a number.
    #[arg(long, value_name = "LEVEL")]
    pub(super) level: Option<Level>,
    /// Only records that match this regular expression as they are printed.
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true, value_parser = given::text().try_map(|text: String| regex(&text)))]
    pub(super) grep: Option<Regex>,
    /// Leave out lines that are not records of bunyan.
    #[arg(long)]
    pub(super) strict: bool,
    /// How records are printed, as by bunyan: long, short, simple, json, json-N, bunyan, inspect [default: long].
    #[arg(long, short, value_name = "MODE")]
    pub(super) output: Option<Mode>,
    /// The same as `-o bunyan`.
    #[arg(short = '0', conflicts_with = "output")]
    pub(super) bunyan: bool,
    /// Leave out the names of the hosts: the output is exactly bunyan's.
    #[arg(long)]
    pub(super) no_host: bool,
    /// Path of the log on the hosts [default: where the site keeps the log of the service in scap.cfg].
    #[arg(long, value_name = "PATH", value_parser = given::path())]
    log: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub(super) repository: RepositoryArgs,
}

impl TailArgs {
    /// Refuses what cannot be said together.
    pub(super) fn check(&self, format: Format) -> Result<(), CommandError> {
        let has_mode = self.output.is_some() || self.bunyan;
        match format {
            Format::Json if has_mode => Err(CommandError::usage(
                "`--format json` does not go with `--output`",
            )
            .hint("`-o bunyan --no-host` is the log as it was written")),
            Format::Json | Format::Text => Ok(()),
        }
    }

    /// How records are printed.
    pub(super) fn mode(&self) -> Mode {
        match self.bunyan {
            true => Mode::Bunyan,
            false => self.output.unwrap_or_default(),
        }
    }

    /// The path of the log, as the hosts see it.
    pub(super) fn log(&self, opened: &Opened, ui: &Ui) -> Result<Utf8PathBuf, CommandError> {
        if let Some(path) = &self.log {
            return match path.is_absolute() {
                true => Ok(path.clone()),
                false => Err(CommandError::usage(format!(
                    "--log: `{path}` is not the full path of a log"
                ))
                .hint(format!("such as `--log /srv/log/{path}`"))),
            };
        }
        match logs(opened).as_slice() {
            [] => Err(CommandError::usage(
                "`scap/scap.cfg` names no service whose log could be shown",
            )
            .hint("`--log PATH` names the log on the hosts")),
            [(_, log)] => Ok(log.clone()),
            [(name, log), rest @ ..] => {
                let others = rest.iter().map(|(_, log)| format!("`--log {log}`"));
                let others: Vec<String> = others.collect();
                ui.status(&format!("the log of {name}; others: {}", others.join(", ")));
                Ok(log.clone())
            }
        }
    }
}

/// The services of `scap.cfg`, each with its log as the hosts see it.
pub(in crate::cli) fn logs(opened: &Opened) -> Vec<(String, Utf8PathBuf)> {
    let by_default = Logs::default();
    let logs = opened.site.as_ref().map_or(&by_default, |site| &site.logs);
    let services = opened.working.value.config.services.iter();
    let place = |name: &str| logs.directory.join(name).join(logs.file.as_str());
    services
        .map(|service| (service.name.to_string(), place(&service.name)))
        .collect()
}

/// An expression that is looked for line by line.
fn regex(text: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(text).multi_line(true).build();
    built.map_err(|error| {
        // Of its lines, which draw the place, the last one says what is wrong.
        let words = error.to_string();
        let words = words.lines().last().unwrap_or_default();
        let reason = words.strip_prefix("error: ").unwrap_or(words);
        let literal = regex::escape(text);
        format!("not a regular expression: {reason}; to find the text itself, write '{literal}'")
    })
}

/// What `tail -n` takes.
fn lines(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match is_number && digits.len() < 16 {
        true => Ok(text.to_owned()),
        false => Err("a number of lines, or +N to begin at line N".into()),
    }
}
