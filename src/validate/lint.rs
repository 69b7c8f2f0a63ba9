use std::process::Command;

use camino::Utf8Path;

use super::scratch::Scratch;
use super::tools::{INSTALL, Tools};
use super::{Finding, Judgement, Outcome};
use crate::child::{self, DEADLINE, Output};

const NAME: &str = "puppet-lint";
/// Where a tree says what it asks of its manifests.
const OPTIONS_FILE: &str = ".puppet-lint.rc";
/// What parts the fields of a line; no path of a generated file has one.
const FORMAT: &str = "%{path}\t%{line}\t%{kind}\t%{check}\t%{message}";
/// Options that decide what is printed or written instead of what is checked; those with a value come first.
const UNWANTED: &[&str] = &[
    "--log-format",
    "--config",
    "-c",
    "--error-level",
    "--fix",
    "-f",
    "--json",
    "--sarif",
    "--with-filename",
    "--with-context",
    "--list-checks",
    "--version",
    "--no-config",
];
const WITH_VALUE: usize = 4;

/// Lints the generated manifests by the tree's own options.
///
/// Options that the installed puppet-lint does not know are left out, and the step says so.
pub(super) fn manifests(scratch: &Scratch<'_>, tools: &Tools) -> Judgement {
    let files = scratch.generated("pp");
    if files.is_empty() {
        return Judgement::new(NAME, Outcome::Passed);
    }
    let Some(lint) = &tools.lint else {
        return Judgement::new(
            NAME,
            Outcome::Skipped {
                tool: NAME,
                install: INSTALL,
            },
        );
    };
    let mut options =
        options(&fs_err::read_to_string(scratch.tree().join(OPTIONS_FILE)).unwrap_or_default());
    let mut notes = Vec::new();
    loop {
        let mut command = Command::new(lint);
        command
            .arg("--no-config")
            .args(&options)
            .args(["--log-format", FORMAT])
            .args(&files);
        scratch.enclose(&mut command);
        let output = match child::run(&mut command, DEADLINE) {
            Ok(output) => output,
            Err(error) => {
                return Judgement::not_judged(
                    NAME,
                    format!(
                        "`puppet-lint` could not be run: {}",
                        crate::error::reworded(&error)
                    ),
                );
            }
        };
        if let Some(refused) = refused(&output, &options) {
            let dropped = options.remove(refused);
            notes.push(format!("`{dropped}` of `{OPTIONS_FILE}` is left out: the installed puppet-lint does not support it"));
            continue;
        }
        let findings = findings(&output, scratch);
        let outcome = match (output.success, findings.is_empty()) {
            (_, false) => Outcome::Failed(findings),
            (true, true) => Outcome::Passed,
            (false, true) => Outcome::NotJudged {
                reason: child::last_words(NAME, &output),
            },
        };
        return Judgement {
            name: NAME,
            outcome,
            notes,
        };
    }
}

/// The options of a tree, one a line, that say what is checked.
fn options(text: &str) -> Vec<String> {
    let mut options = Vec::new();
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    while let Some(line) = lines.next() {
        let name = line.split(['=', ' ']).next().unwrap_or(line);
        match UNWANTED.iter().position(|unwanted| *unwanted == name) {
            // Its value stands in the next line.
            Some(index) if index < WITH_VALUE && name == line => drop(lines.next()),
            Some(_) => {}
            None => options.push(line.to_owned()),
        }
    }
    options
}

/// The option that made puppet-lint give up: one that it does not know, or a file that it cannot load.
fn refused(output: &Output, options: &[String]) -> Option<usize> {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    for line in stdout.lines().chain(stderr.lines()) {
        if let Some((_, option)) = line.split_once("invalid option: ") {
            return options.iter().position(|own| {
                own == option.trim() || own.starts_with(&format!("{}=", option.trim()))
            });
        }
        if line.contains("cannot load such file") || line.contains("LoadError") {
            let file = |option: &String| {
                let (name, file) = option.split_once('=')?;
                (matches!(name, "--load" | "-l") && line.contains(Utf8Path::new(file).file_name()?))
                    .then_some(())
            };
            return options.iter().position(|option| file(option).is_some());
        }
    }
    None
}

fn findings(output: &Output, scratch: &Scratch<'_>) -> Vec<Finding> {
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| finding(line, scratch))
        .collect()
}

fn finding(line: &str, scratch: &Scratch<'_>) -> Option<Finding> {
    let mut fields = line.splitn(5, '\t');
    let (path, line) = (fields.next()?, fields.next()?);
    let (kind, check, message) = (fields.next()?, fields.next()?, fields.next()?);
    Some(scratch.finding(
        scratch.locate(path),
        line.parse().ok(),
        &format!("{kind}: {message} ({check})"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(stdout: &str, stderr: &str) -> Output {
        Output {
            success: false,
            code: None,
            stdout: stdout.into(),
            stderr: stderr.into(),
        }
    }

    #[test]
    fn options_that_change_the_output_are_not_passed_on() {
        let text = "# why\n--no-80chars-check\n\n--fail-on-warnings\n--log-format\n%{line}\n--fix\n--load=./x.rb\n--log-format=%{path}\n";
        assert_eq!(
            options(text),
            ["--no-80chars-check", "--fail-on-warnings", "--load=./x.rb"]
        );
    }

    #[test]
    fn the_refused_option_is_found() {
        let options = [
            "--no-80chars-check",
            "--no-wmf_styleguide-check",
            "--load=./rake/indent.rb",
        ]
        .map(String::from);
        let unknown = output(
            "puppet-lint: invalid option: --no-wmf_styleguide-check\npuppet-lint: try\n",
            "",
        );
        assert_eq!(refused(&unknown, &options), Some(1));
        let missing = output(
            "",
            "optparser.rb:75:in `load': cannot load such file -- ./rake/indent.rb (LoadError)\n",
        );
        assert_eq!(refused(&missing, &options), Some(2));
        assert_eq!(
            refused(&output("a.pp\t1\twarning\tx\tinvalid\n", ""), &options),
            None
        );
    }
}
