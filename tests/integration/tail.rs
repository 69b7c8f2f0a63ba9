//! The logs of hosts that are folders of this machine, as one: their ends, and while services write them.

use insta::assert_snapshot;

use crate::support::{Following, LocalFarm};

/// A record of a second and a message.
fn record(second: u32, text: &str) -> String {
    format!(
        "{{\"name\":\"feed\",\"hostname\":\"h\",\"pid\":1,\"level\":30,\"msg\":\"{text}\",\
         \"time\":\"2026-11-28T12:00:{second:02}.000Z\",\"v\":0}}\n"
    )
}

/// Three hosts whose logs are these.
fn farm(logs: [&str; 3]) -> LocalFarm {
    let farm = LocalFarm::new(2);
    for (number, log) in logs.iter().enumerate() {
        farm.env()
            .write(&format!("hosts/l0{number}/srv/log/feed/main.log"), log);
    }
    farm
}

fn ordered() -> LocalFarm {
    let one = record(1, "one") + "plain\n" + &record(4, "four");
    let two = record(2, "two") + &record(5, "five").replace("30", "50");
    farm([&one, &two, &record(3, "three\\nlines")])
}

#[test]
fn logs_are_one_in_the_order_of_time() {
    let farm = ordered();
    let run = farm.svcgen(&["tail"]);
    assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    l00 | [2026-11-28T12:00:01.000Z]  INFO: feed/1 on h: one
    l00 | plain
    l01 | [2026-11-28T12:00:02.000Z]  INFO: feed/1 on h: two
    l02 | [2026-11-28T12:00:03.000Z]  INFO: feed/1 on h:
    l02 |     three
    l02 |     lines
    l00 | [2026-11-28T12:00:04.000Z]  INFO: feed/1 on h: four
    l01 | [2026-11-28T12:00:05.000Z] ERROR: feed/1 on h: five
    --- stderr
    ");
    let run = farm.svcgen(&["tail", "-o", "short", "-l", "l01"]);
    assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    12:00:02.000Z  INFO feed: two
    12:00:05.000Z ERROR feed: five
    --- stderr
    ");
}

#[test]
fn without_names_it_is_bunyans() {
    let farm = ordered();
    let run = farm.svcgen(&["tail", "--no-host", "-0", "-n", "1"]);
    let expected = [
        record(3, "three\\nlines"),
        record(4, "four"),
        record(5, "five").replace("30", "50"),
    ];
    assert_eq!(run.stdout, expected.concat());
    assert_eq!(run.stderr, "");
}

#[test]
fn colour_is_for_terminals_or_where_it_is_wanted() {
    let farm = ordered();
    let arguments = ["tail", "-o", "short", "-l", "l01", "-n", "1"];
    let plain = farm.svcgen(&arguments).stdout;
    assert_eq!(plain, "12:00:05.000Z ERROR feed: five\n");
    let colored = farm.svcgen(&[&arguments[..], &["--color", "always"]].concat());
    let expected = "12:00:05.000Z \u{1b}[31mERROR\u{1b}[39m feed: \u{1b}[36mfive\u{1b}[39m\n";
    assert_eq!(colored.stdout, expected);
    // What is looked for is found whatever colour it has.
    let grep = ["--color", "always", "--grep", "^12.*feed: five$"];
    let found = farm.svcgen(&[&arguments[..], &grep].concat());
    assert_eq!(found.stdout, expected);
}

