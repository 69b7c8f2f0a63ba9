use super::{Finding, Surroundings};
use crate::container::Engine;

/// The engine that builds run in.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    const NEEDED_BY: &[&str] = &["build"];
    if !surroundings.want(NEEDED_BY) {
        return Vec::new();
    }
    let finding = Finding::new("container", "a container engine", NEEDED_BY);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let variables = |name: &str| (surroundings.variables)(name);
    let connected = match &runtime {
        Ok(runtime) => runtime.block_on(Engine::connect(&variables)),
        Err(error) => return vec![finding.unknown(error.to_string())],
    };
    vec![match connected {
        Ok(engine) => finding.fine(engine.name().to_string()),
        Err(error) => {
            let causes = error.causes().join("; ");
            let found = match causes.is_empty() {
                true => error.to_string(),
                false => causes,
            };
            let fix = error.hints(&variables).into_iter().next();
            finding.missing(
                found,
                fix.unwrap_or_else(|| "apt-get install docker.io".to_owned()),
            )
        }
    }]
}
