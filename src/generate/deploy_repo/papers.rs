//! The papers at the root of the repository, which are others' as soon as somebody changes them.

use serde_json::json;

use super::sentence;
use super::tree::DeployRepo;
use crate::edit::Desired;
use crate::generate::{GenerateError, Generated, Stray};
use crate::ini::parse;
use crate::model::{Service, Site};
use crate::place::line_of;
use crate::render::Templates;
use crate::render::markup::{git_value, markdown_text};
use crate::scap::{ScapError, read_submodules};

/// Derives `.gitreview`, `.gitmodules` and `README.md`.
pub(super) fn papers(
    service: &Service,
    site: &Site,
    tree: &DeployRepo,
    templates: &Templates,
    generated: &mut Generated,
) -> Result<(), GenerateError> {
    let mut write = |path: &str, text: String| {
        generated.desired.push(Desired::Paper {
            path: path.into(),
            text,
        });
    };
    if let Some(host) = &site.gerrit.host {
        let values = json!({
            "host": host, "port": site.gerrit.port,
            "project": service.repositories.deploy, "branch": service.repositories.branch,
        });
        write(
            ".gitreview",
            templates.render("deploy-repo/gitreview", &values)?,
        );
    }
    let url = site.clone_url(&service.repositories.source);
    if let Some(url) = &url {
        write(
            ".gitmodules",
            templates.render("deploy-repo/gitmodules", &json!({"url": git_value(url)}))?,
        );
    }
    let values = json!({
        "name": service.name,
        "description": markdown_text(&sentence(service)),
        "source": url.as_ref().map_or(String::new(), |url| format!(" ({})", markdown_link(url))),
        "branch": service.repositories.branch,
        "scap": markdown_code(site.deployment.scap.as_str()),
    });
    if !tree.has_readme() || tree.text("README.md").is_some() {
        write(
            "README.md",
            templates.render("deploy-repo/README.md", &values)?,
        );
    }
    generated.strays.extend(other_project(service, site, tree));
    match tree.of_others(".gitmodules") {
        Some(text) => generated.strays.extend(other_source(service, text)?),
        None if url.is_none() && tree.text(".gitmodules").is_none() => {
            let missing = format!(
                "the site `{}` has no `gerrit.url`, so there is no submodule `src`",
                service.site
            );
            generated.warnings.push(missing);
        }
        None => {}
    }
    Ok(())
}

/// Where changes go to another project than the model's, because somebody wrote in the file that says it.
fn other_project(service: &Service, site: &Site, tree: &DeployRepo) -> Option<Stray> {
    let path = ".gitreview";
    site.gerrit.host.as_ref()?;
    let text = tree.of_others(path)?;
    let ini = parse(text).ok()?;
    let project = ini.find("gerrit", "project")?;
    let deploy = &service.repositories.deploy;
    (project.value.trim_end_matches(".git") != deploy.as_str()).then(|| Stray {
        path: path.into(),
        line: line_of(text, project.span.start),
        what: format!("names the project `{}`, not `{deploy}`", project.value),
        way_out: "change it by hand, or name that in the model",
    })
}

/// A text inside of backticks, where a backtick has no escape.
fn markdown_code(text: &str) -> String {
    text.replace('`', "'")
}

/// An address as a link, where it is one that Markdown takes as it is.
fn markdown_link(url: &str) -> String {
    let is_plain = url
        .bytes()
        .all(|b| b.is_ascii_graphic() && !b"<>\\`".contains(&b));
    if is_plain {
        format!("<{url}>")
    } else {
        markdown_text(url)
    }
}

/// The first thing that is wrong in a file.
fn not_understood(error: ScapError) -> GenerateError {
    let mistakes = match error {
        ScapError::Wrong(mistakes) => mistakes,
        ScapError::Worktree(error) => return error.into(),
    };
    let first = mistakes.into_iter().next();
    first.map_or_else(
        || unreachable!("an error without a mistake"),
        |it| GenerateError::NotUnderstood {
            path: it.path,
            line: it.line.unwrap_or(1),
            reason: it.message,
        },
    )
}

/// Where the source is not the submodule that the model means.
fn other_source(service: &Service, text: &str) -> Result<Option<Stray>, GenerateError> {
    let path = ".gitmodules";
    let modules = read_submodules(path.into(), text).map_err(not_understood)?;
    let source = &service.repositories.source;
    let is_source = |address: &str| {
        let address = address.trim_end_matches('/').trim_end_matches(".git");
        address.ends_with(&format!("/{source}"))
    };
    if modules.iter().any(|module| is_source(&module.url)) {
        return Ok(None);
    }
    let other = modules.iter().find(|module| module.path == "src");
    let is_url = |line: &&str| other.is_some_and(|other| line.contains(&other.url));
    let what = match other {
        Some(other) => format!("has `{}` as the submodule `src`, not `{source}`", other.url),
        None => format!("has no submodule that is `{source}`"),
    };
    let line = text.lines().position(|line| is_url(&line));
    Ok(Some(Stray {
        path: path.into(),
        line: line.map_or(1, |index| index + 1),
        what,
        way_out: "change it by hand, or name that in the model",
    }))
}
