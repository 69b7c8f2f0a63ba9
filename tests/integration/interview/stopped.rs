//! An interview that is stopped, or that another one keeps from beginning.

use super::drafts;
use crate::support::{Env, Pty};

/// An interview whose first question is answered.
fn begun(env: &Env, arguments: &[&str]) -> Pty {
    let mut pty = Pty::start(env, arguments, None);
    pty.answer("Name of the service", "my-svc");
    pty.expect("Name of its Puppet class");
    pty.expect("> ");
    pty
}

#[test]
fn two_interviews_of_one_model_do_not_write_one_draft() {
    let env = Env::new();
    let mut first = begun(&env, &["new"]);
    for arguments in [&["new"][..], &["new", "--resume"]] {
        let mut second = Pty::start(&env, arguments, None);
        assert_eq!(second.end(), 11, "{}", second.shown);
        let told = "another interview of `svcgen.yaml` is going on, as process ";
        let process = second.shown.split(told).nth(1);
        let process = process.and_then(|rest| rest.split_whitespace().next());
        let process = process.unwrap_or_else(|| panic!("{}", second.shown));
        let way = format!("`kill {process}` ends it and keeps its answers");
        assert!(second.shown.contains(&way), "{}", second.shown);
    }
    let run = env.svcgen(&["new", "--resume", "--set=port=6000"]);
    assert_eq!(run.code, 11, "{}", run.show());
    // Another model has a draft of its own.
    let mut other = begun(&env, &["new", "--service", "other.yaml"]);
    other.terminate();
    assert_eq!(other.end(), 143, "{}", other.shown);
    first.terminate();
    assert_eq!(first.end(), 143, "{}", first.shown);
    assert!(first.shown.contains("your answers are kept"));
    assert_eq!(drafts(&env).len(), 2, "{:?}", drafts(&env));
    let mut again = Pty::start(&env, &["new", "--resume"], None);
    again.expect("Name of its Puppet class");
    again.expect("> ");
    // Whoever took the draft away has it.
    for draft in drafts(&env) {
        let folder = env.work().join("../.local/state/svcgen/drafts");
        std::fs::remove_file(folder.join(draft)).unwrap();
    }
    again.keys("\u{3}");
    assert_eq!(again.end(), 130, "{}", again.shown);
    assert!(!again.shown.contains("are kept"), "{}", again.shown);
}

#[test]
fn the_hint_goes_on_with_the_same_model() {
    let env = Env::new();
    env.write("own.yaml", "site: wikimedia\n");
    let options = ["--config", "own.yaml", "--service", "my svc/svcgen.yaml"];
    let mut pty = begun(
        &env,
        &[&["new"][..], &options, &["--site=sandbox"]].concat(),
    );
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    // A long one goes on behind a backslash.
    let words = pty.shown.split_whitespace().filter(|word| *word != "\\");
    let shown = words.collect::<Vec<_>>().join(" ");
    let hint =
        "hint: svcgen new --config own.yaml --service 'my svc/svcgen.yaml' --site sandbox --resume";
    assert!(shown.contains(hint), "{}", pty.shown);
}

#[test]
fn answers_that_cannot_be_kept_are_printed() {
    let env = Env::new();
    let mut pty = begun(&env, &["new"]);
    // The folder of the drafts is not a folder any more.
    let folder = env.home().join(".local/state/svcgen/drafts");
    std::fs::rename(&folder, folder.with_file_name("away")).unwrap();
    std::fs::write(&folder, "").unwrap();
    pty.keys("\r");
    pty.answer("What the service does", "Does it.\r");
    pty.expect("TCP port");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let lines = "name: my-svc\r\ndescription: Does it.\r\n";
    assert!(pty.shown.contains(lines), "{}", pty.shown);
    assert!(
        pty.shown
            .contains("`svcgen new --answers FILE` takes these lines")
    );
    assert!(!pty.shown.contains("--resume"), "{}", pty.shown);
    // A draft from before is named.
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(folder.with_file_name("away"), &folder).unwrap();
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    pty.expect("Name of its Puppet class");
    pty.expect("> ");
    let names = drafts(&env);
    let name = names.iter().find(|name| name.ends_with(".yaml"));
    let draft = folder.join(name.unwrap());
    let text = std::fs::read(&draft).unwrap();
    std::fs::remove_file(&draft).unwrap();
    std::fs::create_dir(&draft).unwrap();
    pty.keys("mine\r");
    pty.expect("What the service does");
    pty.expect("> ");
    std::fs::remove_dir(&draft).unwrap();
    std::fs::write(&draft, text).unwrap();
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    assert!(pty.shown.contains("puppet_name: mine\r\n"), "{}", pty.shown);
    let hint = "`svcgen new --resume` continues with the older ones";
    assert!(pty.shown.contains(hint), "{}", pty.shown);
}

#[test]
fn lines_that_were_typed_from_the_review_are_gone_on_with() {
    let env = Env::with_tea_pot(&[]);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "description");
    pty.answer("What the service does", "Makes more tea.");
    pty.answer("> Makes more tea.\r\n", "For all.");
    pty.expect("> For all.\r\n");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    pty.answer("Tab brings back what you typed", "\t");
    pty.answer("> Makes more tea.\r\n", "");
    pty.expect("> For all.\r\n");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    assert!(model.contains("  Makes more tea.\n  For all.\n"), "{model}");
}
