use camino::{Utf8Path, Utf8PathBuf};

use super::error::BuildError;
use super::standing::Standing;
use crate::deploy::repository::{unsafe_name, unsafe_path};
use crate::git::Checkout;
use crate::render::markup::git_value;
use crate::scap::{Submodule, read_submodules};

/// Where the source is in a deploy repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceModule {
    pub(super) name: String,
    pub(super) path: Utf8PathBuf,
    /// Where it is fetched from, by this user.
    pub(super) url: String,
    /// The branch that `.gitmodules` says to follow.
    pub(super) branch: Option<String>,
    /// The text of `.gitmodules`, where it has to be written.
    pub(super) gitmodules: Option<String>,
}

/// The file that lists submodules.
pub(super) const GITMODULES: &str = ".gitmodules";

/// Where a new submodule is put, as service-runner does.
const NEW: &str = "src";

impl SourceModule {
    /// Finds it in a commit of the deploy repository; `default` is the address for one that begins.
    pub(super) fn find(
        checkout: &Checkout,
        standing: &Standing,
        remote: Option<&str>,
        default: Option<&str>,
    ) -> Result<Self, BuildError> {
        let text = standing.gitmodules.as_deref().unwrap_or_default();
        let modules = read_submodules(GITMODULES.into(), text);
        let modules = modules.map_err(|source| BuildError::Submodules {
            commit: standing.short(),
            source,
        })?;
        let Some(module) = choose(&modules, standing) else {
            return Self::begin(standing, text, default);
        };
        let path = Utf8PathBuf::from(module.path.as_str().trim_end_matches('/'));
        if let Some(rule) = unsafe_path(path.as_str()).or_else(|| unsafe_name(&module.name)) {
            return Err(BuildError::UnsafeSubmodule {
                name: module.name.clone(),
                path,
                rule,
            });
        }
        let own = checkout.setting(&format!("submodule.{}.url", module.name));
        let remote = remote.and_then(|remote| checkout.remote_url(remote));
        Ok(Self {
            url: own.unwrap_or_else(|| absolute(&module.url, remote.as_deref(), checkout.root())),
            name: module.name.clone(),
            path,
            branch: module.branch.clone().filter(|branch| branch != "."),
            gitmodules: None,
        })
    }

    fn begin(standing: &Standing, text: &str, default: Option<&str>) -> Result<Self, BuildError> {
        let Some(url) = default else {
            return Err(BuildError::NoSubmodule {
                commit: standing.short(),
            });
        };
        let entry = format!(
            "[submodule \"{NEW}\"]\n\tpath = {NEW}\n\turl = {}\n",
            git_value(url)
        );
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        Ok(Self {
            name: NEW.into(),
            path: NEW.into(),
            url: url.to_owned(),
            branch: None,
            gitmodules: Some(format!("{text}{end}{entry}")),
        })
    }
}

/// The submodule that the source is: the one that `package.json` leads into, or `src`, or the first.
fn choose<'a>(modules: &'a [Submodule], standing: &Standing) -> Option<&'a Submodule> {
    let is_at = |path: &Utf8Path| {
        let same = move |module: &&Submodule| module.path.as_str().trim_end_matches('/') == path;
        modules.iter().find(same)
    };
    let linked = standing.linked.as_deref();
    let linked = linked.and_then(|target| is_at(target.parent()?));
    linked.or_else(|| is_at(NEW.into())).or(modules.first())
}

/// The address of a submodule that is written from that of the deploy repository, as git resolves it.
fn absolute(url: &str, remote: Option<&str>, root: &Utf8Path) -> String {
    if !url.starts_with("./") && !url.starts_with("../") {
        return url.to_owned();
    }
    let mut base = remote
        .unwrap_or(root.as_str())
        .trim_end_matches('/')
        .to_owned();
    let mut rest = url;
    loop {
        if let Some(below) = rest.strip_prefix("../") {
            rest = below;
            match base.rfind(['/', ':']) {
                Some(at) if base[at..].starts_with(':') => {
                    base.truncate(at);
                    return format!("{base}:{rest}");
                }
                Some(at) => base.truncate(at),
                None => return rest.to_owned(),
            }
        } else if let Some(below) = rest.strip_prefix("./") {
            rest = below;
        } else {
            return format!("{base}/{}", rest.trim_end_matches('/'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_resolved_as_git_does() {
        let resolve = |url, remote| absolute(url, Some(remote), "/root".into());
        for (url, remote, meant) in [
            ("https://h/x", "ssh://h/a/b", "https://h/x"),
            (
                "../x",
                "ssh://ada@h:29418/a/deploy",
                "ssh://ada@h:29418/a/x",
            ),
            ("../../x/", "https://h/r/a/deploy/", "https://h/r/x"),
            ("../x", "h:deploy", "h:x"),
            ("./x", "/srv/git/a", "/srv/git/a/x"),
            ("../.././x", "/srv/git/a", "/srv/x"),
        ] {
            assert_eq!(resolve(url, remote), meant, "{url} from {remote}");
        }
    }
}
