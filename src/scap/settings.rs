use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use super::CONFIG_FILE;
use super::environment::ScapEnvironment;
use super::files::Files;
use super::keys;
use super::mistake::{Findings, Mistake, Reading, ScapError};
use crate::ini::{Ini, parse};
use crate::model::{HostName, suggest};
use crate::visible::visible;

/// The settings of `scap.cfg` that hold on a host, as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// By key, in lower case.
    pub values: IndexMap<String, Setting>,
    /// The environment that was named, or that the settings select.
    pub environment: Option<ScapEnvironment>,
    /// What stands in sections that do not hold on the host.
    aside: Vec<(String, Setting)>,
    /// The sections that would hold on it.
    holding: Vec<String>,
}

/// One setting, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub value: String,
    pub path: Utf8PathBuf,
    pub section: String,
    /// Counted from one.
    pub line: usize,
}

impl Settings {
    /// Reads the settings for a host, and for an environment where one is named.
    ///
    /// The section of a longer part of the host's name wins over that of a shorter one, and any over `global`;
    /// within a section the file of the environment wins. Unknown keys are warnings.
    ///
    /// # Errors
    /// Where a file is not there, not INI, or the environment does not exist.
    pub fn read(
        files: &dyn Files,
        host: &HostName,
        environment: Option<&ScapEnvironment>,
    ) -> Result<Reading<Self>, ScapError> {
        let mut findings = Findings::default();
        let base = read_file(files, Utf8Path::new(CONFIG_FILE), &mut findings)?;
        let Some(base) = base else {
            if findings.mistakes.is_empty() {
                findings
                    .mistakes
                    .push(Mistake::new(CONFIG_FILE, None, "the file is not there"));
            }
            return findings.finish(None);
        };
        let mut layers = vec![(Utf8PathBuf::from(CONFIG_FILE), base)];
        let mut settings = Self {
            values: effective(&layers, host),
            environment: environment.cloned(),
            aside: Vec::new(),
            holding: sections(host).into_iter().map(str::to_owned).collect(),
        };
        if environment.is_none() {
            settings.environment = selected(&settings, &mut findings);
        }
        if let Some(environment) = &settings.environment {
            if !files.has_folder(&environment.folder()) {
                let mistake = match settings.values.get("environment") {
                    Some(setting) => {
                        Mistake::new(&setting.path, Some(setting.line), missing(environment))
                    }
                    None => Mistake::new(environment.folder(), None, missing(environment)),
                };
                findings.mistakes.push(mistake);
            }
            let path = environment.folder().join("scap.cfg");
            if let Some(ini) = read_file(files, &path, &mut findings)? {
                layers.push((path, ini));
                settings.values = effective(&layers, host);
            }
        }
        settings.aside = aside(&layers, host);
        keys::warn_unknown(&layers, &mut findings);
        findings.finish(Some(settings))
    }

    /// The text of a setting; one that is empty is none.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.find(key).map(|setting| setting.value.as_str())
    }

    /// A setting with its place; one that is empty is none.
    pub fn find(&self, key: &str) -> Option<&Setting> {
        self.values
            .get(key)
            .filter(|setting| !setting.value.is_empty())
    }

    /// What to do about a setting that is missing: what to write, and where it stands without effect.
    pub(super) fn wanted(&self, key: &str, advice: &str) -> String {
        let aside = self.aside.iter().find(|(known, _)| known == key);
        if let Some((_, setting)) = aside {
            let Setting {
                section,
                line,
                path,
                ..
            } = setting;
            let place = format!("line {line} of {path} does, in `[{}]`", visible(section));
            let holding = self.holding.iter().map(String::as_str);
            return match suggest(section, holding) {
                Some(near) => format!("{advice}; {place}: did you mean `[{near}]`?"),
                None => format!(
                    "{advice}; {place}, which is for hosts of that domain: deploy from one, or name it as \
                     `domain` of the site"
                ),
            };
        }
        match self.misspelt(key) {
            Some((near, Setting { line, path, .. })) => {
                let question = match keys::is_of_group(key) {
                    // It may be the list of groups that is wrong.
                    true => "is one of the two misspelt?".to_owned(),
                    false => format!("did you mean `{key}`?"),
                };
                let near = visible(near);
                format!("{advice}; line {line} of {path} has `{near}`: {question}")
            }
            None => advice.to_owned(),
        }
    }

    /// A setting that Scap does not know, whose key is much like one that is missing.
    fn misspelt(&self, key: &str) -> Option<(&str, &Setting)> {
        let groups = self.get("server_groups").unwrap_or_default();
        let groups: Vec<&str> = groups.split(',').map(str::trim).collect();
        let unknown = self.values.keys().map(String::as_str);
        let near = suggest(key, unknown.filter(|known| !keys::is_known(known, &groups)))?;
        Some((near, self.values.get(near)?))
    }
}

