use camino::Utf8Path;
use include_dir::{Dir, DirEntry};

use super::{Sandbox, SandboxError, TREES, Workbench, put, put_program};
use crate::git::Git;

/// The repositories of the review server: each with its branch, and the tree of its first commit where it has one.
pub const REPOSITORIES: [(&str, &str, Option<&str>); 4] = [
    ("farm/vagrant", "master", Some("vagrant")),
    ("farm/puppet", "production", Some("puppet")),
    ("services/tea-pot", "master", Some("tea-pot")),
    ("services/tea-pot/deploy", "master", None),
];

impl Sandbox {
    /// Makes the repositories of the review server; that of deploys is empty, as it is for a new service.
    pub(super) fn write_repositories(&self) -> Result<(), SandboxError> {
        for (name, branch, tree) in REPOSITORIES {
            let repository = self.repository(name);
            let parent = repository.parent().unwrap_or(&self.root).to_owned();
            fs_err::create_dir_all(&parent).map_err(|source| SandboxError::Write {
                path: parent.clone(),
                source,
            })?;
            let git = Git::at(&parent);
            let named = format!("--initial-branch={branch}");
            git.run(&["init", "--quiet", "--bare", &named, repository.as_str()])?;
            let git = Git::at(&repository);
            git.run(&["config", "receive.procReceiveRefs", "refs/for"])?;
            let hook = format!(
                "#!/bin/sh\nexec {} demo-part review\n",
                shell_words::quote(self.program.as_str())
            );
            put_program(&repository.join("hooks/proc-receive"), &hook)?;
            if let Some(tree) = tree.and_then(|name| TREES.get_dir(name)) {
                self.begin(tree, branch, &repository)?;
            }
        }
        Ok(())
    }

    /// Makes the first commit of a repository.
    fn begin(
        &self,
        tree: &Dir<'_>,
        branch: &str,
        repository: &Utf8Path,
    ) -> Result<(), SandboxError> {
        let folder = self.root.join("begin");
        unpack(tree, tree, &folder)?;
        let package = folder.join("package.json");
        if self.workbench != Workbench::None && package.is_file() {
            put(&package, with_kettle(&package)?.as_bytes())?;
        }
        let author = [
            ("user.name", "Grace Example"),
            ("user.email", "grace@sandbox.example"),
        ];
        let git = author
            .iter()
            .fold(Git::at(&folder), |git, (key, value)| git.with(key, value));
        git.run(&["init", "--quiet", &format!("--initial-branch={branch}")])?;
        git.run(&["add", "--all"])?;
        git.run(&["commit", "--quiet", "--message=The tree as it is"])?;
        git.run(&["push", "--quiet", repository.as_str(), branch])?;
        fs_err::remove_dir_all(&folder).map_err(|source| SandboxError::Write {
            path: folder,
            source,
        })
    }
}

/// A `package.json` that has a module, too.
fn with_kettle(package: &Utf8Path) -> Result<String, SandboxError> {
    let text = fs_err::read_to_string(package).map_err(|source| SandboxError::Write {
        path: package.to_owned(),
        source,
    })?;
    let text = text.trim_end().trim_end_matches('}').trim_end();
    Ok(format!(
        "{text},\n  \"dependencies\": {{\n    \"kettle\": \"file:lib/kettle\"\n  }}\n}}\n"
    ))
}

/// Writes a folder of the program's own.
fn unpack(folder: &Dir<'_>, base: &Dir<'_>, to: &Utf8Path) -> Result<(), SandboxError> {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(inner) => unpack(inner, base, to)?,
            DirEntry::File(file) => {
                let path = file.path().strip_prefix(base.path()).unwrap_or(file.path());
                let path = Utf8Path::from_path(path).unwrap_or(Utf8Path::new(""));
                put(&to.join(path), file.contents())?;
            }
        }
    }
    Ok(())
}
