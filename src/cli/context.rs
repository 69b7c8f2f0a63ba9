//! What commands share: the configuration, the sites, the model, the templates.

mod excerpt;
mod older;
mod versions;

use camino::{Utf8Path, Utf8PathBuf};

use self::excerpt::underline;
use super::GlobalArgs;
use crate::configuration::Configuration;
use crate::edit::content_name;
use crate::error::{CommandError, ErrorKind};
use crate::interrupt;
use crate::model::{
    LoadError, MODEL_FILE, Problem, Service, Site, SiteError, SiteName, Sites, find_model,
    read_text,
};
use crate::place::{line_of, line_start};
use crate::render::Templates;
use crate::ui::Ui;

/// The configuration and what it leads to.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) configuration: Configuration,
    pub(super) sites: Sites,
    /// The templates, without what a model adds to them.
    pub(super) templates: Templates,
    /// The site that was named by flag or environment.
    pub(super) site: Option<SiteName>,
}

/// A model with where it was found.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) service: Service,
    pub(super) site: Site,
    /// The templates, with what the model says to the organisation's own.
    pub(super) templates: Templates,
    pub(super) path: Utf8PathBuf,
    /// Git's name for its text.
    pub(super) version: Option<String>,
    reading: Reading,
}

/// What a model is read with.
#[derive(Debug, Clone)]
struct Reading {
    sites: Sites,
    /// The site that was named by flag or environment.
    site: Option<SiteName>,
    /// The templates, without what a model adds to them.
    templates: Templates,
}

impl Context {
    /// Reads the configuration, and warns about files that nobody would read.
    pub(super) fn new(global: &GlobalArgs, ui: &Ui) -> Result<Self, CommandError> {
        let configuration = Configuration::load(global.config.as_deref())?;
        Self::with(configuration, global, ui)
    }

    /// Takes a configuration, and warns about files that nobody would read.
    pub(super) fn with(
        configuration: Configuration,
        global: &GlobalArgs,
        ui: &Ui,
    ) -> Result<Self, CommandError> {
        let named = global.site.as_ref();
        let site = named.map(|name| SiteName::parse(name)).transpose();
        let site = site.map_err(|refused| {
            let known = Sites::new(configuration.sites_folders()).names();
            CommandError::usage(format!("--site: {refused}"))
                .hint(format!("known: {}", known.join(", ")))
        })?;
        let default = configuration.site.clone();
        let templates = Templates::new(configuration.templates_folders());
        for (path, meant) in strays(&configuration, &templates) {
            let meant = meant.map(|meant| format!("; did you mean `{meant}`?"));
            let meant = meant.unwrap_or_default();
            ui.warning(&format!(
                "`{path}` is ignored: svcgen reads no such file{meant}"
            ));
        }
        Ok(Self {
            sites: Sites::new(configuration.sites_folders()).with_default(default),
            templates,
            configuration,
            site,
        })
    }

    /// Reads the model that is named, or found from the working directory.
    pub(super) fn load(&self, global: &GlobalArgs) -> Result<Loaded, CommandError> {
        let path = match &global.service {
            Some(path) => path.clone(),
            None => find_model(&working_directory()?).ok_or_else(|| {
                CommandError::usage(format!("there is no `{MODEL_FILE}` here or above"))
                    .hint("`svcgen new` writes one")
                    .hint("`--service FILE` names one that is elsewhere")
            })?,
        };
        // Once: what comes through a pipe cannot be read again.
        let text = read_text(&path)?;
        let (service, site) = Service::parse(&path, &text, &self.sites, self.site.as_ref())?;
        let reading = Reading {
            sites: self.sites.clone(),
            site: self.site.clone(),
            templates: self.templates.clone(),
        };
        Ok(Loaded::new((service, site), path, &text, reading))
    }
}

impl Loaded {
    fn new(
        (service, site): (Service, Site),
        path: Utf8PathBuf,
        text: &str,
        reading: Reading,
    ) -> Self {
        let templates = reading.templates.clone();
        Self {
            version: content_name(text),
            templates: templates.with_annotations(service.annotations.clone()),
            service,
            site,
            path,
            reading,
        }
    }
}

/// Files in the user's folders that nobody reads, each with the path that was likely meant.
fn strays(
    configuration: &Configuration,
    templates: &Templates,
) -> Vec<(Utf8PathBuf, Option<Utf8PathBuf>)> {
    let mut strays = templates.strays();
    let folders = [
        configuration.sites_folders(),
        configuration.questions_folders(),
    ];
    for folder in folders.iter().flatten() {
        // What cannot be read is told where it is used.
        for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
            let path = entry.into_path();
            if path.extension() == Some("yml") {
                let meant = path.with_extension("yaml");
                strays.push((path, Some(meant)));
            }
        }
    }
    strays
}

/// A path as the user would write it.
pub(super) fn shown(path: &Utf8Path) -> Utf8PathBuf {
    let here = working_directory().ok();
    here.and_then(|here| path.strip_prefix(here).ok().map(Utf8Path::to_owned))
        .unwrap_or_else(|| path.to_owned())
}

/// The working directory.
pub(super) fn working_directory() -> Result<Utf8PathBuf, CommandError> {
    let folder = std::env::current_dir()?;
    Utf8PathBuf::from_path_buf(folder).map_err(|path| {
        CommandError::usage(format!(
            "the working directory `{}` is not UTF-8",
            path.display()
        ))
        .hint("run svcgen from another folder, or give this one a name of plain letters")
    })
}

impl From<SiteError> for CommandError {
    fn from(error: SiteError) -> Self {
        match error {
            SiteError::Load(error) => error.into(),
            SiteError::Unknown { ref known, .. } => Self::usage(error.to_string()).hint(known),
        }
    }
}

impl From<LoadError> for CommandError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Wrong {
                ref path,
                ref text,
                ref problems,
            } => {
                let (mut drawn, mut said) = (error.to_string(), error.to_string());
                for problem in problems {
                    drawn.push('\n');
                    drawn.push_str(&underline(path, text, problem));
                    said.push('\n');
                    said.push_str(&in_words(path, text, problem));
                }
                let mut this = Self::usage(drawn.trim_end().to_owned());
                this.said = Some(said);
                this
            }
            LoadError::Unreadable { .. } => Self::from_error(ErrorKind::Usage, &error),
            LoadError::Interrupted { .. } => Self::new(interrupt::kind(), error.to_string()),
            LoadError::TooLarge { .. } => Self::usage(error.to_string())
                .hint("name another file: no model, site or answers are that long"),
            LoadError::NotText { ref path } => Self::usage(error.to_string()).hint(format!(
                "`file {}` shows what it is",
                shell_words::quote(path.as_str())
            )),
        }
    }
}

/// Tells a mistake with its line and column, and the rule.
fn in_words(path: &Utf8Path, text: &str, problem: &Problem) -> String {
    let at = problem.span.start.min(text.len());
    let place = match path.as_str().starts_with("--") {
        // An answer on the command line is named by its option.
        true => String::new(),
        false => {
            let column = text[line_start(text, at)..at].chars().count() + 1;
            format!("line {}, column {column}: ", line_of(text, at))
        }
    };
    let rule = problem.rule.as_ref().map(|rule| format!(": {rule}"));
    format!("{place}{}{}", problem.message, rule.unwrap_or_default())
}
