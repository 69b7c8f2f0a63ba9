//! A checkout that remembers nothing, such as a fresh clone, has what earlier versions of the model wrote into it.

use camino::{Utf8Path, Utf8PathBuf};

use super::planned::{generate, origin};
use super::renamed::deployed;
use super::{Generator, Run};
use crate::cli::context::Loaded;
use crate::edit::{Desired, Recalled, Rendered};
use crate::generate::{
    GenerateError, Patch, SeriesStep, SeriesTree, puppet_class, series_patch, vagrant_class,
};
use crate::git::{committed_text, committed_texts};
use crate::worktree::Worktree;

/// How many contents of a file are looked at that it had before.
const MOST_PAST: usize = 6;

/// Has a checkout remember what is committed there as a version of the model wants it: what the model wants no more is known to
/// be svcgen's by that, and what it wants otherwise, too.
///
/// One that remembers an older version learns in the same way what was generated from later ones elsewhere. Where that cannot be
/// found out or kept, the checkout goes on without it. Returns the files that are not wholly as a version wants them: what differs
/// from the nearest one counts as somebody's.
pub(super) fn recall(
    loaded: &Loaded,
    generator: Generator,
    worktree: &Worktree,
) -> Vec<Utf8PathBuf> {
    let mut stores = stores(loaded, generator, worktree);
    stores.retain(|(_, store)| store.is_blank() || store.version().is_some());
    if stores.is_empty() {
        return Vec::new();
    }
    let versions = loaded.versions();
    let mut all = versions.iter().chain([loaded]);
    if versions.is_empty() || !all.any(|version| is_begun(version, generator, worktree)) {
        return Vec::new();
    }
    let names: Vec<Option<String>> = versions.iter().map(|it| it.version.clone()).collect();
    let open = |(part, store)| (part, Recalled::of(store, &names, worktree));
    let mut open: Vec<(Part, Recalled)> = stores.into_iter().map(open).collect();
    let mut tree = None;
    // Whoever goes on with a file here has not committed it.
    let mut committed = worktree.clone();
    for (age, version) in versions.iter().enumerate() {
        if version.version == loaded.version {
            continue;
        }
        for (part, recalled) in open.iter_mut().filter(|(_, it)| it.may_be(age)) {
            let desired = part.desired(version, worktree, recalled.store(), &mut tree);
            // What a version cannot be generated for was not written by it.
            let Ok(mut desired) = desired else {
                continue;
            };
            committed = as_committed(&committed, desired.iter().map(Desired::path));
            let is_renamed = version.service.puppet_name != loaded.service.puppet_name;
            if is_renamed && !recalled.is_whole(&desired, &committed) {
                continue;
            }
            desired.retain(|wanted| {
                let text = committed.read(wanted.path());
                text.is_ok_and(|text| text.is_some()) && !claims(wanted, worktree, &committed)
            });
            let _unreadable = recalled.look_for(&desired, (&origin(version), age), &committed);
        }
    }
    let past = |path: &Utf8Path| committed_texts(&worktree.root().join(path), MOST_PAST);
    let edited = open
        .into_iter()
        .flat_map(|(_, recalled)| recalled.remember(&committed, past));
    edited.flatten().collect()
}

impl Run<'_> {
    /// Has the checkout remember what earlier versions of the model wrote there, and tells what that leaves open.
    pub(super) fn recall(&self, generator: Generator, worktree: &Worktree) {
        for path in recall(self.loaded, generator, worktree) {
            self.ui.warning(&format!(
                "{path}: no committed version of the model generates exactly this: what differs from the nearest one counts as \
                 someone else's, and is left unchanged"
            ));
        }
    }
}

/// A tree in which these files are as in the last commit: others wrote them, and not somebody who goes on with them here.
pub(in crate::cli) fn as_committed<'a>(
    worktree: &Worktree,
    paths: impl IntoIterator<Item = &'a Utf8PathBuf>,
) -> Worktree {
    worktree.as_if(paths.into_iter().map(|path| {
        let text = committed_text(&worktree.root().join(path));
        (path.clone(), text)
    }))
}

/// Whether a version wants lines that stand in a file and are in no commit: somebody put them there.
fn claims(wanted: &Desired, worktree: &Worktree, committed: &Worktree) -> bool {
    let text = |tree: &Worktree| tree.read(wanted.path()).ok().flatten().unwrap_or_default();
    let (here, there) = (text(worktree), text(committed));
    if here == there {
        return false;
    }
    let record = wanted.record();
    let has = |text: &str, line: &str| text.lines().any(|other| other.trim() == line.trim());
    let mut lines = here.lines().filter(|line| !line.trim().is_empty());
    lines.any(|line| !has(&there, line) && has(&record, line))
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
        let store = &store.clone().taking_over(true);
        let generated = match self {
            Self::All(generator) => generate(version, generator, false, worktree, store)?,
            Self::Patch(step) => patch_of(version, step, worktree, store, tree)?.generated,
        };
        Ok(generated.desired)
    }
}

/// A patch of the series as a version of the model has it; `tree` is read once for all of them.
pub(super) fn patch_of(
    version: &Loaded,
    step: SeriesStep,
    worktree: &Worktree,
    store: &Rendered,
    tree: &mut Option<SeriesTree>,
) -> Result<Patch, GenerateError> {
    let Loaded {
        service,
        site,
        templates,
        ..
    } = version;
    let tree = match tree {
        Some(tree) => tree,
        None => tree.insert(SeriesTree::read(worktree, service, store)?),
    };
    tree.look_at(worktree, store)?;
    tree.turn_to(service)?;
    series_patch(step, service, site, tree, templates)
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
