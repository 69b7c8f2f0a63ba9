use std::fs::File;
use std::io::{self, Read as _};

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use super::misplaced::tell_places;
use super::name::SiteName;
use super::problem::Problem;
use super::read::Read as _;
use super::schema::model_schema;
use super::service::Service;
use super::site::Site;
use super::sites::{SiteError, Sites};
use crate::interrupt;
use crate::yaml::{Kind, Node, parse_strict};

/// The name of the model's file.
pub const MODEL_FILE: &str = "svcgen.yaml";

/// The version of the formats that this svcgen reads and writes.
pub const SUPPORTED_VERSION: u32 = 1;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// A model or site that cannot be read.
#[derive(Debug, Error)]
pub enum LoadError {
    #[error("`{path}` cannot be read")]
    Unreadable {
        path: Utf8PathBuf,
        #[source]
        error: io::Error,
    },
    #[error("`{path}` is not UTF-8 text")]
    NotText { path: Utf8PathBuf },
    #[error("`{path}` is larger than a mebibyte")]
    TooLarge { path: Utf8PathBuf },
    /// The run is to end before a pipe has given its text.
    #[error("interrupted while `{path}` was read; nothing was written")]
    Interrupted { path: Utf8PathBuf },
    /// The mistakes in the file, with its text to show them in.
    #[error("`{path}` has {}", count(problems.len()))]
    Wrong {
        path: Utf8PathBuf,
        text: String,
        problems: Vec<Problem>,
    },
}

impl LoadError {
    /// The file that cannot be read.
    pub fn path(&self) -> &Utf8Path {
        match self {
            Self::Unreadable { path, .. }
            | Self::NotText { path }
            | Self::TooLarge { path }
            | Self::Interrupted { path }
            | Self::Wrong { path, .. } => path,
        }
    }
}

fn count(number: usize) -> String {
    match number {
        1 => "a mistake".into(),
        _ => format!("{number} mistakes"),
    }
}

/// Looks for the model in a folder and above, there or at `src/` (a deploy repository has the source in it).
pub fn find_model(from: &Utf8Path) -> Option<Utf8PathBuf> {
    from.ancestors()
        .flat_map(|folder| [folder.join(MODEL_FILE), folder.join("src").join(MODEL_FILE)])
        .find(|path| path.is_file())
}

/// Reads a file of text that is not larger than a model may be.
///
/// # Errors
/// Where it cannot be read, is too large, or is not text; or where the run is to end before a pipe gives anything.
pub(crate) fn read_text(path: &Utf8Path) -> Result<String, LoadError> {
    let named = path.to_owned();
    // The error names the path itself, once: hence not `fs_err`.
    let read = move || bytes(File::open(named)?);
    text(
        path,
        if path.is_file() {
            Some(read())
        } else {
            interrupt::wait_for(read)
        },
    )
}

/// Reads a text from stdin, as [`read_text`] does from a file.
///
/// # Errors
/// As [`read_text`].
pub(crate) fn read_stdin() -> Result<String, LoadError> {
    text("stdin".into(), interrupt::wait_for(|| bytes(io::stdin())))
}