#[test]
fn levels_and_what_is_looked_for_choose() {
    let farm = ordered();
    let run = farm.svcgen(&["tail", "-o", "simple", "--level", "error", "--strict"]);
    assert_snapshot!(run.stdout, @"l01 | ERROR - five");
    let run = farm.svcgen(&[
        "tail",
        "-o",
        "simple",
        "--grep",
        "^INFO - (two|three)|plain",
    ]);
    assert_snapshot!(run.stdout, @"
    l00 | plain
    l01 | INFO - two
    l02 | INFO - three
    l02 | lines
    ");
    let run = farm.svcgen(&["tail", "--format", "json", "--grep", "plain|five"]);
    assert_snapshot!(run.stdout, @r#"
    {"host":"l00","line":"plain"}
    {"host":"l01","record":{"name":"feed","hostname":"h","pid":1,"level":50,"msg":"five","time":"2026-11-28T12:00:05.000Z","v":0}}
    "#);
    let run = farm.svcgen(&["tail", "--grep", "nowhere"]);
    assert_snapshot!(run.show(), @"
    exit 0
    --- stdout
    --- stderr
    nothing to show; `-n` looks at more lines of each log
    ");
}

#[test]
fn logs_without_a_line_are_empty() {
    let farm = farm(["", "", ""]);
    assert_snapshot!(farm.svcgen(&["tail"]).show(), @"
    exit 0
    --- stdout
    --- stderr
    `/srv/log/feed/main.log` is empty on all of these hosts
    ");
    assert_snapshot!(farm.svcgen(&["tail", "-l", "l01"]).show(), @"
    exit 0
    --- stdout
    --- stderr
    `/srv/log/feed/main.log` is empty
    ");
    let none = ordered().svcgen(&["tail", "-n", "0"]);
    assert_snapshot!(none.show(), @"
    exit 0
    --- stdout
    --- stderr
    nothing to show; `-n` looks at more lines of each log
    ");
}

#[test]
fn a_number_of_lines_has_no_sign() {
    let farm = farm(["", "", ""]);
    let run = farm.svcgen(&["tail", "-n", "-5"]);
    assert_eq!(run.code, 2, "{}", run.show());
    let said = run.stderr.lines().next().unwrap();
    assert!(
        said.contains("a number of lines, or +N to begin at line N"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let farm = farm(["", "", ""]);
    let shown: Vec<String> = [
        &["tail", "--level", "loud"][..],
        &["tail", "-o", "pretty"],
        &["tail", "-n", "few"],
        &["tail", "--grep", "("],
        &["tail", "--log", "main.log"],
        &["tail", "--format", "json", "-o", "short"],
        &["tail", "-l", "zebra"],
    ]
    .iter()
    .map(|arguments| {
        let run = farm.svcgen(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        let lines = run.stderr.lines().filter(|line| !line.is_empty());
        lines.take(2).collect::<Vec<_>>().join("\n")
    })
    .collect();
    assert_snapshot!(shown.join("\n"), @r"
    error: invalid value 'loud' for '--level <LEVEL>': a level is trace, debug, info, warn, error, fatal, or a number
    For more information, try '--help'.
    error: invalid value 'pretty' for '--output <MODE>': a mode is long, short, simple, json, json-N, bunyan or inspect
    For more information, try '--help'.
    error: invalid value 'few' for '--lines <N>': a number of lines, or +N to begin at line N
    For more information, try '--help'.
    error: invalid value '(' for '--grep <REGEX>': not a regular expression: unclosed group; to find the text itself, write '\('
    For more information, try '--help'.
    error: --log: `main.log` is not the full path of a log
    hint: such as `--log /srv/log/main.log`
    error: `--format json` does not go with `--output`
    hint: `-o bunyan --no-host` is the log as it was written
    error: --limit: `zebra` matches no host
    hint: known: l00, l01, l02
    ");
}

#[test]
fn a_log_that_is_not_there_is_told_and_the_others_are_shown() {
    let farm = ordered();
    std::fs::remove_file(farm.root("l00").join("srv/log/feed/main.log")).unwrap();
    std::fs::remove_file(farm.root("l01").join("srv/log/feed/main.log")).unwrap();
    std::fs::create_dir(farm.root("l01").join("srv/log/feed/main.log")).unwrap();
    let run = farm.svcgen(&["tail"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.show(), @"
    exit 1
    --- stdout
    l02 | [2026-11-28T12:00:03.000Z]  INFO: feed/1 on h:
    l02 |     three
    l02 |     lines
    --- stderr
    error: `/srv/log/feed/main.log` cannot be shown of 2 of 3 hosts
    cause: l00: the log is not there
    cause: l01: the log is a folder
    hint: `--log PATH` names another log
    hint: `--log PATH` names a log in it
    ");
}

/// svcgen that follows the logs of a farm.
fn following(farm: &LocalFarm, arguments: &[&str]) -> Following {
    let mut command = farm.command();
    command.args(["tail", "-f"]).args(arguments);
    Following::start(command)
}

/// The processes that read the logs of a farm.
fn readers(farm: &LocalFarm) -> usize {
    let place = farm.root("l00").parent().unwrap().to_owned();
    let place = place.to_str().unwrap().to_owned();
    let processes = std::fs::read_dir("/proc").unwrap();
    let lines =
        processes.filter_map(|process| std::fs::read(process.ok()?.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).into_owned())
        .filter(|line| line.contains("-F") && line.contains(&place))
        .count()
}

#[test]
fn what_a_running_service_writes_is_shown_until_ctrl_c() {
    let farm = LocalFarm::new(1);
    farm.release("1");
    assert_eq!(farm.svcgen(&["deploy", "--on-failure", "rollback"]).code, 0);
    let mut following = following(&farm, &["-o", "simple"]);
    let mut begun: Vec<String> = (0..4).map(|_| following.line()).collect();
    begun.sort();
    for (line, words) in begun
        .iter()
        .zip(["GET /", "version 1", "GET /", "version 1"])
    {
        assert!(line.contains(words), "{begun:?}");
    }
    for host in ["l01", "l00"] {
        assert_eq!(farm.answer(host).as_deref(), Some("1"));
        let line = following.until(&format!("{host} | "));
        assert!(line.ends_with("INFO - GET /\n"), "{line}");
    }
    assert_eq!(readers(&farm), 2);
    let (code, said) = following.interrupt();
    assert_eq!(code, 130);
    assert_eq!(said, "following `/srv/log/feed/main.log` on 2 hosts\n");
    let begun = std::time::Instant::now();
    while readers(&farm) > 0 {
        assert!(begun.elapsed().as_secs() < 10, "it is read still");
        std::thread::yield_now();
    }
}

#[test]
fn a_log_is_followed_over_its_rotation_and_from_its_beginning() {
    let farm = farm(["", "", ""]);
    let log = farm.root("l00").join("srv/log/feed/main.log");
    std::fs::remove_file(&log).unwrap();
    let mut following = following(&farm, &["-l", "l00", "-o", "simple"]);
    following.until_said("l00: `/srv/log/feed/main.log` is not there yet");
    std::fs::write(&log, record(1, "one")).unwrap();
    assert_eq!(following.line(), "INFO - one\n");
    std::fs::rename(&log, log.with_extension("1")).unwrap();
    std::fs::write(&log, record(2, "two")).unwrap();
    assert_eq!(following.line(), "INFO - two\n");
    assert_eq!(following.interrupt().0, 130);
}

#[test]
fn it_ends_quietly_where_nobody_reads_any_more() {
    let farm = ordered();
    let mut following = following(&farm, &["-q"]);
    following.line();
    assert_eq!(following.end(), (0, String::new()));
}
