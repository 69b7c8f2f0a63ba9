use std::os::unix::fs::symlink;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::error::BuildError;

/// Makes links of `node_modules` that lead into the source lead there in the deploy repository as well, where the source is
/// the submodule at `source`.
///
/// npm links packages that are folders of the source (`file:lib/x`, workspaces) instead of copying them.
pub(super) fn redirect(
    root: &Utf8Path,
    modules: &str,
    source: &Utf8Path,
) -> Result<(), BuildError> {
    let folder = root.join(modules);
    if folder.is_dir() {
        walk(root, &folder, modules, source)?;
    }
    Ok(())
}

fn walk(
    root: &Utf8Path,
    folder: &Utf8Path,
    modules: &str,
    source: &Utf8Path,
) -> Result<(), BuildError> {
    let failed = |path: &Utf8Path, source| BuildError::Write {
        path: path.to_owned(),
        source,
    };
    for entry in folder
        .read_dir_utf8()
        .map_err(|error| failed(folder, error))?
    {
        let entry = entry.map_err(|error| failed(folder, error))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| failed(path, error))?;
        if kind.is_dir() {
            walk(root, path, modules, source)?;
        }
        if !kind.is_symlink() {
            continue;
        }
        let target = path.read_link_utf8().map_err(|error| failed(path, error))?;
        let place = path.strip_prefix(root).unwrap_or(path);
        match leads_to(root, place, &target) {
            Some(inside) if inside.starts_with(modules) => {}
            Some(inside) => {
                let depth = place.components().count() - 1;
                let up: Utf8PathBuf = std::iter::repeat_n("..", depth).collect();
                let meant = up.join(source).join(inside);
                std::fs::remove_file(path).map_err(|error| failed(path, error))?;
                symlink(meant, path).map_err(|error| failed(path, error))?;
            }
            None => {
                return Err(BuildError::Outward {
                    link: place.to_owned(),
                    target: target.into_string(),
                });
            }
        }
    }
    Ok(())
}

/// Where below the root a link leads to; none where it leads out.
fn leads_to(root: &Utf8Path, place: &Utf8Path, target: &Utf8Path) -> Option<Utf8PathBuf> {
    if target.is_absolute() {
        return target.strip_prefix(root).ok().map(Utf8Path::to_owned);
    }
    let mut path = place.parent()?.to_owned();
    for component in target.components() {
        match component {
            Utf8Component::ParentDir => {
                if path.as_str().is_empty() {
                    return None;
                }
                path.pop();
            }
            Utf8Component::Normal(name) => path.push(name),
            Utf8Component::CurDir => {}
            Utf8Component::RootDir | Utf8Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_followed_without_its_target() {
        let follow = |place: &str, target: &str| leads_to("/r".into(), place.into(), target.into());
        assert_eq!(follow("node_modules/x", "../lib/x"), Some("lib/x".into()));
        assert_eq!(
            follow("node_modules/.bin/x", "../x/x.js"),
            Some("node_modules/x/x.js".into())
        );
        assert_eq!(follow("node_modules/@s/x", "../../../x"), None);
        assert_eq!(follow("node_modules/x", "/r/lib"), Some("lib".into()));
        assert_eq!(follow("node_modules/x", "/etc"), None);
    }
}
