//! Answers that are missing or wrong.

use insta::assert_snapshot;

use crate::support::Env;

#[test]
fn without_answers_it_says_which_flags_to_use() {
    let env = Env::new();
    assert_snapshot!(env.svcgen(&["new"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: there are no answers to write the model from
    hint: svcgen new --answers FILE
    hint: svcgen new --defaults --set name=NAME --set port=PORT
    ");
    assert_snapshot!(env.svcgen(&["new", "--set", "port=6000"]).show(), @"
    exit 2
    --- stdout
    --- stderr
    error: there is no value for `name`, `description`, `owner.name`
    hint: add --set name=VALUE --set description=VALUE --set owner.name=VALUE, or lines `path: value` to the file of `--answers`
    hint: add `--defaults` to take what package.json and git's configuration say
    ");
    assert!(!env.has("svcgen.yaml"));
}

#[test]
fn a_model_that_is_there_is_changed_by_answers_that_are_given() {
    let env = Env::with_model();
    let run = env.svcgen(&["new"]);
    let told =
        "there are no answers to change `svcgen.yaml` with\nhint: svcgen new --set PATH=VALUE\n";
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(run.stderr.contains(told), "{}", run.show());
    // Nobody is told to go on with a site that there is not.
    let run = env.svcgen(&["new", "--site", "nosuch"]);
    assert_eq!(run.code, 2, "{}", run.show());
    assert!(
        run.stderr.starts_with("error: there is no site `nosuch`\n"),
        "{}",
        run.show()
    );
}

#[test]
fn mistakes_are_shown_in_the_file_and_in_the_flag_at_once() {
    let env = Env::new();
    env.write(
        "answers.yaml",
        "name: My Service\ndescription: D\nowner: {nmae: Ada}\nruntime.healthcheck.spce: true\n",
    );
    let run = env.svcgen(&[
        "new",
        "--answers",
        "answers.yaml",
        "--set",
        "port=80",
        "--set",
        "config.style=inlin",
    ]);
    assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: `answers.yaml` has 3 mistakes
      × `My Service` is not a service name
       ╭─[answers.yaml:1:7]
     1 │ name: My Service
       ·       ──────────
     2 │ description: D
       ╰────
      help: lower-case letters, digits and single hyphens, beginning with a letter
            and not ending with a hyphen

      × unknown key `nmae`
       ╭─[answers.yaml:3:9]
     2 │ description: D
     3 │ owner: {nmae: Ada}
       ·         ────
     4 │ runtime.healthcheck.spce: true
       ╰────
      help: did you mean `name`?

      × unknown key `spce`
       ╭─[answers.yaml:4:1]
     3 │ owner: {nmae: Ada}
     4 │ runtime.healthcheck.spce: true
       · ────────────────────────
       ╰────
      help: did you mean `spec`?

    `--set port` has a mistake
      × `80` is not a port
       ╭─[--set port:1:6]
     1 │ port=80
       ·      ──
       ╰────
      help: from 1024 to 65535

    `--set config.style` has a mistake
      × `inlin` is not known here
       ╭─[--set config.style:1:14]
     1 │ config.style=inlin
       ·              ─────
       ╰────
      help: did you mean `inline`?

    there is no value for `owner.name`
    hint: add --set owner.name=VALUE, or lines `path: value` to the file of `--answers`
    hint: add `--defaults` to take what package.json and git's configuration say
    ");
    assert!(!env.has("svcgen.yaml"));
}

#[test]
fn what_is_not_an_answer_is_refused() {
    let env = Env::new();
    env.write("list.yaml", "- a\n");
    env.write("path.yaml", "owner..name: Ada\n");
    env.write("broken.yaml", "name: [\n");
    for (arguments, words) in [
        (
            vec!["--set", "port"],
            "`--set port` cannot be read: write it as `PATH=VALUE`",
        ),
        (vec!["--set", "a..b=1"], "names separated by single dots"),
        (vec!["--set", "port=[1"], "`--set port` has a mistake"),
        (
            vec!["--set", "deploy.groups.default.hosts=a.example.org"],
            "write a list in brackets: `[a.example.org]`",
        ),
        (
            vec![
                "--set",
                "deploy.groups.default.hosts=a.example.org b.example.org",
            ],
            "write a list in brackets: `[a.example.org, b.example.org]`",
        ),
        (
            vec!["--answers", "list.yaml"],
            "expected a mapping, found a list",
        ),
        (
            vec!["--answers", "path.yaml"],
            "`owner..name` is not a path",
        ),
        (
            vec!["--answers", "broken.yaml"],
            "`broken.yaml` has a mistake",
        ),
        (vec!["--answers", "none.yaml"], "`none.yaml` cannot be read"),
        (vec!["--set", "site=exampel"], "did you mean `example`?"),
        (
            vec!["--site", "nowhere", "--set", "port=6000"],
            "there is no site `nowhere`",
        ),
    ] {
        let run = env.svcgen(&[&["new"], arguments.as_slice()].concat());
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.contains(words), "{words}\n{}", run.show());
    }
}

#[test]
fn a_text_where_a_mapping_is_due_is_refused_and_not_lost() {
    let env = Env::new();
    let set = [
        "new",
        "--defaults",
        "--set",
        "name=tea",
        "--set",
        "port=6699",
        "--set",
        "description=Brews it.",
        "--set",
        "owner=Nina",
    ];
    let run = env.svcgen(&set);
    let both = [&set[..], &["--set", "owner.email=nina@example.org"]].concat();
    assert_eq!(env.svcgen(&both).stderr, run.stderr);
    assert_eq!(run.code, 2, "{}", run.show());
    insta::assert_snapshot!(run.stderr, @"
    error: `--set owner` has a mistake
      × expected a mapping, found text
       ╭─[--set owner:1:7]
     1 │ owner=Nina
       ·       ────
       ╰────
      help: keys with their values: `{key: value}`, or each on a line below it
    ");
    assert!(!env.has("svcgen.yaml"));
}

#[test]
fn a_group_whose_name_is_a_slip_of_another_is_not_made_silently() {
    let env = Env::new();
    let whole = "name: tea\ndescription: D\nport: 6100\nowner: {name: Ada}\n";
    env.write("answers.yaml", whole);
    let new = |more: &[&str]| env.svcgen(&[&["new", "--answers", "answers.yaml"], more].concat());
    let run = new(&["--set", "deploy.groups.canary.hosts=[a1.farm.example]"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let model = env.read("svcgen.yaml");
    let slip = "deploy.groups.canry.hosts=[a2.farm.example]";
    let run = new(&["--set", slip]);
    assert_snapshot!(run.show(), @"
    exit 2
    --- stdout
    --- stderr
    error: there is no group `canry`: `--set deploy.groups.canry.hosts` would make it
    hint: did you mean `deploy.groups.canary.hosts`?
    hint: for a new group, put `--set deploy.groups.canry.name=canry` before it
    ");
    assert_eq!(env.read("svcgen.yaml"), model);
    env.write(
        "more.yaml",
        "deploy.groups.canry.hosts: [a2.farm.example]\n",
    );
    let run = env.svcgen(&["new", "--answers", "more.yaml"]);
    assert_eq!(run.code, 2, "{}", run.show());
    // A really new one is said to be new.
    let run = new(&["--set", "deploy.groups.canry.name=canry", "--set", slip]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(env.read("svcgen.yaml").contains("name: canry"));
}

#[test]
fn an_answer_in_both_of_its_forms_is_refused() {
    let env = Env::new();
    let least = "name: tea\ndescription: D\nport: 6100\n";
    let new = |more: &str| {
        env.write("answers.yaml", &format!("{least}{more}"));
        env.svcgen(&["new", "--answers", "answers.yaml"])
    };
    assert_snapshot!(new("owner: {name: Ada}\nowner.name: Bob\n").stderr, @"
    error: `answers.yaml` has a mistake
      × `owner.name` is answered here twice
       ╭─[answers.yaml:5:1]
     4 │ owner: {name: Ada}
     5 │ owner.name: Bob
       · ──────────
       ╰────
      help: leave out one of the two
    ");
    for both in [
        "owner.name: Bob\nowner: {name: Ada}\n",
        "owner: {name: Ada}\nowner.shell: ada\nowner.shell: ada \n",
        "owner.name: Ada\ndeploy.groups.canary.size: 1\ndeploy: {groups: [{name: canary, size: 2}]}\n",
    ] {
        let run = new(both);
        assert_eq!(run.code, 2, "{}", run.show());
        assert!(run.stderr.contains("here twice"), "{}", run.show());
    }
    assert!(!env.has("svcgen.yaml"));
    // Each of them says something else.
    let run = new(
        "owner: {name: Ada}\nowner.shell: ada\n\ndeploy.groups: [{name: canary, size: 2}]\n\
                   deploy.groups.canary.hosts: [a1.farm.example]\nruntime:\n",
    );
    assert_eq!(run.code, 0, "{}", run.show());
}

/// What git writes into a file of which two branches say something else.
fn marked(ours: &str, theirs: &str) -> String {
    format!("<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> topic\n")
}

#[test]
fn an_unfinished_merge_is_told_as_that() {
    let env = Env::with_tea_pot(&[]);
    let model = env.read("svcgen.yaml");
    let conflict = marked("port: 6000", "port: 6001");
    env.write("svcgen.yaml", &model.replace("port: 6000\n", &conflict));
    for words in [&["new", "--set=port=6002"][..], &["check"], &["schedule"]] {
        let run = env.svcgen(words);
        assert_eq!(run.code, 2, "{}", run.show());
        let told = "an unfinished merge: resolve what is between `<<<<<<<` and `>>>>>>>`";
        assert!(run.stderr.contains(told), "{}", run.show());
        assert!(run.stderr.contains("svcgen.yaml:7:1]"), "{}", run.show());
        assert!(!run.stderr.contains("--force"), "{}", run.show());
    }
    env.write("svcgen.yaml", &model);
    let conflict = marked("  \"a\": 1", "  \"a\": 2");
    env.write("package.json", &format!("{{\n{conflict}}}\n"));
    let other = [
        "new",
        "--service=other.yaml",
        "--defaults",
        "--set=port=6003",
    ];
    let run = env.svcgen(&other);
    let told = "nothing is taken from `package.json`: line 2: an unfinished merge";
    assert!(run.stderr.contains(told), "{}", run.show());
}

#[test]
fn a_number_that_some_take_for_octal_is_no_answer() {
    let env = Env::with_tea_pot(&[]);
    for path in ["vagrant.memory", "port", "deploy.groups.default.size"] {
        let run = env.svcgen(&["new", "--set", &format!("{path}=0042")]);
        assert_eq!(run.code, 2, "{}", run.show());
        let told = "found `0042`, which some programs read as octal";
        let said = run.stderr.replace("\n  │ ", " ");
        assert!(said.contains(told), "{}", run.show());
    }
    // A text stays as it is.
    let run = env.svcgen(&["new", "--set=config.environment.A=0042"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert!(env.read("svcgen.yaml").contains("A: '0042'"));
}
