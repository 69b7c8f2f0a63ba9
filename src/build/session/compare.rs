use git2::Oid;

use super::outline::image;
use super::{Force, Kept, Request, Workbench};
use crate::build::engine::Bench;
use crate::build::error::BuildError;
use crate::build::inputs::Inputs;
use crate::build::manifest::Manifest;
use crate::build::npm::HostNode;
use crate::build::plan::{Change, SubmoduleMove};
use crate::build::provenance::Provenance;
use crate::build::reason::Reason;
use crate::build::source::Source;
use crate::build::standing::{Origin, Standing};
use crate::build::submodule::SourceModule;
use crate::build::tree::link;
use crate::git::Checkout;
use crate::review::Pending;

/// Two commits of the deploy repository, compared with what is to come.
pub(super) struct Comparison<'a> {
    pub(super) checkout: &'a Checkout,
    pub(super) source: &'a Source,
    pub(super) module: &'a SourceModule,
    pub(super) inputs: &'a Inputs,
    pub(super) next: Oid,
    pub(super) request: &'a Request<'a>,
}

impl Comparison<'_> {
    /// The modules that can be kept, or why there are none: those of the change that waits go first.
    pub(super) fn modules(
        &self,
        base: &Standing,
        waiting: Option<&Standing>,
    ) -> Result<(Kept, Vec<Reason>), BuildError> {
        let mut all: Option<Vec<Reason>> = None;
        for standing in waiting.into_iter().chain([base]) {
            let (provenance, reasons) = self.reasons(standing)?;
            if reasons.is_empty() && self.request.force == Force::No {
                let modules = standing.modules;
                return Ok((
                    Kept {
                        modules,
                        provenance,
                    },
                    Vec::new(),
                ));
            }
            all.get_or_insert(reasons);
        }
        let mut reasons = all.unwrap_or_default();
        if self.request.force == Force::Yes {
            reasons.insert(0, Reason::Forced);
        }
        Ok((Kept::default(), reasons))
    }

    /// Why the modules of a commit cannot be kept.
    fn reasons(&self, of: &Standing) -> Result<(Option<Provenance>, Vec<Reason>), BuildError> {
        let (provenance, built) = match of.origin(self.checkout)? {
            Origin::Changed(commit) => return Ok((None, vec![Reason::ChangedSince { commit }])),
            Origin::Known(provenance) => {
                let source = provenance.source();
                (Some(provenance), source)
            }
            Origin::Elsewhere if of.modules.is_none() => {
                let reasons = match self.inputs.has_dependencies() {
                    true => vec![Reason::NoModules],
                    false => Vec::new(),
                };
                return Ok((None, reasons));
            }
            Origin::Elsewhere => (None, of.gitlink(self.checkout, &self.module.path)),
        };
        let hash = provenance
            .as_ref()
            .map(|provenance| provenance.inputs.as_str());
        let mut reasons = if hash == Some(&self.inputs.hash()?) {
            Vec::new()
        } else {
            self.differences(built)?
        };
        if let Some(provenance) = &provenance {
            reasons.extend(self.tools(provenance)?);
        }
        Ok((provenance, reasons))
    }

    /// How the inputs differ from those of an earlier commit of the source.
    fn differences(&self, built: Option<Oid>) -> Result<Vec<Reason>, BuildError> {
        let unknown = |commit: String| Ok(vec![Reason::Unknown { commit }]);
        let Some(built) = built else {
            return unknown("an unknown commit".into());
        };
        if !self.source.has(built) {
            return unknown(built.to_string()[..7].to_owned());
        }
        let model = self.request.model;
        let earlier = Manifest::read(self.source, built)
            .and_then(|manifest| Inputs::of(self.source, built, &manifest, model));
        match earlier {
            Ok(earlier) => Ok(self.inputs.reasons(&earlier)),
            Err(BuildError::Package(_) | BuildError::NoPackage { .. }) => {
                unknown(built.to_string()[..7].to_owned())
            }
            Err(error) => Err(error),
        }
    }

    /// Which tools are others by now.
    fn tools(&self, provenance: &Provenance) -> Result<Option<Reason>, BuildError> {
        let Workbench::Container { .. } = self.request.workbench else {
            // What was built in a container is as good as it was.
            if provenance.image().is_some() {
                return Ok(None);
            }
            let here = HostNode::find()?.version;
            let from = provenance.node().unwrap_or(&here).to_owned();
            return Ok((from != here).then_some(Reason::Node { from, to: here }));
        };
        let image = image(self.inputs.stanza(), self.request.site)?;
        let to = image.to_string();
        Ok(match provenance.image() {
            None => Some(Reason::NotInContainer { image: to }),
            Some(from) if from != to => Some(Reason::Image {
                from: from.to_owned(),
                to,
            }),
            Some(_) => match (provenance.digest(), Bench::glance(&to)) {
                (Some(before), Some(now)) if before != now => {
                    Some(Reason::ImageMoved { image: to })
                }
                // Without an engine, or where it does not have the image, nobody knows.
                _ => None,
            },
        })
    }

    /// Whether a commit has all that a build would make.
    fn holds(&self, standing: &Standing, kept: &Kept) -> bool {
        let target = link(&self.module.path);
        standing.gitlink(self.checkout, &self.module.path) == Some(self.next)
            && standing.modules == kept.modules
            && self.module.gitmodules.is_none()
            && (standing.has_own_package
                || standing
                    .linked
                    .as_ref()
                    .is_some_and(|linked| *linked == target))
    }

    pub(super) fn change(
        &self,
        base: &Standing,
        waiting: Option<&Standing>,
        pending: Option<&Pending>,
        kept: &Kept,
        reasons: &[Reason],
    ) -> Result<Change, BuildError> {
        if reasons.is_empty() && self.holds(base, kept) {
            return Ok(Change::Nothing);
        }
        let Some((pending, waiting)) = pending.zip(waiting) else {
            return Ok(Change::New);
        };
        let change_id = pending.change_id.clone();
        // What it stands on may have moved, but not in what it changes.
        let stands_on = pending.parent.map(|it| Standing::read(self.checkout, it));
        let stands_on = stands_on.transpose()?;
        let path = &self.module.path;
        let is_current = stands_on.is_some_and(|it| {
            it.modules == base.modules
                && it.gitlink(self.checkout, path) == base.gitlink(self.checkout, path)
                && it.gitmodules == base.gitmodules
        });
        if reasons.is_empty() && is_current && self.holds_waiting(waiting, kept) {
            return Ok(Change::Pending { change_id });
        }
        Ok(Change::Update { change_id })
    }

    /// Whether the change that waits has all; what it adds to `.gitmodules` is in it.
    fn holds_waiting(&self, waiting: &Standing, kept: &Kept) -> bool {
        let module = SourceModule {
            gitmodules: self
                .module
                .gitmodules
                .clone()
                .filter(|text| waiting.gitmodules.as_ref() != Some(text)),
            ..self.module.clone()
        };
        let there = Comparison {
            module: &module,
            ..*self
        };
        there.holds(waiting, kept)
    }

    /// Where the submodule is and goes, and what lies in between.
    pub(super) fn place(
        &self,
        base: &Standing,
        waiting: Option<&Standing>,
    ) -> Result<SubmoduleMove, BuildError> {
        let path = &self.module.path;
        let now = base.gitlink(self.checkout, path);
        let pending = waiting.and_then(|it| it.gitlink(self.checkout, path));
        let (mut commits, mut removed) = (Vec::new(), 0);
        if let Some(now) = now {
            match self.source.require(now, self.checkout.root(), path) {
                Ok(()) => {
                    commits = self.source.commits(now, self.next)?;
                    removed = self.source.commits(self.next, now)?.len();
                }
                Err(BuildError::MissingCommit { .. }) if self.request.force == Force::Yes => {}
                Err(error) => return Err(error),
            }
        }
        Ok(SubmoduleMove {
            path: path.clone(),
            url: self.source.url().to_owned(),
            branch: self.source.branch().clone(),
            now: now.map(|it| it.to_string()),
            pending: pending.map(|it| it.to_string()),
            next: self.next.to_string(),
            next_short: self.source.short(self.next),
            commits,
            removed,
        })
    }
}
