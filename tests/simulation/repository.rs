use std::path::Path;
use std::process::Command;

use camino::Utf8PathBuf;
use svcgen::deploy::repository::DeployRepository;
use svcgen::model::{HostName, Revision};
use svcgen::scap::{Reading, ScapDirectory};
use svcgen::worktree::Worktree;

/// A real deploy repository with a few revisions.
pub(crate) struct Repository {
    /// It is there for as long as it is used.
    _folder: tempfile::TempDir,
    pub(crate) git: DeployRepository,
    pub(crate) directory: Reading<ScapDirectory>,
    pub(crate) revisions: Vec<Revision>,
}

const CONFIG: &str = "[global]
git_repo: tea-pot/deploy
git_server: deploy.example.org
service_name: tea-pot

dsh_targets: targets
";

/// Checks of every kind of moment; each revision has a few of them more.
const CHECKS: [&str; 4] = [
    "  depool: {type: command, command: depool, before: promote}
  repool: {type: command, command: repool, after: handle_service}
",
    "  whole: {type: command, command: whole, after: fetch}
",
    "  smoke: {type: command, command: smoke, after: promote, timeout: 5}
",
    "  pages: {type: command, command: pages, before: finalize}
  tidy: {type: command, command: tidy, after: finalize}
",
];

impl Repository {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let write = |name: &str, text: &str| std::fs::write(path.join(name), text).unwrap();
        std::fs::create_dir(path.join("scap")).unwrap();
        write("scap/scap.cfg", CONFIG);
        write("scap/targets", "a.example.org\n");
        git(path, &["init", "-q", "-b", "master"]);
        let mut revisions = Vec::new();
        for count in 1..=CHECKS.len() {
            let checks: String = CHECKS[..count].concat();
            write("scap/checks.yaml", &format!("checks:\n{checks}"));
            write("version", &count.to_string());
            git(path, &["add", "-A"]);
            git(path, &["commit", "-q", "-m", "Next"]);
            let revision = git(path, &["rev-parse", "HEAD"]);
            revisions.push(Revision::parse(revision.trim()).unwrap());
        }
        let root = Utf8PathBuf::from_path_buf(path.canonicalize().unwrap()).unwrap();
        let worktree = Worktree::open(&root).unwrap();
        let host = HostName::parse("localhost").unwrap();
        let directory = ScapDirectory::read(&worktree, &host, None).unwrap();
        Self {
            git: DeployRepository::open(&root).unwrap(),
            _folder: folder,
            directory,
            revisions,
        }
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    let output = Command::new("git")
        .args(identity)
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}
