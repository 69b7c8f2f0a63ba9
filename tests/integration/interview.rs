//! The interview as it is held on a terminal of 80 columns.

mod doubts;
mod editor;
mod following;
mod found;
mod kept;
mod lost;
mod narrow;
mod stopped;

use crate::support::{Env, Pty};

const MODEL: &str = "# Ours.\nversion: 1\nname: my-svc # as in the logs\ndescription: Does it.\nport: 6001\n\
    owner: {name: Ada} # who else\nruntime:\n  # The farm's.\n  node_version: \"20\"\n";

/// Answers the first section, without what is found on the machine.
fn first_section(pty: &mut Pty) {
    pty.answer("Name of the service", "my-svc");
    pty.answer("Name of its Puppet class", "");
    pty.answer(
        "What the service does",
        "Does it: \"{{x}}\" %{y} # yes\rAnd more.\r",
    );
    pty.answer("TCP port", "6001");
    pty.answer("What it is built with", "Node.js, Kafka");
    pty.answer("Name of the owner", "Ada Example");
    pty.answer("email address", "");
}

/// Answers what is needed behind the port, leaves the rest for later, and has the model written.
fn rest_later(pty: &mut Pty) {
    pty.answer("What it is built with", "");
    pty.answer("Name of the owner", "Ada");
    pty.answer("email address", "");
    all_later(
        pty,
        &[
            "Configuration",
            "Repositories",
            "request",
            "Hosts",
            "Access",
        ],
    );
    pty.answer("Enter writes the model", "");
}

fn all_later(pty: &mut Pty, sections: &[&str]) {
    for section in sections {
        pty.expect(section);
        pty.answer("Answer these now", "later");
    }
}

