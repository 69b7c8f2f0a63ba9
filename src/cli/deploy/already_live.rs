//! The end of a run that finds nothing to do, which is well where the service runs.

use std::collections::BTreeMap;

use serde_json::json;

use super::Scene;
use super::failure::who_listens;
use super::shown::named;
use crate::cli::Failure;
use crate::count::count;
use crate::deploy::scap_engine::ScapPlan;
use crate::deploy::{Action, Crew, DeployPlan};
use crate::error::{CommandError, ErrorKind};
use crate::model::{HostName, Revision};
use crate::ui::Format;

/// What is live already, and whether it runs.
pub(super) struct AlreadyLive<'a> {
    action: Action,
    revision: &'a Revision,
    hosts: Vec<&'a HostName>,
    /// Hosts where the service does not run, and why that is so.
    down: Vec<(&'a HostName, String)>,
    /// Whether a host has not told how its service is.
    is_unknown: bool,
}

impl<'a> AlreadyLive<'a> {
    /// Asks the hosts of a plan how their services are; where nothing is live, none is meant to run.
    ///
    /// # Errors
    /// Where somebody has enough of waiting.
    pub(super) async fn of(
        plan: &'a DeployPlan,
        crew: &mut Crew,
        scene: &Scene<'_>,
    ) -> Result<Self, CommandError> {
        let mut this = Self {
            action: plan.action,
            revision: &plan.revision,
            hosts: plan.hosts.keys().collect(),
            down: Vec::new(),
            is_unknown: false,
        };
        let service = &plan.service;
        if service.units.is_empty() {
            return Ok(this);
        }
        let asked = crew.service_states(&service.units, service.port, plan.batch_size);
        let (states, silent) = scene.unless_interrupted(asked).await?;
        this.is_unknown = !silent.is_empty() || states.values().any(|state| state.is_untold());
        for (host, _) in plan.hosts.iter().filter(|(_, host)| host.live.is_some()) {
            let state = states.get(host);
            let why = state.and_then(|state| state.why_down(service));
            this.down.extend(why.map(|why| (host, why)));
        }
        Ok(this)
    }

    /// What Scap found to be live; it does not know whether that runs.
    pub(super) fn by_scap(plan: &'a ScapPlan, has_service: bool) -> Self {
        Self {
            action: plan.action,
            revision: &plan.revision,
            hosts: plan.hosts.keys().collect(),
            down: Vec::new(),
            is_unknown: has_service,
        }
    }

    /// Says that every host is as it should be: none of them needs anything for this revision.
    ///
    /// # Errors
    /// Where its service does not run.
    pub(super) fn told(&self, scene: &Scene<'_>) -> Result<(), Failure> {
        if scene.ui.format == Format::Json {
            let down: Vec<_> = self.down.iter().map(|(host, _)| host).collect();
            let document = json!({
                "result": "nothing_to_do",
                "revision": self.revision,
                "hosts": self.hosts,
                "not_running": down,
            });
            scene.ui.result(&format!("{document:#}\n"))?;
            return self.ended(scene);
        }
        self.ended(scene)?;
        let again = match self.action {
            Action::Deploy => " (`--force` does everything again)",
            Action::Rollback | Action::Restart | Action::Start | Action::Stop => "",
        };
        scene
            .ui
            .status(&format!("nothing to do: {}{again}", self.live()));
        if self.is_unknown {
            let status = scene.repository.completed("svcgen service status");
            scene.ui.status(&format!(
                "whether the service runs was not found out: `{status}` shows it"
            ));
        }
        Ok(())
    }

    /// # Errors
    /// Where the service does not run.
    pub(super) fn ended(&self, scene: &Scene<'_>) -> Result<(), Failure> {
        if self.down.is_empty() {
            return Ok(());
        }
        let hosts: Vec<&str> = self.down.iter().map(|(host, _)| host.as_str()).collect();
        let message = format!(
            "{}, and the service does not run on {}: {}",
            self.live(),
            hosts.len(),
            named(&hosts)
        );
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (host, why) in &self.down {
            reasons.entry(why).or_default().push(host.as_str());
        }
        let mut error = CommandError::new(ErrorKind::Differences, message);
        error
            .hints
            .extend(reasons.keys().find_map(|why| who_listens(why)));
        for (why, hosts) in reasons {
            error = error.cause(format!("{}: {why}", named(&hosts)));
        }
        let command = |text: &str| scene.repository.completed(text);
        let limit = match hosts.len() == self.hosts.len() {
            true => String::new(),
            false => format!(" -l {}", hosts.join(",")),
        };
        let restart = command(&format!("svcgen service restart{limit}"));
        error = error.hint(format!("`{restart}` starts it"));
        if error.hints.len() < 2 {
            let status = command("svcgen service status");
            error = error.hint(format!("`{status}` shows how it is"));
        }
        Err(error.into())
    }

    /// What is live, on how many hosts.
    fn live(&self) -> String {
        let number = self.hosts.len();
        let (short, hosts) = (self.revision.short(), count(number, "host"));
        format!("{short} is live on {number} of {hosts}")
    }
}
