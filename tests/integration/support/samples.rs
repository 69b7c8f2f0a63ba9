use std::path::Path;

use super::{Env, copy, sample_tree};

/// A model of the imaginary organisation, for all of whose repositories there is a sample tree.
pub(crate) const MODEL: &str = r#"version: 1
site: example
name: trending-edits
description: |
  Computes the list of currently trending articles from the stream of edits.
port: 6699
owner: {name: Ada Example, shell: ada}
config:
  parameters:
    - name: broker_list
      description: Comma-separated list of Kafka broker URIs.
      value: {production: "kafka1001.north.farm.example:9092", vagrant: "127.0.0.1:9092"}
    - name: max_age
      type: Integer
      default: 86400
      description: Seconds after which an edit no longer counts.
build:
  dependencies: {debian: [librdkafka-dev]}
deploy:
  groups:
    - {name: canary, hosts: [trending2001.south.farm.example]}
    - {name: default, hosts: ["trending[1001-1003].north.farm.example"]}
"#;

/// The sample trees, and the branch of each that changes are meant for.
pub(crate) const TREES: &[(&str, &str)] = &[
    ("vagrant", "main"),
    ("puppet", "live"),
    ("deploy", "master"),
    ("source", "master"),
];

/// Generates in all of them.
pub(crate) const GENERATE: &[&str] = &[
    "generate",
    "--vagrant-repo",
    "vagrant",
    "--puppet-repo",
    "puppet",
    "--deploy-repo",
    "deploy",
    "--source-repo",
    "source",
    "--no-verify",
    "--yes",
];

impl Env {
    /// A home with the model in the working directory, and a user whom git knows.
    pub(crate) fn with_model() -> Self {
        let env = Self::new();
        env.write("svcgen.yaml", MODEL);
        std::fs::write(
            env.home().join(".gitconfig"),
            "[user]\n\tname = Ada Example\n\temail = ada@farm.example\n[init]\n\tdefaultBranch = main\n",
        )
        .unwrap();
        env
    }

    /// Makes a repository of a sample tree below the working directory.
    pub(crate) fn repository(&self, sample: &str) {
        let tree = self.work().join(sample);
        copy(&sample_tree(sample), &tree);
        self.git(sample, &["init", "--quiet"]);
        self.git(sample, &["add", "--all"]);
        self.git(sample, &["commit", "--quiet", "--message", "the beginning"]);
    }

    /// Replaces a text in a file, which has to be there.
    pub(crate) fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "`{old}` is not in `{path}`");
        self.write(path, &text.replace(old, new));
    }

    /// The files below a folder, one a line.
    pub(crate) fn list(&self, folder: &str) -> String {
        fn walk(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.push(path);
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.work().join(folder), &mut found);
        found.sort();
        let relative = found
            .iter()
            .map(|path| path.strip_prefix(self.work()).unwrap());
        relative
            .map(|path| format!("{}\n", path.display()))
            .collect()
    }

    /// What git sees that differs from the last commit.
    pub(crate) fn status(&self, folder: &str) -> String {
        self.git(folder, &["status", "--porcelain", "--untracked-files=all"])
    }

    /// The lines that two commits of a checkout differ in.
    pub(crate) fn differing(&self, folder: &str, one: &str, other: &str) -> String {
        let text = self.git(folder, &["diff", "--unified=0", one, other]);
        let is_line = |line: &&str| {
            let is_heading = line.starts_with("+++") || line.starts_with("---");
            line.starts_with(['+', '-']) && !is_heading
        };
        text.lines().filter(is_line).collect::<Vec<_>>().join("\n")
    }

    /// Runs git below the working directory; returns what it printed.
    pub(crate) fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let mut command = std::process::Command::new("git");
        self.enclose(&mut command);
        let output = command
            .current_dir(self.work().join(folder))
            .args(arguments)
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {words}");
        String::from_utf8(output.stdout).unwrap()
    }
}
