mod announce;
mod calendar;
mod deployment;
mod gerrit;
mod logs;
mod path;
mod phabricator;
mod repositories;
mod timeline;

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::config::as_map;
use super::host::HostName;
use super::load::{LoadError, parse_file, read_version};
use super::misplaced::tell_places;
use super::name::{ImageName, RepositoryName, SiteName, constant};
use super::problem::Problem;
use super::read::{Fields, Read, map};
use super::schema::site_schema;
use super::text::Line;
use crate::yaml::Node;

pub use self::announce::{Announce, MESSAGE};
pub use self::calendar::{Calendar, Day, Hours};
pub use self::deployment::{Deployment, Engine};
use self::gerrit::Gerrit;
pub use self::logs::Logs;
use self::phabricator::Phabricator;
use self::repositories::SiteRepositories;
use self::timeline::SiteTimeline;

/// An organisation: its servers, paths and conventions.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "A site of svcgen",
    description = "An organisation whose services svcgen takes to production."
)]
pub struct Site {
    /// Version of the format.
    #[schemars(extend("const" = 1))]
    pub version: u32,
    pub name: SiteName,
    /// Domain of the production hosts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<HostName>,
    #[serde(default)]
    pub gerrit: Gerrit,
    #[schemars(with = "Option<SiteRepositories>")]
    pub repositories: SiteRepositories,
    #[serde(default)]
    pub phabricator: Phabricator,
    #[schemars(with = "Option<Deployment>")]
    pub deployment: Deployment,
    #[schemars(with = "Option<Logs>")]
    pub logs: Logs,
    /// Where deploys are announced.
    #[serde(default)]
    pub announce: Vec<Announce>,
    #[serde(default)]
    pub calendar: Option<Calendar>,
    /// The image that a build target means.
    #[serde(default, serialize_with = "as_map")]
    #[schemars(with = "std::collections::BTreeMap<String, ImageName>")]
    pub images: Vec<(String, ImageName)>,
    #[schemars(with = "Option<SiteTimeline>")]
    pub timeline: SiteTimeline,
}

impl Site {
    /// Parses a site file.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn parse(path: &Utf8Path, text: &str) -> Result<Self, LoadError> {
        parse_file(path, text, |node, problems| {
            read_version(node, "site", problems);
            let site = Self::read(node, problems);
            tell_places(node, site_schema, problems);
            // A model names the site, and is read back by that name.
            if let (Some(site), Some(file)) = (&site, path.file_stem())
                && site.name.as_str() != file
                && let Some(name) = node.find("name")
            {
                let message = format!("the site in `{file}.yaml` is called `{}`", site.name);
                let rule = format!("write `name: {file}`, or rename the file");
                problems.push(Problem::new(name.span.clone(), message).rule(rule));
            }
            site
        })
    }

    /// The address that anybody can clone a repository from.
    pub fn clone_url(&self, repository: &RepositoryName) -> Option<String> {
        let url = self.gerrit.url.as_ref()?;
        Some(format!(
            "{}/{repository}",
            url.as_str().trim_end_matches('/')
        ))
    }

    /// The image that a build target means here.
    pub fn image(&self, target: &str) -> Option<&ImageName> {
        self.images
            .iter()
            .find(|(name, _)| name == target)
            .map(|(_, image)| image)
    }
}

fn line(text: &str) -> Line {
    constant(Line::parse(text))
}

impl Read for Site {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        fields.node("version");
        let name = fields.required("name", problems);
        let domain = fields.optional("domain", problems);
        let gerrit = fields.or("gerrit", Gerrit::default(), problems);
        let repositories = fields.or("repositories", SiteRepositories::default(), problems);
        let phabricator = fields.or("phabricator", Phabricator::default(), problems);
        let deployment = fields.or("deployment", Deployment::default(), problems);
        let logs = fields.or("logs", Logs::default(), problems);
        let announce = fields.or("announce", Vec::new(), problems);
        let calendar = fields.optional("calendar", problems);
        let target = |text: &str| Ok(text.to_owned());
        let images = fields
            .node("images")
            .and_then(|node| map(node, target, problems))
            .unwrap_or_default();
        let timeline = fields.or("timeline", SiteTimeline::default(), problems);
        fields.end(problems);
        Some(Self {
            version: super::load::SUPPORTED_VERSION,
            name: name?,
            domain,
            gerrit,
            repositories,
            phabricator,
            deployment,
            logs,
            announce,
            calendar,
            images,
            timeline,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<(String, String)> {
        let Err(LoadError::Wrong { problems, .. }) = Site::parse("sites/here.yaml".into(), text)
        else {
            return Vec::new();
        };
        let shown = |problem: Problem| (text[problem.span].to_owned(), problem.message);
        problems.into_iter().map(shown).collect()
    }

    #[test]
    fn the_mistakes_of_a_site_have_their_place() {
        let text = "version: 1\nname: there\ngerrit: {port: 70000}\nannounce: [{}, {tcpircbot: {host: a, port: 1}}]\n";
        let found = problems(text);
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(t, m)| (t.as_str(), m.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("there", "the site in `here.yaml` is called `there`"),
                ("70000", "expected a port number, found an integer"),
                (
                    "{}",
                    "expected one of `tcpircbot:` and `command:`, found a mapping"
                ),
            ]
        );
        assert_eq!(problems("version: 1\nname: here\n"), []);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let begin = "version: 1\nname: here\n";
        let of = |text: &str| problems(&format!("{begin}{text}"));
        let one = |at: &str, message: &str| vec![(at.to_owned(), message.to_owned())];
        assert_eq!(
            of("gerrit: {url: ftp//x}\n"),
            one("ftp//x", "`ftp//x` is not the address of a server")
        );
        assert_eq!(
            of("timeline: {minimum_weeks: 4, advised_weeks: 2}\n"),
            one("2", "2 weeks are advised, and 4 are required")
        );
        assert_eq!(
            of("timeline: {minimum_weeks: 4}\n"),
            one("4", "3 weeks are advised, and 4 are required")
        );
        assert_eq!(of("timeline: {minimum_weeks: 3}\n"), []);
    }

    #[test]
    fn addresses_have_one_slash() {
        let text = "version: 1\nname: here\ngerrit: {url: 'https://example.org/r/'}\n";
        let site = Site::parse("sites/here.yaml".into(), text).unwrap();
        let name = RepositoryName::parse("a/b").unwrap();
        assert_eq!(site.clone_url(&name).unwrap(), "https://example.org/r/a/b");
    }
}
