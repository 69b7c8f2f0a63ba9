use camino::Utf8PathBuf;
use serde_json::{Map, Value, json};

use super::{CommitText, GenerateError, Generated};
use crate::edit::{Desired, EntryError, json};
use crate::model::{Build, BuildTarget, Service};
use crate::worktree::Worktree;

/// The file that npm reads.
const PACKAGE: &str = "package.json";

/// What a source repository is called.
pub const SOURCE_REPOSITORY: &str = "the source repository of a Node.js service";

/// The source repository of a service, as far as it matters here.
#[derive(Debug, Clone)]
pub struct SourceRepo {
    /// Whether there is a stanza `deploy` already.
    has_stanza: bool,
}

impl SourceRepo {
    /// Reads the `package.json` of a checkout.
    ///
    /// # Errors
    /// Where there is none, or it is not understood.
    pub fn read(worktree: &Worktree) -> Result<Self, GenerateError> {
        let Some(text) = worktree.read(PACKAGE)? else {
            return Err(GenerateError::Unrecognised {
                root: worktree.root().to_owned(),
                tree: SOURCE_REPOSITORY,
                looked_for: vec![PACKAGE.into()],
            });
        };
        match json::parse(&text) {
            Ok(document) => Ok(Self {
                has_stanza: document.get("deploy").is_some(),
            }),
            Err(error) => {
                let (line, reason) = match error {
                    EntryError::Unreadable { line, reason } => (line, reason),
                    EntryError::Conflict { places } => {
                        let first = places.into_iter().next().unwrap_or_default();
                        (first.0.unwrap_or(1), first.1)
                    }
                };
                Err(GenerateError::NotUnderstood {
                    path: PACKAGE.into(),
                    line,
                    reason,
                })
            }
        }
    }
}

/// Derives the stanza `deploy` of `package.json`, which says how the production dependencies are built.
///
/// # Errors
/// None yet; the signature is that of all generators.
pub fn source_repo(service: &Service, tree: &SourceRepo) -> Result<Generated, GenerateError> {
    let stanza = stanza(&service.build);
    let entries = stanza.into_iter().filter_map(|(path, value, default)| {
        let is_default = value == default;
        // A new stanza shows what people usually look for, and not what they rarely need.
        let rare = matches!(path, ["env" | "install_opts"]);
        let path: Vec<&str> = ["deploy"].iter().chain(path).copied().collect();
        let left_out = !tree.has_stanza && rare && is_default;
        (!left_out).then(|| json::Entry::new(&path, value).implied(tree.has_stanza && is_default))
    });
    let path = Utf8PathBuf::from(PACKAGE);
    Ok(Generated {
        desired: vec![Desired::Json {
            path,
            entries: entries.collect(),
        }],
        warnings: Vec::new(),
        strays: Vec::new(),
        secrets: Vec::new(),
        message: CommitText {
            // The same whether it is there or not: the second run must not find another message.
            subject: format!("Set the deploy stanza of {PACKAGE}"),
            body: format!(
                "It tells the build of the deploy repository for which distribution the production dependencies of {} \
                 are built, with which version of Node.js, and which packages they need.",
                service.name
            ),
            later: None,
        },
    })
}

