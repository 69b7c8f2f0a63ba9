//! Completions and the manual, which are made of the definitions of the command line.

use std::process::Command;

use crate::support::{Env, Pty, has_tool};

/// What bash proposes for the last of these words.
fn proposed(script: &str, words: &[&str]) -> Vec<String> {
    let list = words
        .iter()
        .map(|word| format!("'{word}'"))
        .collect::<Vec<_>>();
    let (at, last) = (words.len() - 1, words[words.len() - 1]);
    let before = words[words.len() - 2];
    let program = format!(
        "{script}\nCOMP_WORDS=({}); COMP_CWORD={at}; _svcgen svcgen '{last}' '{before}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        list.join(" ")
    );
    let output = Command::new("bash")
        .args(["--norc", "-c", &program])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn bash_completes_commands_options_and_values() {
    let script = Env::new().svcgen(&["completions", "bash"]).stdout;
    assert_eq!(
        proposed(&script, &["svcgen", "sche"]),
        ["schedule", "schema"]
    );
    assert_eq!(
        proposed(&script, &["svcgen", "deploy", "--on"]),
        ["--on-failure"]
    );
    assert_eq!(
        proposed(&script, &["svcgen", "deploy", "--on-failure", ""]),
        ["ask", "rollback", "stop"]
    );
    assert_eq!(proposed(&script, &["svcgen", "request", "s"]), ["service"]);
    assert_eq!(
        proposed(&script, &["svcgen", "tail", "--level", "w"]),
        ["warn"]
    );
    let modes = ["long", "short", "simple", "json", "bunyan", "inspect"];
    assert_eq!(proposed(&script, &["svcgen", "tail", "-o", ""]), modes);
    assert_eq!(
        proposed(&script, &["svcgen", "tail", "--output", ""]),
        modes
    );
    assert_eq!(proposed(&script, &["svcgen", "doctor", "dep"]), ["deploy"]);
    assert_eq!(
        proposed(&script, &["svcgen", "puppet", "--steps", "a"]),
        ["admins"]
    );
    assert_eq!(
        proposed(&script, &["svcgen", "puppet", "--without", "service,a"]),
        ["service,admins"]
    );
}

#[test]
fn bash_proposes_files_where_one_is_wanted_and_hosts_and_revisions_where_they_are_known() {
    let env = Env::new();
    let script = env.svcgen(&["completions", "bash"]).stdout;
    let config = "[global]\ngit_repo: tea\ndsh_targets: targets\ncanary_dsh_targets = canary\n";
    env.write("scap/scap.cfg", config);
    env.write(
        "scap/targets",
        "# all\nb1.example.org\nb2.example.org # new\n",
    );
    env.write("scap/canary", "a1.example.org\n");
    let work = env.work();
    env.git_in(&work, &["init", "-q", "-b", "main"]);
    env.git_in(&work, &["add", "-A"]);
    env.git_in(&work, &["commit", "-q", "-m", "x"]);
    env.git_in(&work, &["tag", "v1"]);
    let here = |words: &[&str]| {
        let script = format!("cd '{}/scap' || exit\n{script}", work.display());
        let mut found = proposed(&script, words);
        found.sort();
        found
    };
    let hosts = ["a1.example.org", "b1.example.org", "b2.example.org"];
    for options in [
        &["svcgen", "deploy", "-l"][..],
        &["svcgen", "deploy", "--limit"],
        &["svcgen", "service", "-l"],
        &["svcgen", "tail", "--limit"],
        &["svcgen", "log", "--host"],
    ] {
        assert_eq!(here(&[options, &[""]].concat()), hosts, "{options:?}");
    }
    let second = ["svcgen", "deploy", "-l", "a1.example.org,b2"];
    assert_eq!(here(&second), ["a1.example.org,b2.example.org"]);
    for options in [
        ["svcgen", "deploy", "--rev"],
        ["svcgen", "deploy", "-r"],
        ["svcgen", "rollback", "--to"],
    ] {
        assert_eq!(here(&[&options[..], &[""]].concat()), ["main", "v1"]);
    }
    // Of what is nothing of that, nothing is proposed; of what is a file, those that are there.
    assert_eq!(here(&["svcgen", "deploy", "--environment", ""]), [""]);
    let files = ["canary", "scap.cfg", "targets"];
    assert_eq!(here(&["svcgen", "deploy", "--report", ""]), files);
    // Elsewhere nothing is known.
    let nowhere = format!("cd / || exit\n{script}");
    assert_eq!(proposed(&nowhere, &["svcgen", "deploy", "-l", ""]), [""]);
}

#[test]
fn fish_completes_commands_options_and_values() {
    if !has_tool("fish") {
        return;
    }
    let env = Env::new();
    let script = env.svcgen(&["completions", "fish"]).stdout;
    let proposed = |line: &str| {
        let mut command = Command::new("fish");
        env.enclose(&mut command);
        command.args(["--no-config", "-c"]);
        command.arg(format!("{script}\ncomplete -C '{line}'"));
        let run = env.run(&mut command);
        assert_eq!(run.code, 0, "{}", run.show());
        let first = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
        run.stdout.lines().map(first).collect::<Vec<_>>()
    };
    assert_eq!(proposed("svcgen sche"), ["schedule", "schema"]);
    assert_eq!(proposed("svcgen deploy --on-f"), ["--on-failure"]);
    assert_eq!(
        proposed("svcgen deploy --on-failure "),
        ["ask", "rollback", "stop"]
    );
    assert_eq!(proposed("svcgen request s"), ["service"]);
    assert_eq!(proposed("svcgen completions f"), ["fish"]);
    assert_eq!(proposed("svcgen --format "), ["json", "text"]);
    assert_eq!(proposed("svcgen tail --level w"), ["warn"]);
    let modes = ["bunyan", "inspect", "json", "long", "short", "simple"];
    assert_eq!(proposed("svcgen tail -o "), modes);
    assert_eq!(proposed("svcgen tail --output "), modes);
    assert_eq!(proposed("svcgen doctor dep"), ["deploy"]);
    assert_eq!(proposed("svcgen puppet --steps a"), ["admins"]);
    let both = ["service,admins"];
    assert_eq!(proposed("svcgen puppet --without service,a"), both);
}

#[test]
fn zsh_completes_commands_options_and_values() {
    if !has_tool("zsh") {
        return;
    }
    let env = Env::new();
    env.write("_svcgen", &env.svcgen(&["completions", "zsh"]).stdout);
    let mut pty = Pty::start_program(&env, "zsh", &["-f", "-i"], &[], (80, 24));
    pty.keys("PS1='READ''Y '; autoload -Uz compinit; compinit -u -D; source ./_svcgen\r");
    for (typed, completed) in [
        ("svcgen schedu", "le"),
        ("svcgen deploy --on-f", "ailure"),
        ("svcgen deploy --on-failure rol", "lback"),
        ("svcgen request serv", "ice"),
        ("svcgen tail --level wa", "rn"),
        ("svcgen tail -o insp", "ect"),
        ("svcgen doctor depl", "oy"),
        ("svcgen puppet --steps admi", "ns"),
        ("svcgen puppet --without service,admi", "ns"),
    ] {
        pty.expect("READY ");
        pty.keys(typed);
        pty.expect(typed);
        pty.keys("\t");
        pty.expect(completed);
        // Ctrl-C would end what is left of the completing, and not the line.
        pty.keys("\u{15}\r");
    }
    pty.expect("READY ");
    pty.keys("exit 0\r");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
}

#[test]
fn every_shell_has_its_script() {
    let env = Env::new();
    for (shell, sign) in [
        ("bash", "complete -F _svcgen"),
        ("zsh", "#compdef svcgen"),
        ("fish", "complete -c svcgen"),
    ] {
        let run = env.svcgen(&["completions", shell]);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains(sign), "{shell}");
        assert!(!run.stdout.contains("demo-part"), "{shell}");
    }
    let run = env.svcgen(&["completions", "tcsh"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("possible values: bash"),
        "{}",
        run.stderr
    );
}

#[test]
fn every_command_has_a_page_that_can_be_read() {
    let env = Env::new();
    let run = env.svcgen(&["man", "pages/man1"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let help = env.svcgen(&["--help"]).stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .collect();
    assert!(commands.contains(&"deploy"), "{help}");
    let commands = commands
        .into_iter()
        .filter(|command| !command.is_empty() && *command != "help");
    let pages: Vec<String> = commands
        .map(|command| format!("pages/man1/svcgen-{command}.1"))
        .collect();
    for page in &pages {
        assert!(
            env.read(page).contains(".SH \"GLOBAL OPTIONS\"")
                || env.read(page).contains(".SH OPTIONS"),
            "{page}"
        );
    }
    assert!(
        run.stderr
            .contains(&format!("{} pages in `pages/man1`", pages.len() + 1)),
        "{}",
        run.stderr
    );
    let page = env.read("pages/man1/svcgen-deploy.1");
    let synopsis = ".SH SYNOPSIS\n.nf\nsvcgen deploy [OPTIONS] [MESSAGE]...\n.fi\n";
    assert!(page.contains(synopsis), "{page}");
    assert!(
        page.contains(".SH EXAMPLES\n.nf\n  svcgen deploy \\-\\-dry\\-run "),
        "{page}"
    );
    let variable = "\nThe site to use instead of the model\\*(Aqs [env: SVCGEN_SITE]\n";
    assert!(page.contains(variable), "{page}");
    let lines = page.replace('\n', " ");
    assert!(lines.contains(" recordings [env: SVCGEN_PLAIN] "), "{page}");
    let title = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
    let date = title.split(' ').nth(3).unwrap();
    let is_date = date.len() == 10 && date.starts_with("20") && date.matches('-').count() == 2;
    assert!(is_date, "{title}");
    assert!(!env.read("pages/man1/svcgen.1").contains("svcgen\\-help(1)"));
    // A second run replaces them.
    assert_eq!(env.svcgen(&["man", "pages/man1"]).code, 0);
    if !has_tool("mandoc") {
        return;
    }
    let mut lint = Command::new("mandoc");
    lint.args(["-T", "lint"])
        .args(&pages)
        .current_dir(env.work());
    let said = String::from_utf8(lint.output().unwrap().stdout).unwrap();
    assert_eq!(said, "");
}

#[test]
fn a_folder_that_is_a_file_is_told() {
    let env = Env::new();
    env.write("pages", "");
    let run = env.svcgen(&["man", "pages"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .starts_with("error: `pages` is a file, not a folder\n"),
        "{}",
        run.stderr
    );
}
