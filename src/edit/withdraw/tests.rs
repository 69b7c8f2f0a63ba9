use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use proptest::prelude::*;

use super::*;
use crate::edit::{Desired, Rendered, Resolution, apply, plan};
use crate::model::ServiceName;

const SHARED: &str = "---\na::x: 1\n\ns:\n  b: 1\n\nz::x: 1\n";
const LIST: &str = "# rack A\na1\n";

/// A checkout with a few files of others.
struct Checkout(tempfile::TempDir);

impl Checkout {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        git2::Repository::init(folder.path()).unwrap();
        for (path, text) in [("shared.yaml", SHARED), ("list", LIST)] {
            fs_err::write(folder.path().join(path), text).unwrap();
        }
        Self(folder)
    }

    fn worktree(&self) -> Worktree {
        Worktree::open(Utf8Path::from_path(self.0.path()).unwrap()).unwrap()
    }

    fn plan(&self, desired: &[Desired]) -> EditPlan {
        let worktree = self.worktree();
        plan(desired, &worktree, &rendered(&worktree), Resolution::Mark).unwrap()
    }

    fn apply(&self, desired: &[Desired]) {
        let (plan, worktree) = (self.plan(desired), self.worktree());
        assert_eq!((&plan.conflicts, &plan.kept), (&Vec::new(), &Vec::new()));
        apply(&plan, &worktree, &rendered(&worktree)).unwrap();
    }

    fn files(&self) -> BTreeMap<Utf8PathBuf, String> {
        let worktree = self.worktree();
        let below = worktree
            .list("d")
            .into_iter()
            .map(|name| format!("d/{name}"));
        let all = worktree.list("").into_iter().chain(below);
        let texts = all.filter_map(|path| {
            let text = worktree.read(&path).ok().flatten()?;
            Some((path.into(), text))
        });
        texts.collect()
    }
}

fn rendered(worktree: &Worktree) -> Rendered {
    Rendered::of(worktree.root(), &ServiceName::parse("a").unwrap()).by("vagrant")
}

/// What a generator could want: whole files, and entries in files of others and of its own.
fn desired() -> impl Strategy<Value = Vec<Desired>> {
    let whole = ("(d/)?[a-c]\\.pp", "[xy]\n").prop_map(|(path, text)| Desired::File {
        path: path.into(),
        text,
    });
    let key = prop_oneof!["(a|m|z)::[a-c]", "s/[c-d]", "t/[c-d]"];
    let entry = (key, 1..3).prop_map(|(key, value)| match key.split_once('/') {
        Some((outer, key)) => yaml::Entry::sorted(&[outer], key, value),
        None => yaml::Entry::grouped(key, value),
    });
    let yaml = ("(shared|own)\\.yaml", prop::collection::vec(entry, 1..4));
    let yaml = yaml.prop_map(|(path, mut entries)| {
        let mut seen = std::collections::HashSet::new();
        entries.retain(|entry| seen.insert(entry.keys()));
        Desired::Yaml {
            path: path.into(),
            entries,
        }
    });
    let lines = (
        "(list|hosts)",
        prop::collection::btree_set("[b-d][1-3]", 1..3),
    );
    let lines = lines.prop_map(|(path, lines)| Desired::Lines {
        path: path.into(),
        lines: lines.into_iter().collect(),
    });
    let ini = prop::collection::btree_map("[a-c]", "[x-z]", 1..3);
    let ini = ini.prop_map(|settings| Desired::Ini {
        path: "scap.cfg".into(),
        entries: settings
            .iter()
            .map(|(k, v)| ini::Entry::new("global", k, v))
            .collect(),
    });
    let any = prop_oneof![whole, yaml, lines, ini];
    prop::collection::vec(any, 0..6).prop_map(|mut all| {
        let mut seen = std::collections::HashSet::new();
        all.retain(|desired: &Desired| seen.insert(desired.path().clone()));
        all
    })
}

