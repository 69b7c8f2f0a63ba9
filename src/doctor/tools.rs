use super::{Finding, Surroundings, said};

const VERIFY: &[&str] = &["vagrant", "puppet", "generate"];

/// The programs that judge what is generated, and npm.
pub(super) fn examine(_: &Surroundings<'_>) -> Vec<Finding> {
    let puppet = [
        ("puppet", "Puppet's compiler", "puppet-agent"),
        ("puppet-lint", "Puppet's lint", "puppet-lint"),
        ("ruby", "Ruby, for templates", "ruby"),
    ];
    let puppet = puppet.into_iter().map(|(program, what, package)| {
        let finding = Finding::new(program, what, VERIFY);
        match said(program, &["--version"]) {
            Some(version) => finding.fine(version),
            None => finding.doubtful(
                format!("there is no `{program}`; what is generated is judged without it"),
                format!("apt-get install {package}"),
            ),
        }
    });
    let finding = Finding::new(
        "npm",
        "npm, to build without a container",
        &["build --no-container"],
    );
    let npm = match (said("npm", &["--version"]), said("node", &["--version"])) {
        (Some(npm), Some(node)) => finding.fine(format!("npm {npm}, node {node}")),
        _ => finding.doubtful("there is no `npm` with its `node`", "apt-get install npm"),
    };
    puppet.chain([npm]).collect()
}
