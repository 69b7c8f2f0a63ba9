use camino::Utf8PathBuf;

use super::{Finding, Fix, State, Surroundings};

/// A checkout that a generator would take.
#[derive(Debug, Clone)]
pub struct Place {
    /// The command that it is for.
    pub command: &'static str,
    /// What it is, as `the checkout of operations/puppet`.
    pub what: &'static str,
    /// Where it is, or why that is not known.
    pub found: Result<Utf8PathBuf, String>,
    /// How svcgen is told where it is, or how it is got.
    pub fix: Fix,
}

/// The checkouts, and the file that names them.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let places = surroundings.checkouts.iter().map(|place| {
        let (id, needed_by): (_, &'static [&'static str]) = match place.command {
            "vagrant" => ("checkout.vagrant", &["vagrant", "generate"]),
            "puppet" => ("checkout.puppet", &["puppet", "generate"]),
            "source" => ("checkout.source", &["source", "generate", "build"]),
            _ => ("checkout.deploy", &["scap", "generate", "build", "deploy"]),
        };
        let finding = Finding::new(id, place.what, needed_by);
        match &place.found {
            Ok(path) => finding.fine(path.to_string()),
            // A flag names it as well.
            Err(reason) => finding.wrong(State::Doubtful, reason, place.fix.clone()),
        }
    });
    places.collect()
}
