//! What an organisation brings along: a folder of sites, questions and templates, and the user's own before them.

use insta::assert_snapshot;

use crate::support::{Env, Pty, fixtures};

/// A user of the imaginary organisation's folder.
fn env() -> Env {
    let env = Env::new();
    let folder = fixtures().join("organisation");
    let text = format!("site: laboratory\norganisation: {}\n", folder.display());
    env.write("../config/svcgen/config.yaml", &text);
    env
}

const MODEL: &str = "version: 1\nname: tea-time\ndescription: Says when it is time for tea.\nport: 6002\n\
    owner: {name: Ada Example, shell: ada}\ndeploy: {groups: [{name: default, hosts: [t1.lab.example]}]}\n";

#[test]
fn a_folder_of_the_organisations_asks_and_writes_in_its_own_words() {
    let env = env();
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Name of the service", "tea-time");
    pty.answer("Name of its Puppet class", "");
    pty.answer("What the service does", "Says when it is time for tea.\r");
    pty.answer("TCP port", "6002");
    // `technologies` is not asked, the chat is.
    pty.answer("Name of the owner", "Ada Example");
    pty.answer("email address", "");
    pty.answer("The owner in the chat of the farm", "ada");
    pty.expect("Configuration");
    pty.answer("Answer these now", "later");
    pty.expect("The farm");
    pty.answer("Answer these now", "now");
    pty.answer("Cost center that pays", "many");
    pty.answer("`many` is not a number", "4711");
    pty.expect("Team that is called at night");
    pty.expect("> ");
    pty.keys("?");
    pty.expect("Needed for `svcgen request access`");
    pty.answer("[teatime-team]", "\r");
    pty.answer("Megabytes of heap", "");
    for section in ["Repositories", "request"] {
        pty.expect(section);
        pty.answer("Answer these now", "later");
    }
    pty.answer("Answer these now", "now");
    pty.answer("Groups of hosts", "+");
    pty.answer("group: Name", "default");
    pty.answer("group: Its hosts", "t1.lab.example\r");
    pty.answer("group: How many at a time", "");
    pty.answer("group: How many may fail", "");
    pty.answer("`-1` removes it", "");
    pty.answer("Answer these now", "later");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert_snapshot!(env.read("svcgen.yaml"), @r#"
    version: 1
    site: laboratory
    name: tea-time
    puppet_name: teatime
    description: |
      Says when it is time for tea.
    port: 6002
    owner: {name: Ada Example, irc: ada}
    repositories:
      source: lab/tea-time
      deploy: lab/tea-time/deploy
      key: tea-time/deploy
      branch: master
    runtime:
      node_version: "20"
      extra: {heap_limit: 512}
      healthcheck: {url: /_info, spec: false}
    deploy:
      user: tinkerer
      groups:
        - {name: default, hosts: [t1.lab.example]}
    annotations:
      cost_center: 4711
      on_call: teatime-team
    "#);
    assert_snapshot!(env.svcgen(&["request", "access"]).stdout, @"
    Title: Access Request for Ada Example for tea-time

    Dear farm,

    Ada Example (no account yet) would like to look after `tea-time`. At night, call teatime-team.
    ");
    let request = env.svcgen(&["request", "service"]).stdout;
    assert!(
        request.contains(
            "* **Cost center that pays for it**: 4711\n* **Team that is called at night**: teatime-team\n"
        ),
        "{request}"
    );
}

#[test]
fn the_users_own_files_win_over_the_organisations() {
    let env = env();
    env.write("svcgen.yaml", MODEL);
    env.write(
        "../config/svcgen/templates/tickets/access-request.tera",
        "{{ service }} in {{ log_directory }}\n",
    );
    env.write(
        "../config/svcgen/sites/laboratory.yaml",
        "version: 1\nname: laboratory\nlogs: {directory: /var/own}\n",
    );
    assert_snapshot!(env.svcgen(&["request", "access"]).show(), @"
    exit 0
    --- stdout
    Title: Access Request for Ada Example for tea-time

    tea-time in /var/own/tea-time
    --- stderr
    next: file it, and write its number to `tickets.access_request` in the model
    ");
    // A site that comes with svcgen can be replaced, too.
    env.write(
        "../config/svcgen/sites/wikimedia.yaml",
        "version: 1\nname: wikimedia\nlogs: {directory: /var/shadow}\n",
    );
    let run = env.svcgen(&["request", "access", "--site", "wikimedia"]);
    assert!(
        run.stdout.contains("tea-time in /var/shadow/tea-time\n"),
        "{}",
        run.show()
    );
    // Without XDG_CONFIG_HOME it is the folder in the home.
    let config = env.home().join("config/svcgen");
    std::fs::create_dir_all(env.home().join(".config")).unwrap();
    std::fs::rename(config, env.home().join(".config/svcgen")).unwrap();
    let mut command = env.command();
    command
        .args(["request", "access"])
        .env_remove("XDG_CONFIG_HOME");
    let run = env.run(&mut command);
    assert!(
        run.stdout.contains("tea-time in /var/own/tea-time\n"),
        "{}",
        run.show()
    );
}

#[test]
fn mistakes_in_own_files_are_told_with_file_and_line() {
    let env = env();
    env.write("svcgen.yaml", MODEL);
    let template = "../config/svcgen/templates/tickets/access-request.tera";
    env.write(template, "Dear farm,\n{{ servce }}\n");
    assert_snapshot!(env.svcgen(&["request", "access"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: the template `HOME/config/svcgen/templates/tickets/access-request.tera` has a mistake
    cause: Variable `servce` is not defined. Available variables: annotation_texts, annotations, groups, log_directory, people, service, service_request
            --> HOME/config/svcgen/templates/tickets/access-request.tera:2:4
             |
           2 | {{ servce }}
             |    ^^^^^^
    hint: correct the template, or remove it: svcgen has one of its own
    ");
    env.write(template, "Dear farm,\n{% if service %}\n");
    assert_snapshot!(env.svcgen(&["request", "access"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: the template `HOME/config/svcgen/templates/tickets/access-request.tera` has a mistake
    cause: Unexpected end of input
            --> HOME/config/svcgen/templates/tickets/access-request.tera:3:1
             |
           3 | 
             | ^
    hint: correct the template, or remove it: svcgen has one of its own
    ");
    env.write(template, "{{ annotations.team }}\n");
    assert_snapshot!(env.svcgen(&["request", "access"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: the template `HOME/config/svcgen/templates/tickets/access-request.tera` has a mistake
    cause: Field `team` is not defined.
            --> HOME/config/svcgen/templates/tickets/access-request.tera:1:16
             |
           1 | {{ annotations.team }}
             |                ^^^^
    hint: correct the template, or remove it: svcgen has one of its own
    ");

    let questions = "../config/svcgen/questions/farm.yaml";
    env.write(
        questions,
        "questions:\n  - id: annotations.cost_center\n    type: yes_no\n  - id: budget\n    text: Budget\n  \
         - {id: annotations.team, txt: Team}\n",
    );
    let defaults = ["new", "--defaults", "--yes", "--force", "--set", "name=x"];
    assert_snapshot!(env.svcgen(&defaults).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: `HOME/config/svcgen/questions/farm.yaml` has 3 mistakes
      × `budget` is not a path of the model
       ╭─[HOME/config/svcgen/questions/farm.yaml:4:9]
     3 │     type: yes_no
     4 │   - id: budget
       ·         ──────
     5 │     text: Budget
       ╰────
      help: what the model has no place for goes to `annotations.NAME`

      × `text` is required
       ╭─[HOME/config/svcgen/questions/farm.yaml:6:5]
     5 │     text: Budget
     6 │   - {id: annotations.team, txt: Team}
       ·     ▲
       ╰────

      × unknown key `txt`
       ╭─[HOME/config/svcgen/questions/farm.yaml:6:28]
     5 │     text: Budget
     6 │   - {id: annotations.team, txt: Team}
       ·                            ───
       ╰────
      help: did you mean `text`?
    ");
    env.write(questions, "questions:\n  - id: [\n");
    assert_snapshot!(env.svcgen(&defaults).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: `HOME/config/svcgen/questions/farm.yaml` has a mistake
      × the bracket `[` is not closed
       ╭─[HOME/config/svcgen/questions/farm.yaml:2:9]
     1 │ questions:
     2 │   - id: [
       ·         ▲
       ╰────
    ");
}

#[test]
fn files_that_nobody_reads_are_told() {
    let env = env();
    env.write("svcgen.yaml", MODEL);
    for path in [
        "templates/tickets/acess-request.tera",
        "templates/tickets/access-request",
        "questions/farm.yml",
        "templates/README.md",
    ] {
        env.write(&format!("../config/svcgen/{path}"), "");
    }
    assert_snapshot!(env.svcgen(&["request", "repositories"]).stderr, @"
    warning: `HOME/config/svcgen/templates/tickets/access-request` is ignored: svcgen reads no such file; did you mean `HOME/config/svcgen/templates/tickets/access-request.tera`?
    warning: `HOME/config/svcgen/templates/tickets/acess-request.tera` is ignored: svcgen reads no such file; did you mean `HOME/config/svcgen/templates/tickets/access-request.tera`?
    warning: `HOME/config/svcgen/questions/farm.yml` is ignored: svcgen reads no such file; did you mean `HOME/config/svcgen/questions/farm.yaml`?
    next: file it
    ");
    env.write(
        "../config/svcgen/config.yaml",
        "site: example\norganisation: ~/none\n",
    );
    assert_snapshot!(env.svcgen(&["request", "repositories"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: `HOME/config/svcgen/config.yaml` has a mistake
      × `HOME/none` is not a folder
       ╭─[HOME/config/svcgen/config.yaml:2:15]
     1 │ site: example
     2 │ organisation: ~/none
       ·               ──────
       ╰────
      help: the folder with the `sites`, `questions` and `templates` of the
            organisation
    ");
}

#[test]
fn an_answer_that_the_question_does_not_take_is_refused_without_an_interview_too() {
    let env = env();
    let new = ["new", "--defaults", "--set", "name=tea-time"];
    for (set, told) in [
        (
            "annotations.cost_center=abc",
            "error: `annotations.cost_center`: `abc` is not a number\n",
        ),
        (
            "runtime.extra.heap_limit=big",
            "error: `runtime.extra.heap_limit`: `big` is not a number\n",
        ),
    ] {
        let run = env.svcgen(&[&new[..], &["--set", set]].concat());
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.contains(told), "{}", run.show());
    }
    env.write("../config/svcgen/questions/own.yaml", "version: 1\n- x\n");
    let run = env.svcgen(&new);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(run.stderr.contains("own.yaml"), "{}", run.show());
}

#[test]
fn a_template_that_is_a_link_to_nowhere_is_no_template_that_is_not_there() {
    let env = env();
    env.write("svcgen.yaml", MODEL);
    let folder = env.home().join("config/svcgen/templates/tickets");
    std::fs::create_dir_all(&folder).unwrap();
    let link = folder.join("access-request.tera");
    std::os::unix::fs::symlink("/nowhere/at-all", &link).unwrap();
    let run = env.svcgen(&["request", "access"]);
    assert_eq!(run.code, 2, "{}", run.show());
    let place = "config/svcgen/templates/tickets/access-request.tera` cannot be read\n";
    assert!(run.stderr.contains(place), "{}", run.show());
}
