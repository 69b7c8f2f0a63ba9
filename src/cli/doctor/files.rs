//! What svcgen itself reads before anything else: the configuration, the site, the model. One that is wrong is a finding
//! among others: what does not need it is looked at all the same.

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::GlobalArgs;
use crate::cli::context::{Context, Loaded, shown, working_directory};
use crate::cli::deploy::{RepositoryArgs, find_repository};
use crate::configuration::Configuration;
use crate::doctor::{Finding, Fix, advice};
use crate::error::CommandError;
use crate::model::{MODEL_FILE, Service, Site, SiteError, find_model};
use crate::ui::Ui;

/// The commands that do nothing without a model.
const MODEL: &[&str] = &[
    "vagrant", "puppet", "scap", "source", "generate", "request", "schedule", "status", "check",
];

/// What could be read, and what is to be said of it.
pub(super) struct Files {
    pub(super) context: Context,
    pub(super) site: Option<Site>,
    pub(super) model: Model,
    /// The deploy repository, where one is found.
    pub(super) deploy: Option<Utf8PathBuf>,
    pub(super) findings: Vec<Finding>,
}

/// The model of the service.
pub(super) enum Model {
    Read(Box<Loaded>),
    Wrong,
    None,
}

impl Model {
    pub(super) fn loaded(&self) -> Option<&Loaded> {
        match self {
            Self::Read(loaded) => Some(loaded),
            Self::Wrong | Self::None => None,
        }
    }
}

impl Files {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong with the command line.
    pub(super) fn read(
        args: &RepositoryArgs,
        global: &GlobalArgs,
        ui: &Ui,
    ) -> Result<Self, CommandError> {
        let (configuration, configured) = configuration(global);
        let context = Context::with(configuration, global, ui)?;
        let path = match &global.service {
            Some(path) => Some(path.clone()),
            None => find_model(&working_directory()?),
        };
        if let Some(name) = &context.site
            && let Err(unknown @ SiteError::Unknown { .. }) = context.sites.find(name)
        {
            return Err(unknown.into());
        }
        let site = site(&context, path.as_deref());
        let deploy = find_repository(args, &context).ok();
        let (model, modelled) = match &path {
            Some(path) => model(path, &site, &context, global),
            None => (Model::None, no_model(deploy.is_some())),
        };
        let findings = [Some(configured), site_finding(&site), Some(modelled)];
        Ok(Self {
            context,
            site: site.ok().flatten(),
            model,
            deploy,
            findings: findings.into_iter().flatten().collect(),
        })
    }
}

/// The configuration; where it is wrong, what there would be without it.
fn configuration(global: &GlobalArgs) -> (Configuration, Finding) {
    let finding = Finding::new("configuration", "the configuration", &[]);
    match Configuration::load(global.config.as_deref()) {
        Ok(configuration) => {
            let file = configuration.file.as_ref().filter(|file| file.is_file());
            let found = file.map_or("there is none, and none is needed".to_owned(), |file| {
                file.to_string()
            });
            (configuration, finding.fine(found))
        }
        Err(error) => {
            let without = Configuration {
                file: Some(error.path().to_owned()),
                ..Configuration::default()
            };
            let way = "`svcgen schema config` describes what it may hold";
            (without, wrong(finding, &error.into(), way))
        }
    }
}

/// The organisation: the one that is named, that of the model, or the user's own; none where the model does not tell.
fn site(context: &Context, model: Option<&Utf8Path>) -> Result<Option<Site>, CommandError> {
    if let Some(name) = &context.site {
        return Ok(Some(context.sites.find(name)?));
    }
    let named = match model.map(Service::site_name) {
        Some(Ok(Some(name))) => match context.sites.find(&name) {
            // It is a mistake of the model.
            Err(SiteError::Unknown { .. }) => return Ok(None),
            found => Some(found?),
        },
        Some(Err(_)) if context.configuration.site.is_none() => return Ok(None),
        Some(Ok(None) | Err(_)) | None => None,
    };
    match named {
        Some(site) => Ok(Some(site)),
        None => Ok(Some(context.sites.default_site()?)),
    }
}

fn site_finding(site: &Result<Option<Site>, CommandError>) -> Option<Finding> {
    let finding = Finding::new("site", "the site", &[]);
    Some(match site {
        Ok(site) => finding.fine(site.as_ref()?.name.to_string()),
        Err(error) => wrong(
            finding,
            error,
            "`svcgen schema site` describes what it may hold",
        ),
    })
}

/// Reads the model, unless its site cannot be read.
fn model(
    path: &Utf8Path,
    site: &Result<Option<Site>, CommandError>,
    context: &Context,
    global: &GlobalArgs,
) -> (Model, Finding) {
    let finding = Finding::new("model", format!("the model `{}`", shown(path)), MODEL);
    if site.is_err() {
        return (Model::Wrong, finding.unknown("its site cannot be read"));
    }
    match context.load(global) {
        Ok(loaded) => {
            let found = format!("it describes {}", loaded.service.name);
            (Model::Read(Box::new(loaded)), finding.fine(found))
        }
        Err(error) => {
            let named = match &global.service {
                Some(path) => format!(" --service {}", shell_words::quote(path.as_str())),
                None => String::new(),
            };
            let way =
                format!("correct it; `svcgen check{named}` shows its mistakes where they are");
            (Model::Wrong, wrong(finding, &error, &way))
        }
    }
}

/// The most mistakes of a file that are told.
const MOST: usize = 3;

/// What is said of a file that is wrong.
pub(super) fn wrong(finding: Finding, error: &CommandError, otherwise: &str) -> Finding {
    // The first line says of which file the others are.
    let mut lines = error.in_words().lines();
    let first = lines.next().unwrap_or_default().to_owned();
    let mistakes = lines.take(MOST).collect::<Vec<_>>().join("; ");
    let reasons = error.causes.iter().cloned();
    let said = [first, mistakes].into_iter().chain(reasons);
    let said: Vec<String> = said.filter(|part| !part.is_empty()).collect();
    let way = error.hints().next().unwrap_or(otherwise);
    finding.missing(said.join(": "), advice(way))
}

fn no_model(is_at_deploy_repository: bool) -> Finding {
    let finding = Finding::new("model", "the model of the service", MODEL);
    finding.doubtful(
        format!("there is no `{MODEL_FILE}` here or above: only what needs none was checked"),
        where_the_model_is(is_at_deploy_repository),
    )
}

/// The way to a model where none is found: whoever has a deploy repository has one in the source, or needs none.
pub(super) fn where_the_model_is(is_at_deploy_repository: bool) -> Fix {
    match is_at_deploy_repository {
        true => {
            advice("run this in the repository of the source, or name its model: `--service FILE`")
        }
        false => Fix::Command("svcgen new".to_owned()),
    }
}