#[test]
fn a_whole_interview_writes_the_model() {
    let env = Env::new();
    let mut pty = Pty::start(&env, &["new"], None);
    pty.expect("1 of 6 sections");
    first_section(&mut pty);
    pty.expect("Configuration");
    pty.answer("Answer these now", "now");
    pty.answer("Where the configuration is rendered", "2");
    pty.answer("none yet", "+");
    pty.answer("parameter: Name", "");
    pty.expect("`<` goes back; at the first question, it leaves this entry");
    pty.answer("parameter: Name", "broker_list");
    for _ in 0..3 {
        pty.answer("parameter:", "");
    }
    pty.answer("parameter: Default", "localhost:9092");
    pty.answer("parameter: Value in production", "kafka1001:9092");
    pty.answer("parameter: Value in the development", "");
    pty.answer("`-1` removes it", "");
    pty.answer("Does it describe", "y");
    pty.answer("Version of Node.js", "");
    all_later(&mut pty, &["Repositories", "The service request"]);
    pty.answer("Answer these now", "1");
    pty.answer("Groups of hosts", "+");
    pty.answer("group: Name", "default");
    // As they are pasted.
    pty.answer(
        "group: Its hosts",
        "app[1001-1003].farm.example\rapp2001.farm.example, app2002.farm.example\r",
    );
    pty.answer("group: How many at a time", "2");
    pty.answer("group: How many may fail", "");
    pty.answer("`-1` removes it", "");
    all_later(&mut pty, &["Access"]);
    pty.expect("The service request (left for later)");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(pty.shown.contains("wrote `svcgen.yaml`"));
    assert!(
        pty.shown
            .contains("left for later: Access (for `svcgen request access`)")
    );
    assert!(
        pty.shown
            .contains("next: svcgen vagrant --repo CHECKOUT --dry-run")
    );
    insta::assert_snapshot!(env.read("svcgen.yaml"), @r#"
    version: 1
    site: wikimedia
    name: my-svc
    puppet_name: mysvc
    description: |
      Does it: "{{x}}" %{y} # yes
      And more.
    port: 6001
    technologies: [Node.js, Kafka]
    owner: {name: Ada Example}
    repositories:
      source: mediawiki/services/my-svc
      deploy: mediawiki/services/my-svc/deploy
      key: my-svc/deploy
      branch: master
    config:
      style: template
      parameters:
        - name: broker_list
          type: String
          default: localhost:9092
          value: {production: "kafka1001:9092"}
    runtime:
      node_version: "20"
      healthcheck: {url: "", spec: true}
    deploy:
      user: deploy-service
      groups:
        - name: default
          hosts: ["app[1001-1003].farm.example", app2001.farm.example, app2002.farm.example]
          size: 2
    "#);
    for line in pty.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(!env.has("../.local/state/svcgen/drafts") || drafts(&env).is_empty());
}

/// The names of the files in the folder of drafts.
fn drafts(env: &Env) -> Vec<String> {
    let folder = env.work().join("../.local/state/svcgen/drafts");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// What a terminal sends for a text that is pasted.
fn pasted(text: &str) -> String {
    format!("\u{1b}[200~{}\u{1b}[201~", text.replace('\n', "\r"))
}

#[test]
fn a_text_that_is_pasted_is_one_answer() {
    let env = Env::new();
    let mut pty = Pty::start(&env, &["new"], None);
    pty.expect("Name of the service");
    pty.expect("> ");
    pty.keys(&pasted("my-svc\n"));
    pty.answer("my-svc", "");
    pty.answer("Name of its Puppet class", "");
    pty.expect("What the service does");
    pty.expect("> ");
    // An empty line is one of the text, a mark is no key, a tab fetches nothing.
    pty.keys(&pasted("\n? Tells\tthe time.\n\n< And\u{7} more\n\tof it."));
    pty.answer("of it.", "");
    pty.answer("", "");
    pty.answer("TCP port", "6001");
    pty.answer("What it is built with", "");
    pty.answer("Name of the owner", "Ada");
    pty.answer("email address", "");
    all_later(&mut pty, &["Configuration", "Repositories", "request"]);
    pty.answer("Answer these now", "now");
    pty.answer("Groups of hosts", "+");
    pty.answer("group: Name", "default");
    pty.expect("group: Its hosts");
    pty.expect("> ");
    pty.keys(&pasted(
        "a1.farm.example\tb1\r\nc[1-2].farm.example,\n\n\td1\nE1\n",
    ));
    pty.expect("E1");
    pty.answer("", "");
    // What was refused comes back to be mended, in the editor or after Tab.
    pty.expect("`E1` is not a host");
    pty.expect("group: Its hosts");
    pty.expect("> ");
    pty.keys("\t");
    pty.expect("c[1-2].farm.example");
    pty.expect("E1");
    pty.keys("\u{7f}\u{7f}e1\r\r");
    pty.answer("group: How many at a time", "all");
    pty.expect("`all` is not a number");
    pty.expect("> ");
    pty.keys("\t");
    pty.expect("all");
    pty.keys("\u{15}1\r");
    pty.answer("group: How many may fail", "");
    pty.answer("`-1` removes it", "");
    all_later(&mut pty, &["Access"]);
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model: serde_json::Value = serde_yaml::from_str(&env.read("svcgen.yaml")).unwrap();
    assert_eq!(model["name"], "my-svc");
    assert_eq!(
        model["description"],
        "? Tells the time.\n\n< And more\n    of it.\n"
    );
    let names = ["a1.farm.example", "b1", "c[1-2].farm.example", "d1", "e1"];
    let hosts = serde_json::json!([{"name": "default", "hosts": names, "size": 1}]);
    assert_eq!(model["deploy"]["groups"], hosts);
}

#[test]
fn wrong_answers_help_and_back() {
    let env = Env::new();
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Name of the service", "My Svc");
    pty.expect("`My Svc` is not a service name");
    pty.expect("lower-case letters, digits and single hyphens");
    pty.expect("> ");
    pty.keys("?");
    pty.expect("such as `trending-edits`");
    pty.answer("Name of the service", "\r");
    pty.answer("this needs an answer", "my-svc");
    pty.expect("[mysvc] (default)");
    pty.expect("> ");
    pty.keys("<");
    pty.expect("[my-svc]");
    pty.expect("> ");
    // Tab fetches the answer; the end of it is changed.
    pty.keys("\t\u{7f}\u{7f}\u{7f}other\r");
    pty.expect("[myother] (default)");
    pty.expect("> ");
    pty.keys("\u{1b}");
    pty.expect("[my-other]");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
}

#[test]
fn an_enter_behind_a_key_that_acts_at_once_answers_nothing() {
    let env = Env::new();
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Name of the service", "?");
    pty.expect("such as `trending-edits`");
    pty.answer("Name of the service", "my-svc");
    // The Enter is typed once the help was read.
    pty.expect("[mysvc] (default)");
    pty.expect("> ");
    pty.keys("?");
    pty.expect("[mysvc] (default)");
    pty.expect("> ");
    pty.keys("\r");
    pty.keys("<\r");
    pty.expect("[my-svc]");
    pty.expect("> ");
    // Only one is swallowed, and none once something else was typed.
    pty.keys("?\r\r");
    pty.expect("[mysvc] (default)");
    pty.expect("> ");
    pty.keys("?");
    pty.expect("[mysvc] (default)");
    pty.expect("> ");
    pty.keys("x\u{7f}\r");
    pty.expect("What the service does");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let asked = pty.shown.matches("needs an answer").count();
    assert_eq!(asked, 0, "{}", pty.shown);
}

#[test]
fn ctrl_c_counts_from_the_moment_a_question_is_there() {
    // A question took it for nobody's between being drawn and waiting for keys: once in thirty runs.
    for _ in 0..40 {
        let env = Env::new();
        let mut pty = Pty::start(&env, &["new"], None);
        pty.expect("\u{1b}[K> ");
        pty.keys("\u{3}");
        assert_eq!(pty.end(), 130, "{}", pty.shown);
    }
}

#[test]
fn an_enter_behind_a_question_mark_does_not_agree() {
    let env = Env::with_model();
    env.repository("vagrant");
    let mut pty = Pty::start(&env, &["vagrant", "--repo", "vagrant"], None);
    pty.expect("vagrant? [Y/n] ");
    pty.keys("?\r");
    pty.keys("n");
    pty.end();
    assert!(pty.shown.contains("vagrant? no"), "{}", pty.shown);
    assert!(!env.has("vagrant/puppet/modules/mysvc"));
}

#[test]
fn a_terminal_that_changes_its_width_does_no_harm() {
    let env = Env::new();
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Name of the service", "my-svc");
    pty.answer("Name of its Puppet class", "");
    pty.expect("What the service does");
    pty.expect("> ");
    let long = "A text that is longer than the terminal is wide, and longer still. ".repeat(2);
    pty.keys(&long);
    pty.expect("still. ");
    pty.resize(40, 24);
    pty.keys("Then this.");
    pty.expect("Then this.");
    pty.resize(120, 24);
    pty.keys("\r\r");
    pty.answer("TCP port", "6001");
    rest_later(&mut pty);
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    assert!(model.contains(&format!("  {long}Then this.\n")), "{model}");
}

#[test]
fn the_editor_writes_texts() {
    let env = Env::new();
    env.write(
        "editor",
        "#!/bin/sh\nprintf 'One: \"%%{x}\" # \\\\ é\\n\\n  Two.\\n' >\"$1\"\n",
    );
    let script = env.work().join("editor");
    env.write("svcgen.yaml", MODEL);
    let mut pty = Pty::start(&env, &["new"], Some(&format!("sh {}", script.display())));
    pty.answer("Enter writes the model", "4");
    pty.expect("`!` opens your editor");
    pty.expect("> ");
    pty.keys("!");
    pty.expect("One: ");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let run = env.svcgen(&["request", "service"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let model = env.read("svcgen.yaml");
    let written = "\ndescription: |\n  One: \"%{x}\" # \\ é\n\n    Two.\n";
    assert!(
        model.contains(written) && model.starts_with("# Ours.\n"),
        "{model}"
    );
}
