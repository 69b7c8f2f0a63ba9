//! The plain manner: whatever runs on a terminal, only lines come of it, in words.

use crate::support::kitchen::Kitchen;
use crate::support::{Env, LocalFarm, Pty, has_tool};

/// Runs to the end on a terminal, and returns what was shown: nothing but text and line ends.
fn shown(mut pty: Pty, code: i32) -> String {
    assert_eq!(pty.end(), code, "{}", pty.shown);
    let shown = pty.shown.replace("\r\n", "\n");
    let steers = |c: char| c.is_control() && c != '\n';
    assert!(!shown.contains(steers), "{shown:?}");
    assert!(shown.is_ascii(), "{shown}");
    shown
}

/// On a terminal with colours.
const COLORFUL: [(&str, &str); 2] = [("NO_COLOR", ""), ("COLORTERM", "truecolor")];

#[test]
fn a_deploy_and_its_question_are_lines() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let repository = farm.env().work().join("deploy");
    let deploy = [
        "deploy",
        "--plain",
        "--deploy-repo",
        repository.to_str().unwrap(),
    ];
    let mut pty = Pty::start_with(farm.env(), &deploy, &COLORFUL);
    pty.expect("canary is healthy; go on with the other hosts? [Y/n] ");
    pty.keys("y");
    let shown = shown(pty, 0);
    assert!(shown.contains("other hosts? [Y/n] yes\n"), "{shown}");
    assert!(shown.contains("l01: promote passed\n"), "{shown}");
}

#[test]
fn help_and_mistakes_have_no_colour_where_none_is_wanted() {
    let env = Env::new();
    let plain = [("SVCGEN_PLAIN", "1"), COLORFUL[0], COLORFUL[1]];
    for (words, variables, code) in [
        (&["vagrnt"][..], &plain[..], 2),
        (&["--help"], &plain, 0),
        (&["--color", "never", "vagrnt"], &COLORFUL, 2),
        (&["--help", "--color=never"], &COLORFUL, 0),
    ] {
        let pty = Pty::start_with(&env, words, variables);
        assert!(shown(pty, code).contains("svcgen"), "{words:?}");
    }
}

#[test]
fn ctrl_c_answers_a_question_too() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    let repository = farm.env().work().join("deploy");
    let deploy = [
        "deploy",
        "--plain",
        "--deploy-repo",
        repository.to_str().unwrap(),
    ];
    let mut pty = Pty::start_with(farm.env(), &deploy, &COLORFUL);
    pty.expect("other hosts? [Y/n] ");
    pty.keys("\u{3}");
    pty.expect("roll back the host that was touched? [Y/n] ");
    pty.keys("y");
    assert_eq!(pty.end(), 20, "{}", pty.shown);
    assert_eq!(farm.answers(), [None, None], "nothing is live, as before");
}

#[test]
fn the_interview_is_lines() {
    let env = Env::new();
    let mut pty = Pty::start_with(&env, &["new", "--plain", "--site", "example"], &COLORFUL);
    pty.expect("Section 1 of 6: ");
    pty.answer("Name of the service", "Not One");
    pty.answer("is not", "?");
    pty.answer("Name of the service", "tea-pot");
    pty.answer("2 of ", "<");
    pty.expect("Name of the service");
    pty.expect("> ");
    pty.keys("\u{3}");
    let shown = shown(pty, 130);
    assert!(!shown.contains("Esc "), "{shown}");
}

#[test]
fn a_change_and_a_mistake_are_lines() {
    let env = Env::with_model();
    env.repository("vagrant");
    let vagrant = ["vagrant", "--repo", "vagrant"];
    let mut pty = Pty::start_with(&env, &vagrant, &[("TERM", "dumb"), ("NO_COLOR", "")]);
    pty.expect("vagrant? [Y/n] ");
    pty.keys("\r");
    let written = shown(pty, 0);
    assert!(written.contains("[Y/n] yes\n"), "{written}");
    assert!(written.contains("verifying...\n"), "{written}");
    env.write("svcgen.yaml", "version: 1\nname: tea\nport: much\n");
    shown(Pty::start_with(&env, &["status", "--plain"], &COLORFUL), 2);
}

