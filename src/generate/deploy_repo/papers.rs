//! The papers at the root of the repository, which are others' as soon as somebody changes them.

use serde_json::json;

use super::sentence;
use super::tree::DeployRepo;
use crate::edit::Desired;
use crate::generate::{GenerateError, Generated};
use crate::ini::parse;
use crate::model::{Service, Site};
use crate::render::Templates;
use crate::render::markup::{git_value, markdown_text};
use crate::scap::read_submodules;

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
    warn_review(service, site, tree, generated);
    warn_submodule(service, tree, url.as_deref(), generated)
}

/// Warns where changes go to another project than the model's, because somebody wrote in the file that says it.
fn warn_review(service: &Service, site: &Site, tree: &DeployRepo, generated: &mut Generated) {
    let path = ".gitreview";
    let ini = tree.of_others(path).and_then(|text| parse(text).ok());
    let project = ini.as_ref().and_then(|ini| ini.find("gerrit", "project"));
    let deploy = &service.repositories.deploy;
    if let Some(project) = project
        && site.gerrit.host.is_some()
        && project.value.trim_end_matches(".git") != deploy.as_str()
    {
        generated.warnings.push(format!(
            "`{path}` names the project `{}`, not `{deploy}`",
            project.value
        ));
    }
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

/// Warns where the source is not the submodule that the model means.
fn warn_submodule(
    service: &Service,
    tree: &DeployRepo,
    url: Option<&str>,
    generated: &mut Generated,
) -> Result<(), GenerateError> {
    let Some(text) = tree.of_others(".gitmodules") else {
        if url.is_none() && tree.text(".gitmodules").is_none() {
            let missing = format!(
                "the site `{}` has no `gerrit.url`, so there is no submodule `src`",
                service.site
            );
            generated.warnings.push(missing);
        }
        return Ok(());
    };
    let modules = read_submodules(".gitmodules".into(), text).map_err(|error| {
        GenerateError::NotUnderstood {
            path: ".gitmodules".into(),
            line: 1,
            reason: error.to_string(),
        }
    })?;
    let is_source = |address: &str| {
        let address = address.trim_end_matches('/').trim_end_matches(".git");
        address.ends_with(&format!("/{}", service.repositories.source))
    };
    if modules.iter().any(|module| is_source(&module.url)) {
        return Ok(());
    }
    generated
        .warnings
        .push(match modules.iter().find(|module| module.path == "src") {
            Some(module) => {
                format!(
                    "the submodule `src` is `{}`, not `{}`",
                    module.url, service.repositories.source
                )
            }
            None => format!(
                "no submodule of `.gitmodules` is `{}`",
                service.repositories.source
            ),
        });
    Ok(())
}
