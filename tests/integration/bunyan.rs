//! Records of logs are printed as the `bunyan` program of npm prints them, byte for byte.

mod program;
mod records;

use svcgen::bunyan::{Coloring, Level, Mode, Others, Printer, Record};

use self::program::Bunyan;
use self::records::Records;

/// How many records each mode is tried with; SVCGEN_TEST_RECORDS says another number.
const COUNT: usize = 2_000;

/// The numbers that chance begins with.
const SEED: u64 = 0x5eed;

const PLAIN: Printer = Printer {
    mode: Mode::Long,
    coloring: Coloring::Plain,
    level: None,
    others: Others::Pass,
};

/// The same lines, printed by both.
#[track_caller]
fn assert_same(printer: Printer, options: &[&str]) {
    let Some(bunyan) = Bunyan::find() else { return };
    let count = std::env::var("SVCGEN_TEST_RECORDS").map_or(COUNT, |n| n.parse().unwrap());
    let lines: Vec<String> = Records::new(SEED).take(count).collect();
    let expected = bunyan.print(&lines, options);
    let mut rest = expected.as_str();
    for (number, line) in lines.iter().enumerate() {
        let record = Record::parse(line);
        let printed = printer.print(line, record.as_ref()).unwrap_or_default();
        let Some(after) = rest.strip_prefix(&printed) else {
            let near: String = rest.chars().take(printed.chars().count() + 200).collect();
            panic!("line {number}: {line}\nprinted:\n{printed}\nbunyan:\n{near}");
        };
        rest = after;
    }
    assert_eq!(rest, "", "bunyan prints more");
}

#[test]
fn the_long_form_is_bunyans() {
    assert_same(PLAIN, &[]);
}

#[test]
fn the_long_form_in_colour_is_bunyans() {
    let coloring = Coloring::Colored;
    assert_same(Printer { coloring, ..PLAIN }, &["--color"]);
}

#[test]
fn the_short_form_is_bunyans() {
    let mode = Mode::Short;
    assert_same(Printer { mode, ..PLAIN }, &["-o", "short"]);
    let coloring = Coloring::Colored;
    let printer = Printer {
        mode,
        coloring,
        ..PLAIN
    };
    assert_same(printer, &["-o", "short", "--color"]);
}

#[test]
fn the_simple_form_is_bunyans() {
    let mode = Mode::Simple;
    assert_same(Printer { mode, ..PLAIN }, &["-o", "simple"]);
}

#[test]
fn json_is_bunyans() {
    for (text, options) in [
        ("json", &["-j"][..]),
        ("json-4", &["-o", "json-4"]),
        ("json-0", &["-o", "json-0"]),
        ("json-17", &["-o", "json-17"]),
        ("bunyan", &["-0"]),
    ] {
        let mode = text.parse().unwrap();
        assert_same(Printer { mode, ..PLAIN }, options);
    }
}

#[test]
fn what_node_inspects_is_bunyans() {
    let mode = Mode::Inspect;
    assert_same(Printer { mode, ..PLAIN }, &["-o", "inspect"]);
}

#[test]
fn levels_and_strictness_are_bunyans() {
    for (text, name) in [("warn", "WARN"), ("35", "35"), ("0", "0")] {
        let level: Option<Level> = Some(text.parse().unwrap());
        let others = Others::Hide;
        assert_same(Printer { level, ..PLAIN }, &["-l", name]);
        assert_same(
            Printer {
                level,
                others,
                ..PLAIN
            },
            &["-l", name, "--strict"],
        );
    }
}
