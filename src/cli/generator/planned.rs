use camino::Utf8Path;

use super::explain::{Moved, whose_file};
use super::recall::recall;
use super::renamed::{self, Renaming};
use super::target::Target;
use super::{Generator, series};
use crate::cli::context::{Context, Loaded};
use crate::drift::{Difference, extras};
use crate::edit::{EditPlan, Origin, Rendered, Resolution, plan};
use crate::error::CommandError;
use crate::generate::{
    DeployRepo, GenerateError, Generated, PuppetTree, SeriesStep, SourceRepo, VagrantTree,
    deploy_repo, mediawiki_vagrant, operations_puppet, source_repo,
};
use crate::git::{Checkout, GitError, Head, Setting, deploy_dir};
use crate::model::BranchName;
use crate::review::Topic;
use crate::worktree::Worktree;

/// Makes the plans of generators; what runs them, and what only looks at them, share it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planner<'a> {
    pub(crate) context: &'a Context,
    pub(crate) loaded: &'a Loaded,
    /// The deploy checkout, where another generator of this run knows it.
    pub(crate) deploy: Option<&'a Utf8Path>,
    pub(crate) resolution: Resolution,
    /// Whether the result is to be a commit.
    pub(crate) commits: bool,
}

/// The plan of one generator in one tree, and what it was made from.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) rendered: Rendered,
    pub(crate) generated: Generated,
    pub(crate) edits: EditPlan,
    pub(crate) setting: Option<Setting>,
}

impl Planned {
    /// Whether anything would change.
    pub(crate) fn has_differences(&self) -> bool {
        !self.edits.edits.is_empty() || self.setting.is_some()
    }
}

/// Why there is no plan.
#[derive(Debug)]
pub(crate) enum NotPlanned {
    /// The generator itself says why.
    Refused(GenerateError),
    Failed(CommandError),
}

impl From<GenerateError> for NotPlanned {
    fn from(error: GenerateError) -> Self {
        Self::Refused(error)
    }
}

impl From<CommandError> for NotPlanned {
    fn from(error: CommandError) -> Self {
        Self::Failed(error)
    }
}

impl From<NotPlanned> for CommandError {
    fn from(error: NotPlanned) -> Self {
        match error {
            NotPlanned::Refused(error) => error.into(),
            NotPlanned::Failed(error) => error,
        }
    }
}

/// What somebody put beside what svcgen wrote.
fn told_beside(extra: &Difference) -> String {
    let Difference {
        path, line, what, ..
    } = extra;
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{path}{line}: {what}")
}