/// Data without the mappings that are left empty: whether they were there before is not known.
fn essence(path: &Utf8Path, text: &str) -> String {
    fn prune(value: &mut serde_json::Value) {
        if let Some(map) = value.as_object_mut() {
            map.values_mut().for_each(prune);
            map.retain(|_, value| value.as_object().is_none_or(|map| !map.is_empty()));
        }
    }
    if path.extension() != Some("yaml") {
        return text.to_owned();
    }
    let mut value = crate::yaml::parse(text).unwrap().to_value();
    prune(&mut value);
    let mut lines: Vec<String> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(k, v)| {
            let mut inner: Vec<String> = v
                .as_object()
                .into_iter()
                .flatten()
                .map(|(k, v)| format!("{k}: {v}"))
                .collect();
            inner.sort();
            if inner.is_empty() {
                format!("{k}: {v}")
            } else {
                format!("{k}: {inner:?}")
            }
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

proptest! {
    // Each case waits for the disk some fifty times.
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn an_earlier_wish_leaves_no_trace(first in desired(), second in desired()) {
        let (both, one) = (Checkout::new(), Checkout::new());
        both.apply(&first);
        both.apply(&second);
        one.apply(&second);
        prop_assert_eq!(&both.plan(&second).edits, &Vec::new());
        let files = |checkout: &Checkout| -> BTreeMap<Utf8PathBuf, String> {
            checkout.files().into_iter().map(|(path, text)| (path.clone(), essence(&path, &text))).collect()
        };
        prop_assert_eq!(files(&both), files(&one));
        // Nothing at all is what was there before.
        both.apply(&[]);
        let left = both.files();
        prop_assert_eq!(&left[Utf8Path::new("list")], LIST);
        let paths: Vec<Utf8PathBuf> = left.into_keys().collect();
        prop_assert_eq!(paths, ["list", "shared.yaml"]);
    }
}

#[test]
fn a_file_that_a_link_leads_to_stays() {
    let checkout = Checkout::new();
    let file = Desired::File {
        path: "d/a.pp".into(),
        text: "x\n".into(),
    };
    checkout.apply(&[file]);
    let root = checkout.worktree().root().to_owned();
    fs_err::rename(root.join("d"), root.join("e")).unwrap();
    std::os::unix::fs::symlink("e", root.join("d")).unwrap();
    assert_eq!(checkout.plan(&[]).edits, []);
}

#[test]
fn a_list_of_another_version_is_named() {
    let checkout = Checkout::new();
    let worktree = checkout.worktree();
    let index = worktree.root().join(".git/svcgen/rendered/a.vagrant.json");
    fs_err::create_dir_all(index.parent().unwrap()).unwrap();
    for (text, reason) in [
        (
            "{\"version\": 7, \"files\": 1}",
            "has version 7, and this svcgen reads 1",
        ),
        (
            "{",
            "is not a list of written files: line 1: it ends too early: a bracket, brace or quote is not closed",
        ),
    ] {
        fs_err::write(&index, text).unwrap();
        let error = plan(&[], &worktree, &rendered(&worktree), Resolution::Mark).unwrap_err();
        assert_eq!(error.to_string(), format!("`{index}` {reason}"));
    }
}

#[test]
fn a_list_of_svcgens_in_which_somebody_has_a_line_is_told_until_it_goes() {
    let checkout = Checkout::new();
    let own = Desired::Lines {
        path: "own".into(),
        lines: vec!["a1".into()],
    };
    checkout.apply(&[own]);
    let worktree = checkout.worktree();
    let file = worktree.root().join("own");
    fs_err::write(&file, "a1\nmine\n").unwrap();
    for _ in 0..2 {
        let plan = checkout.plan(&[]);
        let told: Vec<String> = plan.kept.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["own: svcgen made it and no longer wants it, but someone has lines in it"]
        );
        apply(&plan, &worktree, &rendered(&worktree)).unwrap();
        assert_eq!(fs_err::read_to_string(&file).unwrap(), "mine\n");
    }
    let yours = plan(&[], &worktree, &rendered(&worktree), Resolution::Yours).unwrap();
    apply(&yours, &worktree, &rendered(&worktree)).unwrap();
    assert_eq!(fs_err::read_to_string(&file).unwrap(), "mine\n");
    assert!(checkout.plan(&[]).kept.is_empty());
}
