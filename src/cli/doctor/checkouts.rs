use camino::Utf8PathBuf;

use super::files::{Model, where_the_model_is};
use crate::cli::context::Context;
use crate::cli::generator::{Generator, Target};
use crate::doctor::{ExpectedCheckout, Fix, Found};
use crate::error::CommandError;
use crate::generate::GenerateError;
use crate::model::Site;

/// The checkouts that generators would take.
pub(super) fn checkouts(
    context: &Context,
    model: &Model,
    site: Option<&Site>,
    deploy: Option<Utf8PathBuf>,
) -> Vec<ExpectedCheckout> {
    let configured = &context.configuration.checkouts;
    let loaded = model.loaded();
    let place = |generator: Generator| {
        // What would be cloned, the model tells.
        let cloning = |command: &str| match model {
            Model::None => where_the_model_is(deploy.is_some()),
            Model::Read(_) | Model::Wrong => Fix::Command(format!("svcgen {command} --clone DIR")),
        };
        let (command, what, fix) = match generator {
            Generator::Vagrant => (
                "vagrant",
                "a checkout of MediaWiki-Vagrant",
                Fix::Advice("`checkouts: {vagrant: PATH}` in the configuration".to_owned()),
            ),
            Generator::Puppet => (
                "puppet",
                "a checkout of operations/puppet",
                Fix::Advice("`checkouts: {puppet: PATH}` in the configuration".to_owned()),
            ),
            Generator::Source => ("source", "the checkout of the source", cloning("source")),
            Generator::Scap => ("scap", "the deploy repository", cloning("scap")),
        };
        let target = match (generator, loaded) {
            (Generator::Scap, _) if deploy.is_some() => of(generator, deploy.clone(), context),
            (_, Some(loaded)) => Target::find(generator, context, loaded)
                .map_err(|unknown| CommandError::from(unknown).message),
            (Generator::Vagrant, None) => of(generator, configured.vagrant.clone(), context),
            (Generator::Puppet, None) => of(generator, configured.puppet.clone(), context),
            (Generator::Source | Generator::Scap, None) => Err(match model {
                Model::Wrong => "the model, which would say, cannot be read".to_owned(),
                Model::Read(_) | Model::None => "there is no model here".to_owned(),
            }),
        };
        let found = match target {
            Ok(target) => found(generator, &target),
            Err(reason) => Found::Nowhere(reason),
        };
        let own = loaded.map(|loaded| &loaded.service.repositories);
        let repository = match generator {
            Generator::Vagrant => site.and_then(|site| site.repositories.vagrant.clone()),
            Generator::Puppet => site.and_then(|site| site.repositories.puppet.clone()),
            Generator::Source => own.map(|own| own.source.clone()),
            Generator::Scap => own.map(|own| own.deploy.clone()),
        };
        ExpectedCheckout {
            command,
            what,
            repository,
            found,
            fix,
        }
    };
    let mut places: Vec<ExpectedCheckout> = Generator::ALL.into_iter().map(place).collect();
    keep_apart(&mut places);
    places
}

/// Refuses one folder for both repositories of a service, whatever it holds.
fn keep_apart(places: &mut [ExpectedCheckout]) {
    let source = places.iter().find(|place| place.command == "source");
    let Some((Found::At(folder), repository)) =
        source.map(|source| (source.found.clone(), source.repository.clone()))
    else {
        return;
    };
    let deploy = places.iter_mut().find(|place| place.command == "scap");
    let Some(deploy) = deploy.filter(|deploy| deploy.repository != repository) else {
        return;
    };
    if matches!(&deploy.found, Found::At(other) if *other == folder) {
        deploy.found = Found::Unfit {
            reason: format!("`{folder}` is the checkout of the source as well"),
            fix: Fix::Advice("name another folder for one of them".to_owned()),
        };
    }
}

/// Where a checkout is, and whether it is the one that is meant: the generator itself judges that.
fn found(generator: Generator, target: &Target) -> Found {
    let worktree = match target.open() {
        Ok(worktree) => worktree,
        // It may yet be cloned there.
        Err(error) => return Found::Nowhere(in_a_line(error)),
    };
    let Err(error) = generator.recognise(&worktree) else {
        return Found::At(worktree.root().to_owned());
    };
    let is_another = matches!(error, GenerateError::Unrecognised { .. });
    let error = CommandError::from(error);
    let fix = match target.setting().filter(|_| is_another) {
        Some(setting) if generator == Generator::Source => {
            format!("correct {setting}; for a service in another language, remove it there")
        }
        Some(setting) => format!("correct {setting}"),
        None => error
            .hints()
            .next()
            .unwrap_or("give yourself permission to read it")
            .to_owned(),
    };
    Found::Unfit {
        reason: in_a_line(error),
        fix: Fix::Advice(fix),
    }
}

/// A failure in one line.
fn in_a_line(error: CommandError) -> String {
    [vec![error.message], error.causes].concat().join("; ")
}

fn of(
    generator: Generator,
    path: Option<Utf8PathBuf>,
    context: &Context,
) -> Result<Target, String> {
    path.map(|path| Target::Checkout {
        setting: context.configuration.setting_of(generator.key(), &path),
        path,
    })
    .ok_or_else(|| "the configuration names none".to_owned())
}
