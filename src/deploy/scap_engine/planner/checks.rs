use super::ScapPlanner;
use crate::deploy::scap_engine::refusal::ScapRefusal;
use crate::deploy::scap_engine::survey::Survey;
use crate::model::HostName;

impl ScapPlanner<'_> {
    pub(super) fn check_command(
        &self,
        survey: &Survey,
        host: &HostName,
    ) -> Result<(), ScapRefusal> {
        let command = self.wish.command.join(" ");
        let told = &survey.command;
        if told.code == 127 {
            return Err(ScapRefusal::NoCommand {
                host: host.clone(),
                command,
            });
        }
        let needed = ["--rev", "--limit-hosts", "--force", "--service-restart"];
        let named = self.wish.environment.is_some().then_some("--define");
        let needed = needed.into_iter().chain(named);
        let missing: Vec<&str> = needed
            .filter(|option| told.code != 0 || !told.help.contains(option))
            .collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(ScapRefusal::OldCommand {
                host: host.clone(),
                command,
                missing,
                said: told.said.clone(),
            }),
        }
    }

    /// Hosts, checks and limits are read here, and meant there: both have to be the same.
    pub(super) fn check_directory(&self, tree: &str, host: &HostName) -> Result<(), ScapRefusal> {
        let uncommitted = self.repository.uncommitted();
        let uncommitted = uncommitted.map_err(crate::deploy::PlannerError::from)?;
        if let Some(path) = uncommitted
            .into_iter()
            .find(|path| path.starts_with("scap"))
        {
            let host = host.clone();
            return Err(ScapRefusal::Uncommitted { host, path });
        }
        let own = self.repository.checkout().repository();
        let own = own.revparse_single("HEAD:scap").map(|tree| tree.id());
        match own.is_ok_and(|own| own.to_string() == tree) {
            true => Ok(()),
            false => Err(ScapRefusal::OtherDirectory { host: host.clone() }),
        }
    }
}
