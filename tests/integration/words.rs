//! What is wrong is told in svcgen's own words, not in those of the libraries that notice it.

use insta::assert_snapshot;

use crate::support::Env;

/// Words of libraries, which tell a user nothing.
const FOREIGN: [&str; 14] = [
    "invalid digit",
    "number too large",
    "cannot parse integer",
    "invalid type",
    "expected struct",
    "unknown field",
    "missing field",
    "while parsing",
    "while scanning",
    "did not find expected",
    "mapping values are not allowed",
    "EOF while",
    " at line 1 column",
    "stream did not contain",
];

#[track_caller]
fn is_own(text: &str) {
    let found = FOREIGN.iter().find(|words| text.contains(**words));
    assert_eq!(found, None, "{text}");
}

#[test]
fn an_option_that_wants_a_number_says_which() {
    let env = Env::with_model();
    for (arguments, words) in [
        ("history -n x", "a whole number is wanted, such as `20`"),
        (
            "history -n 99999999999999999999",
            "a whole number is wanted",
        ),
        (
            "deploy --wait 5x",
            "a number of seconds is wanted, such as `300`",
        ),
        (
            "rollback --wait 5m",
            "a number of seconds is wanted, `5m` is 300",
        ),
        (
            "lock take --wait 1h",
            "a number of seconds is wanted, `1h` is 3600",
        ),
        ("service restart --wait x", "a number of seconds is wanted"),
        (
            "deploy --answer-within 1e3",
            "a number of seconds is wanted",
        ),
        (
            "deploy --wait 604801",
            "at most 604800 seconds, which is a week",
        ),
        (
            "schedule --length 5x",
            "a number of minutes is wanted, from 1 to 1440",
        ),
        ("tail -n x", "a number of lines, or +N"),
        (
            "tail --grep a(b",
            "not a regular expression: unclosed group; to find the text itself, write 'a\\(b'",
        ),
    ] {
        let run = env.svcgen(&arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(run.code, 2, "{arguments}: {}", run.show());
        assert!(run.stderr.contains(words), "{arguments}: {}", run.show());
        is_own(&run.stderr);
    }
}

#[test]
fn a_configuration_is_told_all_of_its_mistakes() {
    let env = Env::with_model();
    let status = |text: &str| {
        env.write("../config/svcgen/config.yaml", text);
        let run = env.svcgen(&["status", "--site", "example"]);
        is_own(&run.stderr);
        run
    };
    for wrong in [
        "foo\n",
        "- foo\n",
        "user: foo\n",
        "conduit: {timeout: soon}\n",
        "services: [a]\n",
        "plain: [\n",
        "a: b: c\n",
    ] {
        let run = status(wrong);
        assert_eq!(run.code, 2, "{wrong}: {}", run.show());
        let said = "error: `HOME/config/svcgen/config.yaml` has a mistake\n";
        assert!(run.stderr.starts_with(said), "{wrong}: {}", run.show());
    }
    let run = status("user:\n  name: Ada\n  email: ada at example\nchekouts: {}\n");
    assert_snapshot!(run.stderr, @"
    error: `HOME/config/svcgen/config.yaml` has 2 mistakes
      × `ada at example` is not an email address
       ╭─[HOME/config/svcgen/config.yaml:3:10]
     2 │   name: Ada
     3 │   email: ada at example
       ·          ──────────────
     4 │ chekouts: {}
       ╰────
      help: one `@` with something before it and behind it, without spaces, such
            as `ada@example.org`

      × unknown key `chekouts`
       ╭─[HOME/config/svcgen/config.yaml:4:1]
     3 │   email: ada at example
     4 │ chekouts: {}
       · ────────
       ╰────
      help: did you mean `checkouts`?
    ");
    for empty in ["", "\u{feff}", "# nothing\n"] {
        assert_eq!(status(empty).code, 0, "{empty:?}");
    }
    std::fs::write(env.home().join("config/svcgen/config.yaml"), b"\xff\xfe").unwrap();
    let run = env.svcgen(&["status"]);
    assert_eq!(run.code, 2, "{}", run.show());
    is_own(&run.stderr);
}

#[test]
fn answers_that_are_no_yaml_are_told_where() {
    let env = Env::new();
    for (text, words) in [
        ("foo\n", "expected a mapping, found text"),
        ("name: [tea\n", "the bracket `[` is not closed"),
        ("name: tea: pot\n", "`: ` cannot be here: quote the text"),
        ("name: 'tea\n", "a quote is not closed"),
        ("owner:\n\tname: Ada\n", "YAML is indented with spaces"),
        (
            "description: @home\n",
            "a text cannot begin with `@`: put it in quotes",
        ),
    ] {
        env.write("answers.yaml", text);
        let run = env.svcgen(&["new", "--answers", "answers.yaml", "--yes"]);
        assert_eq!(run.code, 2, "{text}: {}", run.show());
        assert!(run.stderr.contains(words), "{text}: {}", run.show());
        is_own(&run.stderr);
    }
    let run = env.svcgen(&["new", "--set", "port=abc", "--yes"]);
    assert!(
        run.stderr.contains("expected a port number"),
        "{}",
        run.show()
    );
}

#[test]
fn a_package_is_read_with_a_byte_order_mark_and_told_what_is_wrong_with_it() {
    let env = Env::with_model();
    let package = "{\"name\": \"tea\", \"description\": \"Makes tea.\"}\n";
    env.write("package.json", &format!("\u{feff}{package}"));
    let run = env.svcgen(&[
        "new",
        "--defaults",
        "--service",
        "new.yaml",
        "--set",
        "port=6001",
        "--yes",
    ]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(env.read("new.yaml").contains("name: tea\n"));
    for (text, words) in [
        ("{\"name\": \"tea\",}\n", "a comma follows the last item"),
        (
            "{\"name\": \"tea\"\n\"version\": 1}\n",
            "`,` or `}` is missing",
        ),
        ("{\"name\": \"tea\"\n", "it ends too early"),
        ("", "it is empty"),
        ("[]\n", "it is not an object"),
    ] {
        env.write("package.json", text);
        let run = env.svcgen(&["source", "--repo", ".", "--dry-run"]);
        assert_eq!(run.code, 2, "{text}: {}", run.show());
        assert!(run.stderr.contains(words), "{text}: {}", run.show());
        is_own(&run.stderr);
    }
}

#[test]
fn a_checkout_that_is_not_there_is_told_with_what_names_it() {
    let env = Env::with_model();
    let name = "trending-edits";
    let model = env.read("svcgen.yaml");
    assert!(model.contains(name), "{model}");
    env.write(
        "../config/svcgen/config.yaml",
        &format!("site: example\ncheckouts: {{vagrant: ~/none}}\nservices: {{{name}: {{deploy: ~/gone}}}}\n"),
    );
    assert_snapshot!(env.svcgen(&["vagrant"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: there is no folder `HOME/none`
    cause: `checkouts.vagrant` of `HOME/config/svcgen/config.yaml` names it
    hint: correct it there, or put a checkout where it says
    ");
    let setting =
        format!("cause: `services.{name}.deploy` of `HOME/config/svcgen/config.yaml` names it");
    env.git_in(&env.work(), &["init", "-q"]);
    for command in [&["scap"][..], &["build", "--source-repo", "."], &["check"]] {
        let run = env.svcgen(command);
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.contains(&setting), "{}", run.show());
    }
    let run = env.svcgen(&["status"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let shown = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = "there is no folder `HOME/none`; `checkouts.vagrant` of `HOME/config/svcgen/config.yaml` names it";
    assert!(shown.contains(words), "{}", run.show());
    assert!(!shown.contains("both are named"), "{}", run.show());
    // What an option names is the user's to correct at once.
    let run = env.svcgen(&["vagrant", "--repo", "none"]);
    assert!(
        run.stderr.starts_with("error: `none` is not a folder\n"),
        "{}",
        run.show()
    );
}

#[test]
fn what_is_not_closed_is_told_where_it_is_opened() {
    let env = Env::with_model();
    let model = env.read("svcgen.yaml");
    let begun = "version: 1\nsite: example\nname: tea\n";
    for (rest, place, words) in [
        (
            "description: \"Makes tea.\nport: 6000\nowner: {name: \"Ada\"}\n",
            "4:14",
            "a quote is not closed",
        ),
        (
            "description: 'Makes tea.\nport: 6000\nowner: {name: 'Ada'}\n",
            "4:14",
            "a quote is not closed",
        ),
        (
            "description: Makes tea.\nowner: {name: Ada\nport: 6000\n",
            "5:8",
            "the bracket `{` is not closed",
        ),
    ] {
        env.write("svcgen.yaml", &format!("{begun}{rest}"));
        let run = env.svcgen(&["status"]);
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.contains(words), "{}", run.show());
        let place = format!("svcgen.yaml:{place}]");
        assert!(run.stderr.contains(&place), "{}", run.show());
    }
    let site = "version: 1\nname: tea\ngerrit: {host: \"a.example\nphabricator: {url: \"https://a.example\"}\n";
    env.write("svcgen.yaml", &model);
    env.write("../config/svcgen/sites/tea.yaml", site);
    let run = env.svcgen(&["status", "--site", "tea"]);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr.contains("a quote is not closed"),
        "{}",
        run.show()
    );
    assert!(run.stderr.contains("tea.yaml:3:16]"), "{}", run.show());
}