/// Reads a byte more than there may be, and no further: some devices have no end.
fn bytes(from: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text that was read, where it was read to its end.
fn text(path: &Utf8Path, read: Option<io::Result<Vec<u8>>>) -> Result<String, LoadError> {
    let path = path.to_owned();
    match read {
        None => Err(LoadError::Interrupted { path }),
        Some(Err(error)) => Err(LoadError::Unreadable { path, error }),
        Some(Ok(bytes)) if bytes.len() as u64 > LARGEST => Err(LoadError::TooLarge { path }),
        Some(Ok(bytes)) => String::from_utf8(bytes).map_err(|_| LoadError::NotText { path }),
    }
}

/// Parses a file of YAML into what `read` makes of it.
///
/// # Errors
/// Every mistake in it, in their order.
pub(crate) fn parse_file<T>(
    path: &Utf8Path,
    text: &str,
    read: impl FnOnce(&Node, &mut Vec<Problem>) -> Option<T>,
) -> Result<T, LoadError> {
    let wrong = |problems| LoadError::Wrong {
        path: path.to_owned(),
        text: text.to_owned(),
        problems,
    };
    let node = parse_strict(text).map_err(|e| wrong(vec![Problem::new(e.at..e.at, e.message)]))?;
    let mut problems = Vec::new();
    let value = read(&node, &mut problems);
    problems.sort_by_key(|problem| problem.span.start);
    match value {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(wrong(problems)),
    }
}

/// Reads the version of a file and reports one that is not known.
pub(crate) fn read_version(node: &Node, what: &str, problems: &mut Vec<Problem>) {
    match node.find("version") {
        Some(version) if version.kind == Kind::Integer(i64::from(SUPPORTED_VERSION)) => {}
        Some(version) => {
            let message = format!("this version of the {what} is not known");
            let rule =
                format!("this svcgen reads version {SUPPORTED_VERSION}; a newer one may be needed");
            problems.push(Problem::new(version.span.clone(), message).rule(rule));
        }
        None => {
            let rule = format!("write `version: {SUPPORTED_VERSION}` at the top");
            problems.push(
                Problem::new(node.span.start..node.span.start, "`version` is required").rule(rule),
            );
        }
    }
}

impl Service {
    /// Reads a model and the site it names (or the one that is given instead).
    ///
    /// # Errors
    /// Every mistake in the file, or the site that cannot be read.
    pub fn load(
        path: &Utf8Path,
        sites: &Sites,
        site: Option<&SiteName>,
    ) -> Result<(Self, Site), SiteError> {
        let text = read_text(path)?;
        Self::parse(path, &text, sites, site)
    }

    /// Reads which site a model names, whatever else is wrong with it.
    ///
    /// # Errors
    /// Where it is no text, or no YAML.
    pub fn site_name(path: &Utf8Path) -> Result<Option<SiteName>, LoadError> {
        let text = read_text(path)?;
        parse_file(path, &text, |node, _| {
            let site = node.find("site");
            Some(site.and_then(|site| SiteName::read(site, &mut Vec::new())))
        })
    }

    /// Parses the text of a model; the path is for messages.
    ///
    /// # Errors
    /// As [`Service::load`].
    pub fn parse(
        path: &Utf8Path,
        text: &str,
        sites: &Sites,
        site: Option<&SiteName>,
    ) -> Result<(Self, Site), SiteError> {
        let wrong = |problems| LoadError::Wrong {
            path: path.to_owned(),
            text: text.to_owned(),
            problems,
        };
        let node =
            parse_strict(text).map_err(|e| wrong(vec![Problem::new(e.at..e.at, e.message)]))?;
        Ok(Self::resolve(&node, sites, site)?.map_err(wrong)?)
    }

    /// Reads a model out of values that are parsed already, and the site it names (or the one that is given instead).
    ///
    /// The mistakes are in the inner result: their places are those of the values.
    ///
    /// # Errors
    /// The site that cannot be read.
    pub(crate) fn resolve(
        node: &Node,
        sites: &Sites,
        site: Option<&SiteName>,
    ) -> Result<Result<(Self, Site), Vec<Problem>>, SiteError> {
        let mut problems = Vec::new();
        read_version(node, "model", &mut problems);
        let named = node
            .find("site")
            .and_then(|node| SiteName::read(node, &mut problems).map(|name| (name, node)));
        let site = match (site, named) {
            (Some(name), _) => sites.find(name)?,
            (None, Some((name, node))) => match sites.find(&name) {
                Err(SiteError::Unknown { name, known }) => {
                    let message = format!("there is no site `{name}`");
                    problems.push(Problem::new(node.span.clone(), message).rule(known));
                    sites.default_site()?
                }
                found => found?,
            },
            (None, None) => sites.default_site()?,
        };
        let service = Self::read(node, &site, &mut problems);
        tell_places(node, model_schema, &mut problems);
        problems.sort_by_key(|problem| problem.span.start);
        problems.dedup();
        match service {
            Some(service) if problems.is_empty() => Ok(Ok((service, site))),
            _ => Ok(Err(problems)),
        }
    }
}
