//! Links in `node_modules`: packages that are folders of the source take their place, and none leads out.

use std::os::unix::fs::symlink;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::error::BuildError;

/// Puts packages that npm only linked in the place of their links: folders of the source (`file:lib/x`, workspaces), with
/// what was built in them. In the deploy repository the source is elsewhere, and not built.
///
/// What scripts of packages made are links to anywhere: none is followed out of the source. Returns whether there are modules.
pub(super) fn settle(root: &Utf8Path, modules: &str) -> Result<bool, BuildError> {
    let folder = root.join(modules);
    match folder.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => walk(root, &folder, modules).map(|()| true),
        Ok(metadata) if metadata.is_symlink() => Err(BuildError::Outward {
            link: modules.into(),
            target: folder.read_link_utf8().map_err(failed(&folder))?.into(),
        }),
        _ => Ok(false),
    }
}

fn walk(root: &Utf8Path, folder: &Utf8Path, modules: &str) -> Result<(), BuildError> {
    for (path, kind) in entries(folder)? {
        if kind.is_dir() {
            walk(root, &path, modules)?;
        }
        if !kind.is_symlink() {
            continue;
        }
        let target = path.read_link_utf8().map_err(failed(&path))?;
        let place = path.strip_prefix(root).unwrap_or(&path);
        // The root itself has `node_modules` in it.
        let inside = leads_to(root, place, &target).filter(|it| !it.as_str().is_empty());
        let from = inside.filter(|it| !it.starts_with(modules));
        if let Some(from) = from.and_then(|it| own_folder(root, &it)) {
            std::fs::remove_file(&path).map_err(failed(&path))?;
            copy(&from, &path)?;
        }
    }
    Ok(())
}

/// A folder of the source, where no link on the way to it leads out.
fn own_folder(root: &Utf8Path, place: &Utf8Path) -> Option<Utf8PathBuf> {
    let path = root.join(place);
    let (real, own) = (
        path.canonicalize_utf8().ok()?,
        root.canonicalize_utf8().ok()?,
    );
    (real.is_dir()
        && real
            .strip_prefix(own)
            .is_ok_and(|it| !it.as_str().is_empty()))
    .then_some(real)
}

/// Copies a folder; links stay links, and what is neither a file nor a folder is left out.
fn copy(from: &Utf8Path, to: &Utf8Path) -> Result<(), BuildError> {
    std::fs::create_dir(to).map_err(failed(to))?;
    for (path, kind) in entries(from)? {
        let target = to.join(path.file_name().unwrap_or_default());
        if kind.is_dir() {
            copy(&path, &target)?;
        } else if kind.is_symlink() {
            let leads = path.read_link_utf8().map_err(failed(&path))?;
            symlink(leads, &target).map_err(failed(&target))?;
        } else if kind.is_file() {
            std::fs::copy(&path, &target).map_err(failed(&target))?;
        }
    }
    Ok(())
}

/// Refuses links that lead out of `node_modules`.
pub(super) fn check(root: &Utf8Path, modules: &str) -> Result<(), BuildError> {
    let mut open = vec![root.join(modules)];
    while let Some(folder) = open.pop() {
        for (path, kind) in entries(&folder)? {
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_symlink() {
                let target = path.read_link_utf8().map_err(failed(&path))?;
                let place = path.strip_prefix(root).unwrap_or(&path);
                let inside = match target.is_absolute() {
                    true => None,
                    false => leads_to(root, place, &target),
                };
                if !inside.is_some_and(|it| it.starts_with(modules)) {
                    return Err(BuildError::Outward {
                        link: place.to_owned(),
                        target: target.into_string(),
                    });
                }
            }
        }
    }
    Ok(())
}

type Entries = Vec<(Utf8PathBuf, std::fs::FileType)>;

fn entries(folder: &Utf8Path) -> Result<Entries, BuildError> {
    let read = || -> std::io::Result<Entries> {
        let entries = folder.read_dir_utf8()?.map(|entry| {
            let entry = entry?;
            Ok((entry.path().to_owned(), entry.file_type()?))
        });
        entries.collect()
    };
    read().map_err(failed(folder))
}

fn failed(path: &Utf8Path) -> impl Fn(std::io::Error) -> BuildError + use<> {
    let path = path.to_owned();
    move |source| BuildError::Write {
        path: path.clone(),
        source,
    }
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

    #[test]
    fn packages_that_are_folders_are_copied_as_they_were_built() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        fs_err::create_dir_all(root.join("lib/x/build")).unwrap();
        fs_err::write(root.join("lib/x/build/x.node"), "built").unwrap();
        symlink("build/x.node", root.join("lib/x/x.node")).unwrap();
        fs_err::create_dir(root.join("node_modules")).unwrap();
        symlink("../lib/x", root.join("node_modules/x")).unwrap();
        settle(root, "node_modules").unwrap();
        let built = fs_err::read_to_string(root.join("node_modules/x/x.node")).unwrap();
        assert_eq!(built, "built");
        assert!(!root.join("node_modules/x").is_symlink());
        check(root, "node_modules").unwrap();
        for target in ["../..", "..", "/etc", "../none"] {
            let link = root.join("node_modules/out");
            symlink(target, &link).unwrap();
            settle(root, "node_modules").unwrap();
            let refused = check(root, "node_modules");
            assert!(
                matches!(refused, Err(BuildError::Outward { .. })),
                "{target}"
            );
            fs_err::remove_file(&link).unwrap();
        }
    }

    #[test]
    fn no_link_of_a_script_leads_to_what_is_the_users() {
        let folder = tempfile::tempdir().unwrap();
        let base = Utf8Path::from_path(folder.path()).unwrap();
        let (home, root) = (base.join("home"), base.join("source"));
        fs_err::create_dir_all(home.join("keys")).unwrap();
        fs_err::write(home.join("keys/id"), "secret").unwrap();
        fs_err::create_dir_all(root.join("node_modules")).unwrap();
        symlink(&home, root.join("lib")).unwrap();
        // What is in the source by its name, and elsewhere.
        for target in ["../lib", "../lib/keys"] {
            let link = root.join("node_modules/x");
            symlink(target, &link).unwrap();
            assert!(settle(&root, "node_modules").unwrap());
            assert!(link.is_symlink(), "{target} was copied");
            let refused = check(&root, "node_modules");
            assert!(
                matches!(refused, Err(BuildError::Outward { .. })),
                "{target}"
            );
            fs_err::remove_file(&link).unwrap();
        }
        fs_err::remove_dir(root.join("node_modules")).unwrap();
        assert!(!settle(&root, "node_modules").unwrap());
        symlink(&home, root.join("node_modules")).unwrap();
        let refused = settle(&root, "node_modules");
        assert!(matches!(refused, Err(BuildError::Outward { link, .. }) if link == "node_modules"));
    }
}
