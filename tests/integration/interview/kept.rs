//! Answers that are kept, and a model that is there already.

use super::{MODEL, drafts, rest_later};
use crate::support::{Env, Pty, sample_tree};

#[test]
fn ctrl_c_keeps_the_answers_and_resume_goes_on() {
    let env = Env::new();
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Name of the service", "my-svc");
    pty.answer("Name of its Puppet class", "");
    pty.answer("What the service does", "Does it.\r");
    pty.expect("TCP port");
    pty.expect("> ");
    pty.keys("60\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    assert!(pty.shown.contains("your answers are kept"), "{}", pty.shown);
    assert!(pty.shown.contains("hint: svcgen new --resume"));
    assert!(!env.has("svcgen.yaml"));
    assert_eq!(drafts(&env).len(), 1);
    // Without the flag it is offered.
    let mut pty = Pty::start(&env, &["new"], None);
    pty.expect("There are unfinished answers of `my-svc`");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    // Nobody is there to be asked: what is missing is named, and a flag can say it.
    let run = env.svcgen(&["new", "--resume", "--yes"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("there is no value for `port`, `owner.name`"),
        "{}",
        run.show()
    );
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    pty.answer("TCP port", "6001");
    rest_later(&mut pty);
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(env.read("svcgen.yaml").contains("name: my-svc\n"));
    assert!(drafts(&env).is_empty());
    let run = env.svcgen(&["new", "--resume", "--yes"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("there are no unfinished answers for `svcgen.yaml`"),
        "{}",
        run.show()
    );
}

/// An interview in which two lines of a text have been typed.
fn two_lines(env: &Env) -> Pty {
    let mut pty = Pty::start(env, &["new"], None);
    pty.answer("Name of the service", "my-svc");
    pty.answer("Name of its Puppet class", "");
    pty.answer("What the service does", "Makes tea.");
    // A line that is being typed is drawn at each key: only its end says that the next one is read.
    pty.answer("> Makes tea.\r\n", "For all.");
    pty
}

#[test]
fn lines_of_an_answer_that_was_not_ended_are_kept_too() {
    let env = Env::new();
    let mut pty = two_lines(&env);
    pty.expect("> For all.\r\n");
    pty.expect("> ");
    pty.keys("And c");
    pty.expect("> And c");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    // It is no answer yet: an Enter out of habit does not take it, and stopping again does not lose it.
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    pty.answer("Tab brings back what you typed", "");
    pty.expect("this needs an answer");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    pty.answer("Tab brings back what you typed", "\t");
    pty.answer("> Makes tea.\r\n", "\t");
    pty.answer("> For all.\r\n", "\tups.");
    pty.answer("> And cups.\r\n", "");
    pty.answer("TCP port", "6001");
    rest_later(&mut pty);
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    let text = "  Makes tea.\n  For all.\n  And cups.\n";
    assert!(model.contains(text), "{model}");
    assert!(drafts(&env).is_empty());
}

#[test]
fn an_empty_line_behind_a_fetched_one_fetches_the_rest() {
    let env = Env::new();
    let mut pty = two_lines(&env);
    pty.answer("> For all.\r\n", "And cups.");
    pty.expect("> And cups.\r\n");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    pty.answer("Tab brings back what you typed", "\t");
    pty.answer("> Makes tea.\r\n", "");
    pty.expect("> For all.\r\n> And cups.\r\n");
    pty.answer("TCP port", "6001");
    rest_later(&mut pty);
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    let text = "  Makes tea.\n  For all.\n  And cups.\n";
    assert!(model.contains(text), "{model}");
}

#[test]
fn a_refused_draft_is_set_aside_and_not_lost() {
    let env = Env::new();
    for answer in ["first", "n"] {
        let mut pty = Pty::start(&env, &["new"], None);
        if answer == "n" {
            pty.answer("unfinished answers of `first`", "5");
            pty.expect("yes or no");
            pty.answer("unfinished answers of `first`", "n");
            pty.expect("the unfinished answers are now in");
            pty.answer("Name of the service", "second");
        } else {
            pty.answer("Name of the service", answer);
        }
        pty.expect("Puppet class");
        pty.expect("> ");
        pty.keys("\u{4}");
        assert_eq!(pty.end(), 130, "{}", pty.shown);
    }
    assert_eq!(drafts(&env).len(), 2);
}

/// Answers a question of a program on a terminal, and closes the terminal at the next one.
const CLOSED: &str = r"
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
shown = b''
def until(words):
    global shown
    while words not in shown:
        shown += os.read(terminal, 4096)
    shown = shown.split(words, 1)[1]
until(b'Name of the service')
until(b'> ')
os.write(terminal, b'my-svc\r')
until(b'Puppet class')
until(b'> ')
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

#[test]
fn a_terminal_that_is_closed_keeps_the_answers() {
    let env = Env::new();
    let mut python = std::process::Command::new("python3");
    env.enclose(&mut python);
    let svcgen = env.command();
    let program = [svcgen.get_program(), "new".as_ref()];
    python.args(["-c", CLOSED]).args(program);
    let run = env.run(python.env("TERM", "xterm"));
    assert_eq!(run.code, 129, "{}", run.show());
    assert_eq!(drafts(&env).len(), 1);
}

/// The last question is answered by a key.
#[test]
fn ctrl_d_ends_questions_of_both_kinds_and_takes_a_character_out_of_a_line() {
    let env = Env::new();
    let mut pty = Pty::start(&env, &["new"], None);
    pty.expect("Name of the service");
    pty.expect("> ");
    // Home, and the first two characters go: what is left is not the end of what is typed.
    pty.keys("xxfirst\u{1}\u{4}\u{4}\r");
    pty.expect("[first] (default)");
    pty.expect("> ");
    pty.keys("\u{4}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    assert!(pty.shown.contains("your answers are kept"), "{}", pty.shown);

    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let config = format!(
        "checkouts: {{vagrant: {}}}\n",
        sample_tree("vagrant").display()
    );
    env.write("../config/svcgen/config.yaml", &config);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "5");
    pty.answer("TCP port", "6002");
    pty.answer("Enter writes the model", "");
    pty.expect("look at the patches now");
    pty.keys("\u{4}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    assert!(
        pty.shown.contains("what was asked about was not done"),
        "{}",
        pty.shown
    );
}

#[test]
fn a_model_that_is_there_is_changed_line_by_line() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let mut pty = Pty::start(&env, &["new"], None);
    // The review comes first.
    pty.answer("Enter writes the model", "5");
    pty.answer("TCP port", "80");
    pty.answer("`80` is not a port", "6002");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert_eq!(env.read("svcgen.yaml"), MODEL.replace("6001", "6002"));
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert!(
        pty.shown
            .contains("nothing to do: `svcgen.yaml` already says the same"),
        "{}",
        pty.shown
    );
}

#[test]
fn a_text_that_is_given_once_more_leaves_the_model_as_it_is() {
    let env = Env::new();
    let description = "description: |\n  Makes tea.\n  All day.\n";
    let line = MODEL.lines().find(|it| it.starts_with("description:"));
    let model = MODEL.replace(&format!("{}\n", line.unwrap()), description);
    env.write("svcgen.yaml", &model);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "4");
    pty.answer("What the service does", "Makes tea.\rAll day.\r");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert_eq!(env.read("svcgen.yaml"), model);
    let told = "nothing to do: `svcgen.yaml` already says the same";
    assert!(pty.shown.contains(told), "{}", pty.shown);
}

#[test]
fn a_model_that_changed_in_between_is_not_written_over() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "5");
    pty.answer("TCP port", "6002");
    pty.expect("Enter writes the model");
    pty.expect("> ");
    env.write("svcgen.yaml", &MODEL.replace("Does it.", "Does more."));
    pty.keys("\r");
    assert_eq!(pty.end(), 11, "{}", pty.shown);
    assert!(env.read("svcgen.yaml").contains("Does more."));
    assert_eq!(drafts(&env).len(), 1, "the answers are not lost");
    // Going on takes both: what was answered, and what somebody else wrote.
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    pty.expect("the model has changed in the meantime");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let both = MODEL.replace("Does it.", "Does more.");
    assert_eq!(env.read("svcgen.yaml"), both.replace("6001", "6002"));
    assert!(drafts(&env).is_empty());
}