#[test]
fn what_only_looks_prints_lines() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    assert_eq!(farm.svcgen(&["deploy", "--yes"]).code, 0);
    let repository = farm.env().work().join("deploy");
    let repository = repository.to_str().unwrap();
    for (command, code) in [
        (&["log"][..], 0),
        (&["history"], 0),
        (&["lock"], 0),
        (&["service", "status"], 0),
        (&["tail"], 0),
        (&["deploy", "--dry-run"], 0),
        (&["service", "restart", "--yes"], 0),
        (&["rollback", "--yes"], 2),
    ] {
        let arguments = [command, &["--plain", "--deploy-repo", repository]].concat();
        shown(Pty::start_with(farm.env(), &arguments, &COLORFUL), code);
    }
    for command in [&["--plain", "--help"][..], &["--plain", "deploy", "--help"]] {
        shown(Pty::start_with(farm.env(), command, &COLORFUL), 0);
    }
}

#[test]
fn the_configuration_and_the_environment_wish_for_it_too() {
    let env = Env::new();
    let new = ["new", "--site", "example"];
    let begun = |variables: &[(&str, &str)]| {
        let mut pty = Pty::start_with(&env, &new, &[&COLORFUL[..], variables].concat());
        pty.expect("> ");
        pty.keys("\u{3}");
        assert_eq!(pty.end(), 130, "{}", pty.shown);
        pty.shown
    };
    assert!(begun(&[]).contains('\u{1b}'));
    assert!(!begun(&[("SVCGEN_PLAIN", "1")]).contains('\u{1b}'));
    env.write("../config/svcgen/config.yaml", "plain: true\n");
    assert!(!begun(&[]).contains('\u{1b}'));
}

#[test]
fn a_build_says_in_lines_how_far_it_is() {
    if !has_tool("npm") {
        return;
    }
    let kitchen = Kitchen::new(&[("app.js", "require('cup');\n")]);
    let package = "{\"name\": \"cup\", \"version\": \"1.2.0\"}";
    let cup = kitchen.package("cup", &[("package.json", package), ("index.js", "")]);
    kitchen.write(
        "package.json",
        &format!("{{\"name\": \"tea\", \"version\": \"0.1.0\", \"dependencies\": {{\"cup\": \"{cup}\"}}}}\n"),
    );
    kitchen.commit("Begin");
    let build = ["build", "--no-container", "--plain", "--yes"];
    let checkouts = [
        "--source-repo",
        kitchen.source.as_str(),
        "--deploy-repo",
        kitchen.deploy.as_str(),
    ];
    let variables = [
        ("npm_config_registry", "http://127.0.0.1:9/"),
        ("npm_config_fetch_retries", "0"),
    ];
    let pty = Pty::start_with(
        &kitchen.env,
        &[&build[..], &checkouts].concat(),
        &[&COLORFUL[..], &variables].concat(),
    );
    let shown = shown(pty, 0);
    for line in [
        "\nfetching...\n",
        "\nbuild: installing...\n",
        "\nbuild: storing the modules...\n",
    ] {
        assert!(format!("\n{shown}").contains(line), "{line}: {shown}");
    }
}

#[test]
fn mistakes_are_told_in_words_with_their_lines() {
    let env = Env::new();
    env.write(
        "svcgen.yaml",
        "version: 1\nname: tea\nsite: example\nprt: 6700\nowner: {name: Ada, shel: ada}\n",
    );
    let run = env.svcgen(&["vagrant", "--plain"]);
    insta::assert_snapshot!(run.stderr, @"
    error: `HOME/work/svcgen.yaml` has 4 mistakes
    line 1, column 1: `description` is required
    line 1, column 1: `port` is required
    line 4, column 1: unknown key `prt`: did you mean `port`?
    line 5, column 20: unknown key `shel`: did you mean `shell`?
    ");
    let answers = ["--set", "prt=6700", "--set", "owner.shel=ada"];
    let run = env.svcgen(&[&["new", "--plain", "--force"], &answers[..]].concat());
    insta::assert_snapshot!(run.stderr, @"
    error: `--set prt` has a mistake
    unknown key `prt`: did you mean `port`?
    `--set owner.shel` has a mistake
    unknown key `shel`: did you mean `shell`?
    there is no value for `name`, `description`, `port`, `owner.name`
    hint: add --set name=VALUE --set description=VALUE --set port=VALUE --set owner.name=VALUE, or lines `path: value` to the file of `--answers`
    hint: add `--defaults` to take what package.json and git's configuration say
    ");
}
