use camino::Utf8PathBuf;

use super::files::Model;
use crate::cli::context::Context;
use crate::cli::generator::{Generator, Target};
use crate::doctor::{Fix, Place};
use crate::error::CommandError;
use crate::model::Site;

/// The checkouts that generators would take.
pub(super) fn checkouts(
    context: &Context,
    model: &Model,
    site: Option<&Site>,
    deploy: Option<Utf8PathBuf>,
) -> Vec<Place> {
    let configured = &context.configuration.checkouts;
    let loaded = model.loaded();
    let place = |generator: Generator| {
        let (command, what, fix) = match generator {
            Generator::Vagrant => (
                "vagrant",
                "a checkout of MediaWiki-Vagrant",
                Fix::Advice(
                    "`checkouts: {vagrant: PATH}` in the configuration, or `--vagrant-repo`"
                        .to_owned(),
                ),
            ),
            Generator::Puppet => (
                "puppet",
                "a checkout of operations/puppet",
                Fix::Advice(
                    "`checkouts: {puppet: PATH}` in the configuration, or `--puppet-repo`"
                        .to_owned(),
                ),
            ),
            Generator::Source => (
                "source",
                "the checkout of the source",
                Fix::Command("svcgen source --clone DIR".to_owned()),
            ),
            Generator::Scap => (
                "scap",
                "the deploy repository",
                Fix::Command("svcgen scap --clone DIR".to_owned()),
            ),
        };
        let target = match (generator, loaded) {
            (Generator::Scap, _) if deploy.is_some() => of(deploy.clone(), context),
            (_, Some(loaded)) => Target::find(generator, context, loaded)
                .map_err(|unknown| CommandError::from(unknown).message),
            (Generator::Vagrant, None) => of(configured.vagrant.clone(), context),
            (Generator::Puppet, None) => of(configured.puppet.clone(), context),
            (Generator::Source | Generator::Scap, None) => Err(match model {
                Model::Wrong => "the model, which tells, cannot be read".to_owned(),
                Model::Read(_) | Model::None => "there is no model here".to_owned(),
            }),
        };
        let found = target.and_then(|target| {
            let worktree = target
                .open()
                .map_err(|error| [vec![error.message], error.causes].concat().join("; "))?;
            Ok(worktree.root().to_owned())
        });
        let own = loaded.map(|loaded| &loaded.service.repositories);
        let repository = match generator {
            Generator::Vagrant => site.and_then(|site| site.repositories.vagrant.clone()),
            Generator::Puppet => site.and_then(|site| site.repositories.puppet.clone()),
            Generator::Source => own.map(|own| own.source.clone()),
            Generator::Scap => own.map(|own| own.deploy.clone()),
        };
        Place {
            command,
            what,
            repository,
            found,
            fix,
        }
    };
    Generator::ALL.into_iter().map(place).collect()
}

fn of(path: Option<Utf8PathBuf>, context: &Context) -> Result<Target, String> {
    path.map(|path| Target::Checkout {
        setting: context.configuration.setting_of(&path),
        path,
    })
    .ok_or_else(|| "the configuration names none".to_owned())
}
