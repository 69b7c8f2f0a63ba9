use camino::Utf8Path;
use git2::{FileMode, Oid, build::TreeUpdateBuilder};

use super::error::BuildError;
use super::manifest::PACKAGE;
use super::standing::{MODULES, Standing};
use super::submodule::{GITMODULES, SourceModule};
use crate::git::{Checkout, Git};

/// Puts the tree of a build together: what the deploy repository had, with the submodule at a commit, the link to its
/// `package.json`, and other modules.
pub(super) fn assemble(
    checkout: &Checkout,
    base: &Standing,
    module: &SourceModule,
    source: Oid,
    modules: Option<Oid>,
) -> Result<Oid, BuildError> {
    let make = || -> Result<Oid, git2::Error> {
        let repository = checkout.repository();
        let mut update = TreeUpdateBuilder::new();
        update.upsert(module.path.as_str(), source, FileMode::Commit);
        if let Some(text) = &module.gitmodules {
            update.upsert(
                GITMODULES,
                repository.blob(text.as_bytes())?,
                FileMode::Blob,
            );
        }
        if !base.has_own_package {
            let target = link(&module.path);
            let blob = repository.blob(target.as_bytes())?;
            update.upsert(PACKAGE, blob, FileMode::Link);
        }
        let baseline = repository.find_tree(base.tree)?;
        let tree = update.create_updated(repository, &baseline)?;
        let tree = repository.find_tree(tree)?;
        let mut root = repository.treebuilder(Some(&tree))?;
        if root.get(MODULES)?.is_some() {
            root.remove(MODULES)?;
        }
        if let Some(modules) = modules {
            root.insert(MODULES, modules, FileMode::Tree.into())?;
        }
        root.write()
    };
    Ok(make().map_err(|source| checkout.unreadable("a tree", source))?)
}

/// Where `package.json` of the deploy repository leads to.
pub(super) fn link(module: &Utf8Path) -> String {
    module.join(PACKAGE).into_string()
}

/// Writes the modules below a folder into the deploy repository's objects, as git does with that repository's attributes;
/// returns their tree, where there are any. Neither its index nor a work tree is touched; `rest` is the tree of all else.
pub(super) fn store(
    checkout: &Checkout,
    rest: Oid,
    folder: &Utf8Path,
    index: &Utf8Path,
) -> Result<Option<Oid>, BuildError> {
    if !folder.join(MODULES).is_dir() {
        return Ok(None);
    }
    let git_dir = checkout.repository().path().to_string_lossy().into_owned();
    let git = exact(Git::at(folder))
        .having("GIT_DIR", &git_dir)
        .having("GIT_WORK_TREE", folder.as_str())
        .having("GIT_INDEX_FILE", index.as_str());
    // With the rest of the repository in the index, its `.gitattributes` hold: it may keep large files elsewhere.
    git.run(&["read-tree", &rest.to_string()])?;
    git.run(&["add", "--force", "--", MODULES])?;
    let tree = git.run(&["write-tree"])?.text();
    let find = || -> Result<Option<Oid>, git2::Error> {
        let tree = checkout.repository().find_tree(Oid::from_str(&tree)?)?;
        Ok(tree.get_name(MODULES).map(|entry| entry.id()))
    };
    Ok(find().map_err(|source| checkout.unreadable("a tree", source))?)
}

/// Git that takes files as they are, whatever its user has set.
fn exact(git: Git) -> Git {
    git.with("core.autocrlf", "false")
        .with("core.safecrlf", "false")
        .with("core.fileMode", "true")
        .with("core.symlinks", "true")
        .with("core.ignoreCase", "false")
        .with("core.excludesFile", "/dev/null")
        .with("core.attributesFile", "/dev/null")
        .with("core.fsmonitor", "false")
        .with("core.untrackedCache", "false")
        .with("core.sparseCheckout", "false")
        .with("advice.addEmbeddedRepo", "false")
}
