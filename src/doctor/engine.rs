use super::machine::SPACE;
use super::space::Free;
use super::{Finding, State, Surroundings, in_time};
use crate::container::{ConnectError, Engine};
use crate::model::BuildTarget;

const NEEDED_BY: &[&str] = &["build"];

/// The engine that builds run in, and the image that they begin with.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    if !surroundings.want(NEEDED_BY) {
        return Vec::new();
    }
    let finding = Finding::new("container", "a container engine", NEEDED_BY);
    let silent = finding.clone();
    let variables = |name: &str| (surroundings.variables)(name);
    let asked = async {
        match Engine::connect(&variables).await {
            Ok(engine) => {
                let image = image(surroundings, &engine).await;
                let name = finding.fine(engine.name().to_string());
                let findings = [name, space(&engine)];
                findings.into_iter().chain(image).collect()
            }
            Err(error) => vec![absent(finding, &error, &variables)],
        }
    };
    let otherwise = match variables("DOCKER_HOST").is_some_and(|host| !host.is_empty()) {
        true => "unset DOCKER_HOST",
        false => "docker version",
    };
    in_time(asked).unwrap_or_else(|why| vec![silent.missing(why, otherwise)])
}

fn absent(
    finding: Finding,
    error: &ConnectError,
    variables: &dyn Fn(&str) -> Option<String>,
) -> Finding {
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

/// The space that images and containers have.
fn space(engine: &Engine) -> Finding {
    let finding = |what: String| Finding::new("container.space", what, NEEDED_BY);
    let Some(folder) = engine.storage() else {
        let what = "space for images and containers".to_owned();
        return finding(what).unknown("the engine may be on another machine");
    };
    let finding = finding(format!("space for images and containers in `{folder}`"));
    // An engine may have a machine of its own, or see other disks.
    match Free::of(folder) {
        Ok(free) => {
            let prune = engine.name().space().pop().unwrap_or_default();
            free.judge(finding, "", SPACE, prune)
        }
        Err(error) => finding.unknown(format!(
            "it cannot be seen from here: {}",
            crate::error::reworded(&error)
        )),
    }
}

/// Whether the image of the service's target is there already.
async fn image(surroundings: &Surroundings<'_>, engine: &Engine) -> Option<Finding> {
    let (service, site) = surroundings.service.zip(surroundings.site)?;
    let name = match &service.build.target {
        BuildTarget::Debian => site.image("debian")?,
        BuildTarget::Ubuntu => site.image("ubuntu")?,
        BuildTarget::Image(name) => name,
    };
    let finding = Finding::new("container.image", format!("the image {name}"), NEEDED_BY);
    Some(match engine.image(name.as_str()).await {
        Ok(Some(_)) => finding.fine("it is there"),
        Ok(None) => Finding {
            state: State::Unknown,
            ..finding.fine("the first build fetches it")
        },
        Err(error) => finding.unknown(error.to_string()),
    })
}
