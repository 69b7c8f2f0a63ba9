//! Marks that git left, in a file of svcgen's or of anybody's.

use insta::{allow_duplicates, assert_snapshot};

use super::{CLASS, MODEL, said};
use crate::support::sample::{apply, checkout, git, run};

const SETTINGS: &str = "tree/puppet/modules/role/settings";
const MARKED: &str =
    "# mine\nforward_ports:\n<<<<<<< HEAD\n  6789: 6789\n=======\n  6790: 6790\n>>>>>>> topic\n";

#[test]
fn marks_of_git_in_settings_are_a_conflict() {
    let env = checkout("vagrant");
    apply(&env, "vagrant", MODEL, &["--commit"]);
    let own = format!("{SETTINGS}/myservice.yaml");
    env.write(&own, MARKED);
    git(
        &env.work().join("tree"),
        &["commit", "--quiet", "--all", "--amend", "--no-edit"],
    );
    // Which of the two sides is whose nobody knows but who merged.
    for options in [&[][..], &["--conflicts", "yours"], &["--dry-run"]] {
        let refused = run(&env, "vagrant", MODEL, options);
        allow_duplicates! { assert_snapshot!(said(&refused), @"
        exit 11
        vagrant: HOME/work/tree: 1 conflict
        error: puppet/modules/role/settings/myservice.yaml:3: a conflict marked here is not resolved
        hint: resolve what is between `<<<<<<<` and `>>>>>>>`, then run `svcgen vagrant --repo HOME/work/tree`
        hint: `svcgen vagrant --repo HOME/work/tree --conflicts svcgen` takes what svcgen wants in its place
        "); }
    }
    assert_eq!(env.read(&own), MARKED);
    apply(
        &env,
        "vagrant",
        MODEL,
        &["--conflicts", "svcgen", "--commit"],
    );
    assert_eq!(env.read(&own), "# mine\nforward_ports:\n  6789: 6789\n");
}

#[test]
fn settings_of_others_that_cannot_be_read_only_leave_their_ports_unknown() {
    let env = checkout("vagrant");
    env.write(&format!("{SETTINGS}/glossary.yaml"), MARKED);
    std::fs::write(env.work().join(SETTINGS).join("pagefeed.yaml"), b"\xff\n").unwrap();
    let written = apply(&env, "vagrant", MODEL, &["--commit"]);
    let warnings = written
        .stderr
        .lines()
        .filter(|it| it.starts_with("warning"));
    let warnings: Vec<&str> = warnings.collect();
    assert_snapshot!(warnings.join("\n"), @"
    warning: puppet/modules/role/settings/glossary.yaml:3: an unfinished merge: resolve what is between `<<<<<<<` and `>>>>>>>`: the ports there are not known
    warning: `puppet/modules/role/settings/pagefeed.yaml` is not UTF-8 text: the ports there are not known
    ");
    assert_eq!(env.read(&format!("{SETTINGS}/glossary.yaml")), MARKED);
}

#[test]
fn marks_that_are_taken_back_decide_nothing() {
    let said_of = |text: &str, words: &str| text.replace("Lists what trends.", words);
    let newer = said_of(MODEL, "Lists more.");
    assert_ne!(newer, MODEL);
    for back in [&["restore", "."][..], &["stash", "--quiet"]] {
        let env = checkout("vagrant");
        let tree = env.work().join("tree");
        apply(&env, "vagrant", MODEL, &["--commit"]);
        env.write(CLASS, &said_of(&env.read(CLASS), "Lists what I say."));
        let marked = run(&env, "vagrant", &newer, &["--force"]);
        assert_eq!(marked.code, 11, "{}", marked.show());
        assert!(env.read(CLASS).contains("<<<<<<< "), "{}", env.read(CLASS));
        // The way out is to decide, and not to put the marks away.
        let looked = env.svcgen(&["check", "--vagrant-repo", "tree"]);
        let told: Vec<&str> = looked.stdout.lines().take(5).collect();
        allow_duplicates! { assert_snapshot!(told.join("\n"), @r#"
        vagrant: HOME/work/tree: 1 difference
          puppet/modules/myservice/manifests/init.pp:3
            both were changed: a conflict marked here is not resolved
            $ ${EDITOR:-vi} +3 HOME/work/tree/puppet/modules/myservice/manifests/init.pp
            resolve what is between `<<<<<<<` and `>>>>>>>`; `--conflicts yours` or `svcgen` takes one side
        "#); }
        git(&tree, back);
        apply(&env, "vagrant", &newer, &["--commit"]);
        let text = env.read(CLASS);
        assert!(
            text.contains("Lists more.") && !text.contains("Lists what trends."),
            "{text}"
        );
        let looked = env.svcgen(&["check", "--vagrant-repo", "tree"]);
        assert_eq!(looked.code, 0, "{}", looked.show());
    }
}