/// The members of the stanza in their order: path, value, and what leaving it out means.
fn stanza(build: &Build) -> Vec<(&'static [&'static str], Value, Value)> {
    let dependencies = |distribution: &str| {
        let found = build
            .dependencies
            .iter()
            .find(|(name, _)| name == distribution);
        found.map_or_else(|| json!([]), |(_, packages)| json!(packages))
    };
    let environment: Map<String, Value> = build
        .environment
        .iter()
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect();
    let target = match &build.target {
        BuildTarget::Debian => "debian",
        BuildTarget::Ubuntu => "ubuntu",
        BuildTarget::Image(image) => image.as_str(),
    };
    vec![
        (&["target"], json!(target), json!("debian")),
        (&["node"], json!(build.node), json!("system")),
        (
            &["dependencies", "ubuntu"],
            dependencies("ubuntu"),
            json!([]),
        ),
        (
            &["dependencies", "debian"],
            dependencies("debian"),
            json!([]),
        ),
        (&["dependencies", "_all"], dependencies("_all"), json!([])),
        (&["env"], Value::Object(environment), json!({})),
        (&["install_opts"], json!(build.install_options), json!([])),
    ]
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;
    use crate::edit::{EditPlan, Rendered, Resolution, apply, plan};
    use crate::model::{ServiceName, Sites};

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new(package: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            git2::Repository::init(folder.path()).unwrap();
            fs_err::write(folder.path().join(PACKAGE), package).unwrap();
            Self(folder)
        }

        fn worktree(&self) -> Worktree {
            Worktree::open(Utf8Path::from_path(self.0.path()).unwrap()).unwrap()
        }

        fn plan(&self, build: &str) -> EditPlan {
            let text = format!(
                "version: 1\nname: a\ndescription: b\nport: 6000\nowner: {{name: c}}\nbuild: {build}\n"
            );
            let (service, _) =
                Service::parse("svcgen.yaml".into(), &text, &Sites::new(None), None).unwrap();
            let tree = self.worktree();
            let generated = source_repo(&service, &SourceRepo::read(&tree).unwrap()).unwrap();
            plan(
                &generated.desired,
                &tree,
                &self.rendered(),
                Resolution::Mark,
            )
            .unwrap()
        }

        fn rendered(&self) -> Rendered {
            Rendered::of(self.worktree().root(), &ServiceName::parse("a").unwrap())
        }

        fn apply(&self, build: &str) -> String {
            let plan = self.plan(build);
            assert_eq!(plan.conflicts, []);
            apply(&plan, &self.worktree(), &self.rendered()).unwrap();
            self.worktree().read(PACKAGE).unwrap().unwrap()
        }
    }

    #[test]
    fn a_new_stanza_is_the_one_of_the_guide() {
        let folder = Folder::new("{\n  \"name\": \"a\"\n}\n");
        insta::assert_snapshot!(folder.apply("{dependencies: {debian: [librdkafka-dev]}}"), @r#"
        {
          "name": "a",
          "deploy": {
            "target": "debian",
            "node": "system",
            "dependencies": {
              "ubuntu": [],
              "debian": [
                "librdkafka-dev"
              ],
              "_all": []
            }
          }
        }
        "#);
        assert_eq!(
            folder
                .plan("{dependencies: {debian: [librdkafka-dev]}}")
                .edits,
            []
        );
        insta::assert_snapshot!(
            folder.apply("{target: 'debian:bookworm', node: '20', environment: {CC: a \"b\"}, install_options: [--x]}"), @r#"
        {
          "name": "a",
          "deploy": {
            "target": "debian:bookworm",
            "node": "20",
            "dependencies": {
              "ubuntu": [],
              "debian": [],
              "_all": []
            },
            "env": {
              "CC": "a \"b\""
            },
            "install_opts": [
              "--x"
            ]
          }
        }
        "#);
        let back = folder.apply("{}");
        assert!(
            back.contains("\"env\": {},\n    \"install_opts\": []\n"),
            "{back}"
        );
        assert_eq!(folder.plan("{}").edits, []);
    }

    #[test]
    fn a_stanza_of_others_stays_where_it_means_the_same() {
        let text = "{\"deploy\": {\"npm\": \"6\", \"dependencies\": {\"_all\": []}}}";
        let folder = Folder::new(text);
        assert_eq!(folder.plan("{}").edits, []);
        let plan = folder.plan("{target: ubuntu, dependencies: {_all: [x]}}");
        assert_eq!(
            plan.conflicts[0].reason,
            "`deploy.dependencies._all` is `[]`, not `[\"x\"]`"
        );
    }

    #[test]
    fn a_tree_without_package_json_is_not_recognised() {
        let folder = Folder::new("");
        assert!(matches!(
            SourceRepo::read(&folder.worktree()),
            Err(GenerateError::NotUnderstood { line: 1, .. })
        ));
        fs_err::remove_file(folder.0.path().join(PACKAGE)).unwrap();
        let error = SourceRepo::read(&folder.worktree()).unwrap_err();
        assert!(
            matches!(error, GenerateError::Unrecognised { looked_for, .. } if looked_for == ["package.json"])
        );
    }
}