impl Planner<'_> {
    /// Reads a tree, and finds what has to change in it.
    pub(crate) fn plan(
        &self,
        generator: Generator,
        target: &Target,
        worktree: &Worktree,
    ) -> Result<Planned, NotPlanned> {
        let rendered = match target {
            Target::Checkout { .. } => {
                // What this leaves open is told by what runs, and is among the differences.
                let _edited = recall(self.loaded, generator, worktree);
                let own = Rendered::of(worktree.root(), &self.loaded.service.name);
                let own = own
                    .by(generator.name())
                    .from_model(self.origin())
                    .taking_over(self.resolution.is_decided());
                self.refuse_renamed(generator, worktree)?;
                match self.commits {
                    true => own.committing(worktree),
                    false => own,
                }
            }
            Target::Output(_) => Rendered::none(),
        };
        let assumed = matches!(target, Target::Output(_));
        let mut generated = generate(self.loaded, generator, assumed, worktree, &rendered)?;
        let edits = plan(&generated.desired, worktree, &rendered, self.resolution);
        let edits = edits.map_err(CommandError::from)?;
        let patches = match generator {
            Generator::Puppet => series::stores_beside(SeriesStep::Service, self.loaded, worktree),
            Generator::Vagrant | Generator::Scap | Generator::Source => Vec::new(),
        };
        if let Some(renaming) = Renaming::of(self.loaded, &rendered, patches) {
            renaming.refuse_kept(&edits)?;
            let lost = renaming.lost(&edits, &rendered);
            generated.warnings.extend(lost);
            if generator == Generator::Puppet {
                renaming.refuse_left(&edits.after(worktree))?;
            }
        }
        if generator == Generator::Vagrant {
            let class = self.loaded.service.puppet_name.as_str();
            let extras = extras(&generated.desired, class, worktree, &rendered);
            let extras = extras.map_err(CommandError::from)?.into_iter();
            let told = extras.map(|it| told_beside(&it));
            generated.warnings.extend(told);
        }
        let setting = self.setting(generator, worktree.root())?;
        Ok(Planned {
            rendered,
            generated,
            edits,
            setting,
        })
    }

    /// Says why there is no plan, and what can be done.
    pub(crate) fn explain(
        &self,
        refused: NotPlanned,
        generator: Generator,
        target: &Target,
        worktree: &Worktree,
    ) -> CommandError {
        let own = Rendered::of(worktree.root(), &self.loaded.service.name).by(generator.name());
        let moved = match &refused {
            NotPlanned::Refused(error) => Moved::of(error, &own, worktree),
            NotPlanned::Failed(_) => None,
        };
        if let Some(moved) = moved {
            return moved.refused();
        }
        let is_file = match &refused {
            NotPlanned::Refused(GenerateError::Taken { is_file, .. }) => *is_file,
            NotPlanned::Refused(_) | NotPlanned::Failed(_) => return refused.into(),
        };
        let error = CommandError::from(refused);
        if matches!(target, Target::Output(_)) {
            return error;
        }
        if is_file {
            return whose_file(error);
        }
        let hint = renamed::hint(&self.origin(), &own, worktree);
        hint.into_iter().fold(error, CommandError::hint)
    }

    /// Refuses a model of which a checkout has something under another name.
    pub(crate) fn refuse_renamed(
        &self,
        generator: Generator,
        worktree: &Worktree,
    ) -> Result<(), CommandError> {
        renamed::refuse(self, generator, worktree)
    }

    /// The topic that a generator commits on, where no other is named.
    pub(crate) fn topic(
        &self,
        generator: Generator,
        root: &Utf8Path,
    ) -> Result<Topic, CommandError> {
        self.topic_named(generator, root, None)
    }

    /// The topic of the branch that is checked out, where it has a change that svcgen made for the service.
    pub(crate) fn topic_here(&self, generator: Generator, root: &Utf8Path) -> Option<Topic> {
        let Ok(Head::Branch { name, .. }) = Checkout::open(root).and_then(|it| it.head()) else {
            return None;
        };
        let topic = self.topic_named(generator, root, Some(&name)).ok()?;
        let name = &self.loaded.service.name;
        let patches = SeriesStep::ALL.map(|step| step.store(root, name));
        let own = Rendered::of(root, name);
        let stores: Vec<&Rendered> = patches.iter().chain([&own]).collect();
        let made = topic.patches(&stores).ok()?;
        (!made.is_empty()).then_some(topic)
    }

    /// The topic that a generator commits on: the one that is named, or the service's own.
    pub(crate) fn topic_named(
        &self,
        generator: Generator,
        root: &Utf8Path,
        name: Option<&str>,
    ) -> Result<Topic, CommandError> {
        let Loaded { service, site, .. } = self.loaded;
        let branch = match name {
            Some(name) => BranchName::parse(name),
            None => Topic::name_for(&service.name),
        };
        let branch = branch.map_err(|refused| {
            CommandError::usage(format!("--topic: {refused}")).hint("such as `--topic svcgen/tea`")
        })?;
        let base = generator.base(service, site).clone();
        let user = self.context.configuration.user.clone();
        let model = &self.loaded.path;
        let model = model.canonicalize_utf8().unwrap_or_else(|_| model.clone());
        let place = root.canonicalize_utf8().unwrap_or_else(|_| root.to_owned());
        let inside = model.strip_prefix(&place).ok().map(Utf8Path::to_owned);
        let topic = Topic::open(root, branch, base, user)?;
        Ok(topic.about(&self.loaded.service.name).keeping(inside))
    }

    /// The model, as a checkout remembers it.
    pub(super) fn origin(&self) -> Origin {
        origin(self.loaded)
    }

    /// The setting of the source repository that leads to the deploy repository.
    fn setting(
        &self,
        generator: Generator,
        root: &Utf8Path,
    ) -> Result<Option<Setting>, CommandError> {
        if generator != Generator::Source {
            return Ok(None);
        }
        let configured = self
            .context
            .configuration
            .services
            .get(self.loaded.service.name.as_str());
        let configured = configured.and_then(|own| own.deploy.clone());
        let beside = root
            .parent()
            .map(|folder| folder.join("deploy"))
            .filter(|folder| folder.join(".git").exists());
        match self
            .deploy
            .map(Utf8Path::to_owned)
            .or(configured)
            .or(beside)
        {
            Some(deploy) => deploy_dir(root, &deploy).map_err(|error| match error {
                GitError::NotACheckout { root: named }
                    if self.deploy.is_none() && named == deploy =>
                {
                    self.not_cloned(root, &deploy)
                }
                error => error.into(),
            }),
            None => Ok(None),
        }
    }

    /// Says that the configuration names a checkout of the deploy repository that nobody has made yet.
    fn not_cloned(&self, source: &Utf8Path, deploy: &Utf8Path) -> CommandError {
        let error = CommandError::usage(format!(
            "`{deploy}` is not a checkout of the deploy repository"
        ));
        let key = Generator::Scap.key();
        let setting = self.context.configuration.setting_of(key, deploy);
        let error = setting.into_iter().fold(error, |error, setting| {
            error.cause(format!("{setting} names it"))
        });
        let folder = match deploy.parent() == source.parent() {
            true => "..",
            false => "DIR",
        };
        error.hint(format!("`svcgen scap --clone {folder}` makes one"))
    }
}

/// A model, as a checkout remembers it.
pub(super) fn origin(loaded: &Loaded) -> Origin {
    let path = &loaded.path;
    Origin {
        path: path.canonicalize_utf8().unwrap_or_else(|_| path.clone()),
        port: loaded.service.port.number(),
        puppet_name: loaded.service.puppet_name.to_string(),
        version: loaded.version.clone(),
    }
}

/// What a generator wants in a tree, or in none, which is `assumed` to be like the newest that svcgen knows.
pub(super) fn generate(
    loaded: &Loaded,
    generator: Generator,
    assumed: bool,
    worktree: &Worktree,
    rendered: &Rendered,
) -> Result<Generated, GenerateError> {
    let (service, site, templates) = (&loaded.service, &loaded.site, &loaded.templates);
    match generator {
        Generator::Vagrant => match assumed {
            true => VagrantTree::assumed(worktree, templates),
            false => VagrantTree::read(worktree, rendered),
        }
        .and_then(|tree| mediawiki_vagrant(service, site, &tree, templates)),
        Generator::Puppet => match assumed {
            true => PuppetTree::assumed(worktree, service, templates),
            false => PuppetTree::read(worktree, service, rendered),
        }
        .and_then(|tree| operations_puppet(service, site, &tree, templates)),
        Generator::Scap => DeployRepo::read(worktree, rendered)
            .and_then(|tree| deploy_repo(service, site, &tree, templates)),
        Generator::Source => {
            SourceRepo::read(worktree).and_then(|tree| source_repo(service, &tree))
        }
    }
}
