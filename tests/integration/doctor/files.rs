//! What svcgen reads itself: a file that is wrong is one finding among others.

use super::{findings, fix};
use crate::support::{Env, Run};

/// Runs doctor without the programs that take their time to tell their version.
pub(super) fn doctor(env: &Env, more: &[&str]) -> Run {
    let bin = env.home().join("bin");
    if !bin.exists() {
        std::fs::create_dir(&bin).unwrap();
        for program in ["git", "sh", "ssh"] {
            std::os::unix::fs::symlink(which::which(program).unwrap(), bin.join(program)).unwrap();
        }
    }
    let mut command = env.command();
    command.args(["doctor", "--offline", "--format", "json"]);
    env.run(command.args(more).env("PATH", bin))
}

/// What does not need the file is examined all the same.
#[track_caller]
fn assert_goes_on(run: &Run) {
    assert_eq!(run.code, 3, "{}", run.show());
    assert_eq!(run.stderr, "");
    let found = findings(run);
    for id in ["git", "tmp", "ssh", "container", "checkout.vagrant"] {
        assert!(!found(id).is_empty(), "{id}");
    }
}

#[test]
fn a_wrong_model_is_one_finding_among_others() {
    let env = Env::with_model();
    assert!(findings(&doctor(&env, &[]))("model").starts_with("fine: it describes "));

    let right = env.read("svcgen.yaml");
    env.write("svcgen.yaml", &right.replacen("port:", "prot:", 1));
    let run = doctor(&env, &[]);
    assert_goes_on(&run);
    let found = findings(&run)("model");
    assert!(
        found.starts_with("missing: `HOME/work/svcgen.yaml` has 2 mistakes: line 1, ")
            && found.contains("did you mean `port`?"),
        "{found}"
    );
    // It says still which site is meant.
    assert_eq!(findings(&run)("site"), "fine: example");
    assert_eq!(findings(&run)("gerrit"), "unknown: not asked");
    assert!(
        findings(&run)("checkout.source").ends_with("the model, which would say, cannot be read")
    );
    // What puts it right shows where it is.
    assert!(fix(&run, "model").contains("`svcgen check`"));
    let shown = env.svcgen(&["check"]);
    assert_eq!(shown.code, 2);
    assert!(shown.stderr.contains("prot:"), "{}", shown.show());
    // Commands that need none are ready.
    let run = doctor(&env, &["completions"]);
    assert!(!run.stdout.contains("\"model\""), "{}", run.stdout);

    env.write("svcgen.yaml", "name: [tea\n");
    let run = doctor(&env, &[]);
    assert_goes_on(&run);
    let found = findings(&run)("model");
    assert!(
        found.starts_with("missing: `HOME/work/svcgen.yaml` has a mistake: line "),
        "{found}"
    );
    // Nobody guesses whose servers would be asked.
    assert!(run.stdout.contains("\"site\": null"), "{}", run.stdout);
    assert!(!run.stdout.contains("gerrit"), "{}", run.stdout);
}

#[test]
fn a_model_that_is_not_there_is_a_finding() {
    let env = Env::new();
    let run = doctor(&env, &["--service", "nowhere.yaml", "--site", "example"]);
    assert_goes_on(&run);
    let found = findings(&run)("model");
    assert!(
        found.starts_with("missing: `nowhere.yaml` cannot be read: no such file"),
        "{found}"
    );
    let run = doctor(&env, &["--site", "example"]);
    let found = findings(&run)("model");
    assert_eq!(
        found,
        "doubtful: there is no `svcgen.yaml` here or above: only what needs none was checked"
    );
    let hosts = findings(&run)("hosts");
    assert!(
        hosts.starts_with("unknown: not checked, as no model or deploy repository here")
            && hosts.contains(": what deploy, rollback, service, "),
        "{hosts}"
    );
    assert_eq!(fix(&run, "model"), "svcgen new");
}

#[test]
fn a_wrong_configuration_or_site_is_a_finding() {
    let env = Env::with_model();
    let site = env.home().join("config/svcgen/sites/example.yaml");
    let right = std::fs::read_to_string(&site).unwrap();
    std::fs::write(&site, format!("{right}gerit: {{}}\n")).unwrap();
    let run = doctor(&env, &[]);
    assert_goes_on(&run);
    let found = findings(&run)("site");
    assert!(found.contains("did you mean `gerrit`?"), "{found}");
    assert_eq!(findings(&run)("model"), "unknown: its site cannot be read");
    std::fs::write(&site, right).unwrap();

    let configuration = env.home().join("config/svcgen/config.yaml");
    std::fs::write(configuration, "chekouts: {}\n").unwrap();
    let run = doctor(&env, &[]);
    assert_goes_on(&run);
    let found = findings(&run)("configuration");
    assert!(
        found.contains("unknown key `chekouts`: did you mean `checkouts`?"),
        "{found}"
    );
    let way = "`svcgen schema config` describes what it may hold";
    assert_eq!(fix(&run, "configuration"), way);
    // The user's own sites are where they were.
    assert_eq!(findings(&run)("site"), "fine: example");
}

#[test]
fn a_site_that_is_misspelt_on_the_command_line_ends_it() {
    let run = doctor(&Env::new(), &["--site", "exmaple"]);
    assert_eq!(run.code, 2);
    assert_eq!(
        run.stderr,
        "error: there is no site `exmaple`\nhint: did you mean `example`?\n"
    );
}