/// What stands in sections of other hosts.
fn aside(layers: &[(Utf8PathBuf, Ini)], host: &HostName) -> Vec<(String, Setting)> {
    let holding = sections(host);
    let mut aside = Vec::new();
    for (path, ini) in layers {
        for section in &ini.sections {
            if section.name == "DEFAULT" || holding.contains(&section.name.as_str()) {
                continue;
            }
            aside.extend(section.settings.iter().map(|setting| {
                let place = Setting {
                    value: setting.value.clone(),
                    path: path.clone(),
                    section: section.name.clone(),
                    line: setting.line,
                };
                (setting.key.clone(), place)
            }));
        }
    }
    aside
}

fn missing(environment: &ScapEnvironment) -> String {
    format!(
        "the environment `{environment}` has no folder `{}`",
        environment.folder()
    )
}

fn read_file(
    files: &dyn Files,
    path: &Utf8Path,
    findings: &mut Findings,
) -> Result<Option<Ini>, ScapError> {
    let Some(text) = files.read(path)? else {
        return Ok(None);
    };
    match parse(&text) {
        Ok(ini) => Ok(Some(ini)),
        Err(error) => {
            findings
                .mistakes
                .push(Mistake::new(path, Some(error.line), error.message));
            Ok(None)
        }
    }
}

/// The environment that the settings select.
fn selected(settings: &Settings, findings: &mut Findings) -> Option<ScapEnvironment> {
    let setting = settings.find("environment")?;
    let environment = ScapEnvironment::parse(&setting.value);
    if environment.is_none() {
        let message = format!("`{}` is not an environment", visible(&setting.value));
        let rule = "the name of a folder below `scap/environments`";
        findings
            .mistakes
            .push(Mistake::new(&setting.path, Some(setting.line), message).rule(rule));
    }
    environment
}

/// The sections that hold on a host, from the weakest to the strongest.
fn sections(host: &HostName) -> Vec<&str> {
    let name = host.as_str();
    let parts = name
        .match_indices('.')
        .map(|(dot, _)| &name[dot + 1..])
        .chain([name]);
    let mut sections: Vec<&str> = parts.collect();
    sections.sort_by_key(|section| section.len());
    sections.insert(0, "global");
    sections
}

/// The settings that hold on a host, out of the files from the weakest to the strongest.
fn effective(layers: &[(Utf8PathBuf, Ini)], host: &HostName) -> IndexMap<String, Setting> {
    let mut values = IndexMap::new();
    for section in sections(host) {
        if !layers.iter().any(|(_, ini)| ini.section(section).is_some()) {
            continue;
        }
        // ConfigParser adds the section `DEFAULT` to every section that is there.
        for source in ["DEFAULT", section] {
            for (path, ini) in layers {
                for setting in ini
                    .section(source)
                    .map(|s| s.settings.as_slice())
                    .unwrap_or_default()
                {
                    let place = Setting {
                        value: setting.value.clone(),
                        path: path.clone(),
                        section: source.to_owned(),
                        line: setting.line,
                    };
                    values.insert(setting.key.clone(), place);
                }
            }
        }
    }
    values
}
