use super::compare::Comparison;
use super::found::{
    branch, find_pending, name, open_source, open_topic, refuse_dirty, refuse_occupied, target,
};
use super::outline::{image, installation, warnings};
use super::{Request, Session, Workbench};
use crate::build::error::BuildError;
use crate::build::inputs::Inputs;
use crate::build::manifest::Manifest;
use crate::build::npm::HostNpm;
use crate::build::plan::{BuildPlan, Modules};
use crate::build::standing::Standing;
use crate::build::submodule::SourceModule;
use crate::build::tools::Tools;
use crate::git::Checkout;

impl Session {
    /// Plans a build: fetches both repositories, and compares. Nothing of the user's is changed.
    ///
    /// # Errors
    /// Where a repository is not as it has to be, or a server does not answer.
    pub fn prepare(request: Request<'_>) -> Result<Self, BuildError> {
        let checkout = Checkout::open(&request.root)?;
        refuse_dirty(&checkout, request.name.as_deref())?;
        let topic = open_topic(&checkout, &request)?;
        let (upstream, tip) = target(&checkout, &topic)?;
        let base = Standing::read(&checkout, tip)?;
        let module = SourceModule::find(&checkout, &base, topic.remote(), request.url.as_deref())?;
        let source = open_source(&checkout, &module, &request)?;
        let next = source.fetch()?;
        let manifest = Manifest::read(&source, next)?;
        let service = name(&request, &manifest);
        let topic = topic.on(branch(&service)?);
        let before = topic.last();
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
        if base.gitlink(&checkout, &module.path).is_none() {
            refuse_occupied(&checkout, &base, &module.path)?;
        }
        let tools = match (&request.workbench, reasons.is_empty()) {
            (_, true) => None,
            (Workbench::Host, false) => Some(Tools::Host(HostNpm::find()?)),
            (Workbench::Container { network }, false) => Some(Tools::Container {
                image: image(inputs.stanza(), request.site)?.clone(),
                network: network.clone(),
                bench: None,
            }),
        };
        let plan = BuildPlan {
            service,
            root: checkout.root().to_owned(),
            source: comparison.place(&base, waiting.as_ref())?,
            warnings: warnings(&manifest, &inputs, &base, &module, tools.as_ref(), &request),
            modules: match (&tools, kept.modules) {
                (Some(tools), _) => installation(reasons, &manifest, &inputs, tools, request.site),
                (None, Some(_)) => Modules::Kept,
                (None, None) => Modules::None,
            },
            change,
            topic: topic.branch().clone(),
            upstream,
        };
        Ok(Self {
            before,
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
            templates: request.templates.clone(),
            kept,
            checkout,
        })
    }
}
