use super::{Finding, Surroundings, said, told};
use crate::build::is_version;
use crate::deploy::needs;
use crate::ui::editor;
use crate::validate::judges;

const VERIFY: &[&str] = &["vagrant", "puppet", "generate"];
const BUILDS_HERE: &[&str] = &["build --no-container"];

/// The programs that judge what is generated, those that build without a container, and the editor.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if surroundings.want(VERIFY) {
        findings.extend(judges_found());
    }
    if surroundings.want(BUILDS_HERE) {
        findings.extend([npm(surroundings), compilers()]);
    }
    findings.extend([own_editor(surroundings), of_demo()]);
    findings
}

fn judges_found() -> impl Iterator<Item = Finding> {
    judges().into_iter().map(|(program, command)| {
        let (what, package) = match program {
            "puppet" => ("Puppet's compiler", "puppet-agent"),
            "puppet-lint" => ("Puppet's lint", "puppet-lint"),
            _ => ("Ruby, for templates", "ruby"),
        };
        let finding = Finding::new(program, what, VERIFY);
        let install = format!("apt-get install {package}");
        match command.map(|mut command| told(command.arg("--version"))) {
            Some(Some(version)) => finding.fine(version),
            Some(None) => finding.doubtful(
                format!("`{program} --version` fails; generated code is checked without it"),
                install,
            ),
            None => finding.doubtful(
                format!("there is no `{program}`; generated code is checked without it"),
                install,
            ),
        }
    })
}

fn npm(surroundings: &Surroundings<'_>) -> Finding {
    let what = "npm, to build without a container";
    let finding = Finding::new("npm", what, BUILDS_HERE);
    let (Some(npm), Some(node)) = (said("npm", &["--version"]), said("node", &["--version"]))
    else {
        return finding.doubtful("there is no `npm` with its `node`", "apt-get install npm");
    };
    let found = format!("npm {npm}, node {node}");
    let asked = surroundings
        .service
        .map(|service| service.build.node.to_string());
    match asked.filter(|asked| !is_version(asked, &node)) {
        None => finding.fine(found),
        Some(asked) => finding.doubtful(
            format!("{found}; the service is built with node {asked}"),
            "svcgen build    # in a container, which has it",
        ),
    }
}

/// What modules with native parts are compiled with.
fn compilers() -> Finding {
    let what = "compilers, for native modules without a container";
    let finding = Finding::new("compilers", what, BUILDS_HERE);
    let programs = ["make", "g++", "python3"];
    let lacking = programs
        .into_iter()
        .filter(|name| which::which(name).is_err());
    let lacking: Vec<&str> = lacking.collect();
    match lacking.is_empty() {
        true => finding.fine(programs.join(", ")),
        false => finding.doubtful(
            format!("there is no `{}`", lacking.join("`, no `")),
            "apt-get install build-essential python3",
        ),
    }
}

/// What the demo takes: its hosts are folders of this machine.
fn of_demo() -> Finding {
    let finding = Finding::new("demo.programs", "programs for the demo", &["demo"]);
    let lacking = needs::lacking_here(&needs::OF_DEMO);
    match needs::not_installed(lacking.iter().copied()) {
        None => finding.fine("all of them are installed"),
        Some(reason) => {
            let packages = needs::packages(lacking).join(" ");
            finding.missing(reason, format!("apt-get install {packages}"))
        }
    }
}

/// The editor that the interview opens for a long text.
fn own_editor(surroundings: &Surroundings<'_>) -> Finding {
    let finding = Finding::new("editor", "an editor for long texts", &["new"]);
    let Some(editor) = editor::chosen(surroundings.variables) else {
        return finding.doubtful("there is none", "export EDITOR=nano");
    };
    let program = editor.split_whitespace().next().unwrap_or_default();
    match which::which(program) {
        Ok(_) => finding.fine(editor),
        Err(_) => finding.doubtful(format!("there is no `{program}`"), "export EDITOR=nano"),
    }
}
