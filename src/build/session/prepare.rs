use camino::Utf8Path;
use git2::Oid;

use super::{Force, Kept, Request, Session, Workbench};
use crate::build::error::BuildError;
use crate::build::inputs::Inputs;
use crate::build::manifest::Manifest;
use crate::build::npm::{self, HostNode, HostNpm};
use crate::build::packages::Packages;
use crate::build::plan::{BuildPlan, Change, Installation, Modules, Place};
use crate::build::provenance::{Provenance, is_build};
use crate::build::reason::Reason;
use crate::build::settings::Settings;
use crate::build::source::Source;
use crate::build::standing::{Origin, Standing};
use crate::build::stanza::Stanza;
use crate::build::submodule::SourceModule;
use crate::build::tree::link;
use crate::git::{Checkout, GitError};
use crate::model::{BranchName, Build, BuildTarget, ImageName, Site};
use crate::review::{Pending, Topic};

impl Session {
    /// Plans a build: fetches both repositories, and compares. Nothing of the user's is changed.
    ///
    /// # Errors
    /// Where a repository is not as it has to be, or a server does not answer.
    pub fn prepare(request: Request<'_>) -> Result<Self, BuildError> {
        let checkout = Checkout::open(&request.root)?;
        refuse_dirty(&checkout)?;
        let topic = open_topic(&checkout, &request)?;
        topic.fetch()?;
        let (upstream, tip) = target(&checkout, &topic)?;
        let base = Standing::read(&checkout, tip)?;
        let module = SourceModule::find(&checkout, &base, topic.remote(), request.url.as_deref())?;
        let source = open_source(&checkout, &module, &request)?;
        let next = source.fetch()?;
        let manifest = Manifest::read(&source, next)?;
        let service = name(&request, &manifest);
        let topic = topic.on(branch(&service)?);
        let pending = find_pending(&checkout, &topic)?;
        let inputs = Inputs::of(&source, next, &manifest, request.model)?;

        let comparison = Comparison {
            checkout: &checkout,
            source: &source,
            module: &module,
            inputs: &inputs,
            next,
            request: &request,
        };
        let waiting = pending.as_ref().map(|pending| pending.commit);
        let waiting = waiting.map(|commit| Standing::read(&checkout, commit));
        let waiting = waiting.transpose()?;
        let (kept, reasons) = comparison.modules(&base, waiting.as_ref())?;
        let change =
            comparison.change(&base, waiting.as_ref(), pending.as_ref(), &kept, &reasons)?;
        let source_place = comparison.place(&base, waiting.as_ref())?;
        if base.gitlink(&checkout, &module.path).is_none() {
            refuse_occupied(&checkout, &base, &module.path)?;
        }
        let tools = match (reasons.is_empty(), request.workbench) {
            (true, Workbench::Host) => None,
            (false, Workbench::Host) => Some(HostNpm::find()?),
        };
        let plan = BuildPlan {
            service,
            root: checkout.root().to_owned(),
            source: source_place,
            modules: planned(
                &reasons,
                &kept,
                &manifest,
                &inputs,
                tools.as_ref(),
                request.site,
            ),
            change,
            topic: topic.branch().clone(),
            upstream,
            warnings: warnings(
                &manifest,
                &inputs,
                &base,
                &module,
                tools.as_ref(),
                request.model,
            ),
        };
        Ok(Self {
            plan,
            topic,
            base,
            pending,
            source,
            module,
            next,
            manifest,
            inputs,
            tools,
            kept,
            checkout,
        })
    }
}

/// Refuses changes that are not committed: a build would go on without them. What git does not know, and which commit of a
/// submodule is checked out, does not matter.
fn refuse_dirty(checkout: &Checkout) -> Result<(), BuildError> {
    let args = [
        "--no-optional-locks",
        "status",
        "--porcelain",
        "-z",
        "--untracked-files=no",
        "--ignore-submodules=all",
        "--no-renames",
    ];
    let output = checkout.git().run(&args)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let paths: Vec<String> = text
        .split('\0')
        .filter_map(|entry| entry.get(3..).map(str::to_owned))
        .collect();
    if paths.is_empty() {
        return Ok(());
    }
    Err(BuildError::Dirty {
        root: checkout.root().to_owned(),
        paths,
    })
}

