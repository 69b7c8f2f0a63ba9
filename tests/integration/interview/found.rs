//! Defaults of what is found, and questions of an organisation.

use super::{all_later, first_section, rest_later};
use crate::support::{Env, Pty, sample_tree};

#[test]
fn defaults_leave_only_what_is_missing() {
    let env = Env::new();
    env.write(
        "package.json",
        r#"{"name": "found", "description": "Found."}"#,
    );
    let mut pty = Pty::start(&env, &["new", "--defaults"], None);
    pty.answer("1 of 2  TCP port", "6001");
    pty.answer("2 of 2  Name of the owner", "Ada");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(env.read("svcgen.yaml").contains("name: found\n"));
}

#[test]
fn what_the_checkouts_have_is_told_at_once() {
    let env = Env::new();
    let (vagrant, puppet) = (sample_tree("vagrant"), sample_tree("puppet"));
    env.write(
        "../config/svcgen/config.yaml",
        &format!(
            "site: example\ncheckouts: {{vagrant: {}, puppet: {}}}\n",
            vagrant.display(),
            puppet.display()
        ),
    );
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Name of the service", "pagefeed");
    pty.expect("`pagefeed` already exists");
    pty.answer("give the same answer again", "my-svc");
    pty.answer("Name of its Puppet class", "");
    pty.answer("What the service does", "Does it.\r");
    pty.expect("[6100] (free in the checkouts)");
    pty.answer("", "");
    rest_later(&mut pty);
    pty.expect("look at the patches now");
    pty.keys("y");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(
        pty.shown
            .contains("+++ b/puppet/modules/mysvc/manifests/init.pp"),
        "{}",
        pty.shown
    );
    // What the look at the patches says comes next is not said again.
    let last: Vec<&str> = pty
        .shown
        .lines()
        .filter(|it| it.starts_with("next: "))
        .collect();
    assert_eq!(last, ["next: svcgen generate"]);
}

#[test]
fn an_organisation_asks_its_own_questions() {
    let env = Env::new();
    env.write(
        "../config/svcgen/questions/farm.yaml",
        "version: 1\ntitle: The farm\norder: 2\nquestions:\n\
         - {id: config.environment.TEAM, text: Which team, default: \"team-{name}\", help: Ask Grace.}\n\
         - {id: runtime.extra.heap_limit, text: Megabytes of heap, type: number}\n",
    );
    let mut pty = Pty::start(&env, &["new"], None);
    first_section(&mut pty);
    all_later(&mut pty, &["Configuration"]);
    pty.expect("The farm");
    pty.expect("Which team");
    pty.answer("[team-my-svc]", "");
    pty.answer("Megabytes of heap", "512");
    all_later(&mut pty, &["Repositories", "request", "Hosts", "Access"]);
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    assert!(
        model.contains("environment: {TEAM: team-my-svc}"),
        "{model}"
    );
    assert!(model.contains("extra: {heap_limit: 512}"), "{model}");
    env.write(
        "../config/svcgen/questions/farm.yaml",
        "version: 1\ntitle: F\nquestions: [{id: prot, text: P}]\n",
    );
    let mut pty = Pty::start(&env, &["new"], None);
    assert_eq!(pty.end(), 2, "{}", pty.shown);
    assert!(
        pty.shown.contains("`prot` is not a path of the model"),
        "{}",
        pty.shown
    );
}
