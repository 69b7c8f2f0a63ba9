use crate::git::Checkout;

/// What git's configuration says about the build, by the keys of service-runner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// `deploy.name`: the name of the service, where it is not that of the package.
    pub name: Option<String>,
    /// `deploy.remote`: the remote of the deploy repository.
    pub remote: Option<String>,
    /// `deploy.submodule`: where the source is cloned from, where there is no submodule yet.
    pub submodule: Option<String>,
    /// `deploy.deploybranch`
    pub deploy_branch: Option<String>,
    /// `deploy.srcbranch`
    pub source_branch: Option<String>,
}

impl Settings {
    /// Reads them from a checkout: that of the source, as service-runner does, or the deploy repository.
    pub fn of(checkout: &Checkout) -> Self {
        Self {
            name: checkout.setting("deploy.name"),
            remote: checkout.setting("deploy.remote"),
            submodule: checkout.setting("deploy.submodule"),
            deploy_branch: checkout.setting("deploy.deploybranch"),
            source_branch: checkout.setting("deploy.srcbranch"),
        }
    }
}