fn open_topic(checkout: &Checkout, request: &Request<'_>) -> Result<Topic, BuildError> {
    let base = match &request.settings.deploy_branch {
        Some(name) => parse_branch("deploy.deploybranch", name)?,
        None => request.branch.clone(),
    };
    // Its name is that of the service, which may be known only once the source is here.
    let branch = parse_branch("deploy.name", "svcgen/build")?;
    let topic = Topic::open(checkout.root(), branch, base, request.user.clone())?;
    let Settings { remote, .. } = &request.settings;
    if let Some(remote) = remote
        && !checkout.has_remote(remote)
    {
        return Err(BuildError::UnknownRemote {
            root: checkout.root().to_owned(),
            remote: remote.clone(),
        });
    }
    Ok(topic.at_remote(remote.clone()))
}

fn parse_branch(key: &'static str, name: &str) -> Result<BranchName, BuildError> {
    BranchName::parse(name).map_err(|_| BuildError::Branch {
        key,
        value: name.to_owned(),
    })
}

/// The branch that is built upon, as it is at the remote.
fn target(checkout: &Checkout, topic: &Topic) -> Result<(String, Oid), BuildError> {
    let Some(remote) = topic.remote() else {
        return Err(BuildError::NoRemote {
            root: checkout.root().to_owned(),
        });
    };
    topic.target().ok_or_else(|| BuildError::NoBranch {
        root: checkout.root().to_owned(),
        remote: remote.to_owned(),
        branch: topic.base().clone(),
    })
}

fn open_source(
    checkout: &Checkout,
    module: &SourceModule,
    request: &Request<'_>,
) -> Result<Source, BuildError> {
    let named = request.settings.source_branch.as_deref();
    let branch = match named.or(module.branch.as_deref()) {
        Some(name) => parse_branch("deploy.srcbranch", name)?,
        None => request.branch.clone(),
    };
    let git_dir = checkout.repository().commondir();
    let git_dir = Utf8Path::from_path(git_dir).ok_or_else(|| GitError::NotACheckout {
        root: checkout.root().to_owned(),
    })?;
    Source::open(git_dir, &module.name, module.url.clone(), branch)
}

/// The name of the service: as it is configured, else that of its package.
fn name(request: &Request<'_>, manifest: &Manifest) -> String {
    let configured = request
        .settings
        .name
        .clone()
        .or_else(|| request.name.clone());
    let name = configured.or_else(|| manifest.name().map(str::to_owned));
    name.unwrap_or_else(|| "service".into())
}

/// The topic branch: not that of the generators, whose change to the deploy repository is another.
fn branch(service: &str) -> Result<BranchName, BuildError> {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' || c == '_' {
            c
        } else {
            '-'
        }
    };
    let name: String = service.chars().map(plain).collect();
    parse_branch("deploy.name", &format!("svcgen/{name}-build"))
}

/// The change that waits; it has to be a build's, and checked out nowhere.
fn find_pending(checkout: &Checkout, topic: &Topic) -> Result<Option<Pending>, BuildError> {
    if let Some(path) = topic.checked_out_in()? {
        return Err(BuildError::CheckedOut {
            branch: topic.branch().clone(),
            path,
        });
    }
    match topic.pending()? {
        Some(pending) if !is_build(&pending.message) => Err(BuildError::NotOurs {
            root: checkout.root().to_owned(),
            branch: topic.branch().clone(),
            subject: pending.message.subject().to_owned(),
        }),
        pending => Ok(pending),
    }
}

fn refuse_occupied(
    checkout: &Checkout,
    base: &Standing,
    path: &Utf8Path,
) -> Result<(), BuildError> {
    let tree = checkout.repository().find_tree(base.tree);
    match tree.and_then(|tree| tree.get_path(path.as_std_path())) {
        Ok(_) => Err(BuildError::Occupied {
            path: path.to_owned(),
            commit: base.short(),
        }),
        Err(_) => Ok(()),
    }
}

/// Two commits of the deploy repository, compared with what is to come.
struct Comparison<'a> {
    checkout: &'a Checkout,
    source: &'a Source,
    module: &'a SourceModule,
    inputs: &'a Inputs,
    next: Oid,
    request: &'a Request<'a>,
}

