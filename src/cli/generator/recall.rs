//! A checkout that remembers nothing, such as a fresh clone, has what earlier versions of the model wrote into it.

use super::Generator;
use super::planned::{generate, origin};
use super::renamed::deployed;
use crate::cli::context::Loaded;
use crate::edit::{Desired, Recalled, Rendered};
use crate::generate::{
    GenerateError, SeriesStep, SeriesTree, puppet_class, series_patch, vagrant_class,
};
use crate::worktree::Worktree;

/// Has a checkout remember what stands there just as a version of the model wants it: what the model wants no more is known to
/// be svcgen's by that, and what it wants otherwise, too.
///
/// Where that cannot be found out or kept, the checkout goes on without it.
pub(super) fn recall(loaded: &Loaded, generator: Generator, worktree: &Worktree) {
    let stores = stores(loaded, generator, worktree).into_iter();
    let mut blank: Vec<(Part, Rendered, Recalled)> = stores
        .filter(|(_, store)| store.is_blank())
        .map(|(part, store)| (part, store, Recalled::default()))
        .collect();
    if blank.is_empty() {
        return;
    }
    let versions = loaded.earlier();
    let mut all = versions.iter().chain([loaded]);
    if versions.is_empty() || !all.any(|version| is_begun(version, generator, worktree)) {
        return;
    }
    for version in &versions {
        let mut tree = None;
        for (part, store, recalled) in &mut blank {
            let store = store.clone().taking_over(true);
            // What a version cannot be generated for was not written by it.
            if let Ok(desired) = part.desired(version, worktree, &store, &mut tree) {
                let _unreadable = recalled.look_for(&desired, &origin(version), worktree);
            }
        }
    }
    for (_, store, recalled) in blank {
        let _unwritten = recalled.remember(&store);
    }
}

/// What one store remembers.
#[derive(Debug, Clone, Copy)]
enum Part {
    All(Generator),
    Patch(SeriesStep),
}

fn stores(loaded: &Loaded, generator: Generator, worktree: &Worktree) -> Vec<(Part, Rendered)> {
    let (root, name) = (worktree.root(), &loaded.service.name);
    match generator {
        Generator::Puppet => SeriesStep::ALL
            .map(|step| (Part::Patch(step), step.store(root, name)))
            .to_vec(),
        Generator::Vagrant | Generator::Scap | Generator::Source => {
            let own = Rendered::of(root, name).by(generator.name());
            vec![(Part::All(generator), own)]
        }
    }
}

impl Part {
    fn desired(
        self,
        version: &Loaded,
        worktree: &Worktree,
        store: &Rendered,
        tree: &mut Option<SeriesTree>,
    ) -> Result<Vec<Desired>, GenerateError> {
        let Loaded {
            service,
            site,
            templates,
            ..
        } = version;
        match self {
            Self::All(generator) => {
                generate(version, generator, false, worktree, store).map(|it| it.desired)
            }
            Self::Patch(step) => {
                let tree = match tree {
                    Some(tree) => {
                        tree.look_at(worktree, store)?;
                        tree
                    }
                    None => tree.insert(SeriesTree::read(worktree, service, store)?),
                };
                let patch = series_patch(step, service, site, tree, templates)?;
                Ok(patch.generated.desired)
            }
        }
    }
}

/// Whether a tree has anything of a service.
fn is_begun(version: &Loaded, generator: Generator, worktree: &Worktree) -> bool {
    let class = version.service.puppet_name.as_str();
    match generator {
        Generator::Vagrant => vagrant_class(class, worktree).is_some(),
        Generator::Puppet => puppet_class(class, worktree).is_some(),
        Generator::Scap => {
            deployed(worktree).is_some_and(|name| name == version.service.name.as_str())
        }
        Generator::Source => true,
    }
}