#[test]
fn answers_that_cannot_be_written_are_not_lost() {
    let env = Env::new();
    env.write("svcgen.yaml", MODEL);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "5");
    pty.answer("TCP port", "6002");
    pty.expect("Enter writes the model");
    pty.expect("> ");
    // Nothing can be written into a folder that has gone; it was the working directory.
    std::fs::rename(env.work(), env.home().join("moved")).unwrap();
    pty.keys("\r");
    assert_ne!(pty.end(), 0, "{}", pty.shown);
    std::fs::rename(env.home().join("moved"), env.work()).unwrap();
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    assert_eq!(env.read("svcgen.yaml"), MODEL.replace("6001", "6002"));
}

/// An interview on a model whose port is changed, and that is stopped.
fn stopped_with_another_port(env: &Env) {
    env.write("svcgen.yaml", MODEL);
    let mut pty = Pty::start(env, &["new"], None);
    pty.answer("Enter writes the model", "5");
    pty.answer("TCP port", "6002");
    pty.expect("Enter writes the model");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
}

#[test]
fn changes_of_a_model_that_is_gone_are_refused_and_kept() {
    let env = Env::new();
    stopped_with_another_port(&env);
    std::fs::remove_file(env.work().join("svcgen.yaml")).unwrap();
    let message = "`svcgen.yaml` is gone, and the unfinished answers are changes to it";
    let run = env.svcgen(&["new", "--resume", "--yes"]);
    assert_eq!(run.code, 11, "{}", run.show());
    assert!(run.stderr.contains(message), "{}", run.show());
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    assert_eq!(pty.end(), 11, "{}", pty.shown);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("There are unfinished answers", "yes");
    assert_eq!(pty.end(), 11, "{}", pty.shown);
    assert!(pty.shown.contains(message), "{}", pty.shown);
    assert_eq!(drafts(&env).len(), 1);
    env.write("svcgen.yaml", MODEL);
    let run = env.svcgen(&["new", "--resume", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.show());
    assert_eq!(env.read("svcgen.yaml"), MODEL.replace("6001", "6002"));
}

#[test]
fn what_a_kill_left_among_the_drafts_goes_after_a_day() {
    let env = Env::new();
    let folder = env.home().join(".local/state/svcgen/drafts");
    std::fs::create_dir_all(&folder).unwrap();
    let names = [".svcgen-old111", ".svcgen-new222", "others"];
    for name in names {
        let file = std::fs::File::create(folder.join(name)).unwrap();
        if name != ".svcgen-new222" {
            let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(90_000);
            file.set_modified(long_ago).unwrap();
        }
    }
    stopped_with_another_port(&env);
    let left = drafts(&env);
    let is_left = names.map(|name| left.iter().any(|it| it == name));
    assert_eq!(is_left, [false, true, true], "{left:?}");
}

#[test]
fn what_went_of_somebody_elses_list_is_named() {
    let env = Env::new();
    let model = |list: &str| format!("{MODEL}maintainers:\n{list}");
    env.write("svcgen.yaml", &model("  - {name: Ada}\n"));
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "maintainers");
    pty.answer("`-1` removes it", "+");
    pty.answer("person: Name", "Grace");
    pty.answer("person: Account", "");
    pty.answer("`-1` removes it", "");
    pty.expect("Enter writes the model");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let theirs = "  - {name: Ada}\n  - {name: Margaret Hamilton, shell: mh}\n";
    env.write("svcgen.yaml", &model(theirs));
    let run = env.svcgen(&["new", "--resume", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.show());
    let told = "`maintainers` was changed on both sides; your answer is kept, without what someone else wrote: `Margaret Hamilton`";
    assert!(run.stderr.contains(told), "{}", run.show());
}

#[test]
fn a_thing_that_was_begun_at_the_review_is_gone_on_with() {
    let env = Env::with_tea_pot(&[]);
    let mut pty = Pty::start(&env, &["new"], None);
    pty.answer("Enter writes the model", "deploy.groups");
    pty.answer("Groups of hosts", "+");
    pty.answer("group: Name", "canary");
    pty.expect("group: Its hosts");
    pty.expect("> ");
    pty.keys("\u{3}");
    assert_eq!(pty.end(), 130, "{}", pty.shown);
    let mut pty = Pty::start(&env, &["new", "--resume"], None);
    pty.answer("group: Its hosts", "tea1.farm.example\r");
    pty.answer("group: How many at a time", "");
    pty.answer("group: How many may fail", "");
    pty.answer("`-1` removes it", "");
    pty.answer("Enter writes the model", "");
    assert_eq!(pty.end(), 0, "{}", pty.shown);
    let model = env.read("svcgen.yaml");
    assert!(model.contains("tea1.farm.example"), "{model}");
}