impl Comparison<'_> {
    /// The modules that can be kept, or why there are none: those of the change that waits go first.
    fn modules(
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
        match self.request.workbench {
            // What was built in a container is as good as it was.
            Workbench::Host if provenance.image().is_some() => Ok(None),
            Workbench::Host => {
                let here = HostNode::find()?.version;
                let from = provenance.node().unwrap_or(&here).to_owned();
                Ok((from != here).then_some(Reason::Node { from, to: here }))
            }
        }
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

    fn change(
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
    fn place(&self, base: &Standing, waiting: Option<&Standing>) -> Result<Place, BuildError> {
        let path = &self.module.path;
        let now = base.gitlink(self.checkout, path);
        let pending = waiting.and_then(|it| it.gitlink(self.checkout, path));
        let (mut commits, mut removed) = (Vec::new(), 0);
        if let Some(now) = now {
            match self.source.require(now, path) {
                Ok(()) => {
                    commits = self.source.commits(now, self.next)?;
                    removed = self.source.commits(self.next, now)?.len();
                }
                Err(BuildError::MissingCommit { .. }) if self.request.force == Force::Yes => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Place {
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

/// What the plan says about the modules.
fn planned(
    reasons: &[Reason],
    kept: &Kept,
    manifest: &Manifest,
    inputs: &Inputs,
    tools: Option<&HostNpm>,
    site: &Site,
) -> Modules {
    let Some(host) = tools else {
        return match kept.modules {
            Some(_) => Modules::Kept,
            None => Modules::None,
        };
    };
    let stanza = inputs.stanza();
    let arguments = npm::arguments(&host.version, manifest.lock.is_some(), stanza);
    Modules::Built(Box::new(Installation {
        reasons: reasons.to_vec(),
        image: None,
        node: stanza.node.to_string(),
        npm: stanza.npm.as_ref().map(ToString::to_string),
        packages: Packages::of(stanza, image(stanza, site)),
        command: npm::shown(&arguments),
        environment: stanza.variables(),
    }))
}

/// The image that a target means.
fn image<'a>(stanza: &'a Stanza, site: &'a Site) -> Option<&'a ImageName> {
    match &stanza.target {
        BuildTarget::Debian => site.image("debian"),
        BuildTarget::Ubuntu => site.image("ubuntu"),
        BuildTarget::Image(image) => Some(image),
    }
}

fn warnings(
    manifest: &Manifest,
    inputs: &Inputs,
    base: &Standing,
    module: &SourceModule,
    tools: Option<&HostNpm>,
    model: Option<&Build>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    for (key, meant) in &manifest.strays {
        let meant = meant.map(|meant| format!("; did you mean `{meant}`?"));
        warnings.push(format!(
            "`deploy.{key}` of `package.json` means nothing{}",
            meant.unwrap_or_default()
        ));
    }
    if let (Some(stanza), Some(model)) = (&manifest.stanza, model) {
        for key in stanza.changed(&Stanza::from(model)) {
            // The model has no such field.
            if key != "npm" {
                warnings.push(format!(
                    "`deploy.{key}` of `package.json` is not what `svcgen.yaml` says; `package.json` holds"
                ));
            }
        }
    }
    if manifest.lock.is_none() && inputs.has_dependencies() {
        warnings.push(
            "the source has no lock file: each build takes the newest versions that fit".into(),
        );
    }
    if base.has_own_package {
        warnings.push(format!(
            "`package.json` of the deploy repository is not a link to `{}`; it stays",
            link(&module.path)
        ));
    }
    if let Some(host) = tools {
        warnings.extend(versions(inputs.stanza(), host));
    }
    warnings
}

/// Warns where this machine has not what a stanza asks for.
fn versions(stanza: &Stanza, host: &HostNpm) -> Vec<String> {
    let asked = [
        ("Node", Some(&stanza.node), &host.node.version),
        ("npm", stanza.npm.as_ref(), &host.version),
    ];
    let missed = asked.into_iter().filter_map(|(what, asked, found)| {
        let asked = asked.filter(|asked| !npm::is_version(asked.as_str(), found))?;
        Some(format!(
            "`package.json` asks for {what} {asked}, and this machine has {found}"
        ))
    });
    missed.collect()
}
