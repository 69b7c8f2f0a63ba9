use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::checkout::Checkout;
use super::program::GitError;

/// Where `build --deploy-repo` of service-runner looks for the deploy repository.
const DEPLOY_DIR: &str = "deploy.dir";

/// A setting of a repository's own configuration that will change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    pub key: &'static str,
    pub before: Option<String>,
    pub after: String,
}

/// The deploy repository that the source checkout names in its git configuration.
pub fn configured_deploy_dir(source: &Utf8Path) -> Option<Utf8PathBuf> {
    let folder = Checkout::open(source).ok()?.setting(DEPLOY_DIR)?;
    Some(Utf8PathBuf::from(folder)).filter(|folder| folder.is_dir())
}

/// Plans `git config deploy.dir` of a source checkout; `None` where it is set already.
///
/// # Errors
/// Where one of the folders is not a checkout.
pub fn deploy_dir(source: &Utf8Path, deploy: &Utf8Path) -> Result<Option<Setting>, GitError> {
    let deploy = Checkout::open(deploy)?;
    let before = Checkout::open(source)?.setting(DEPLOY_DIR);
    let after = deploy.root().to_string();
    Ok((before.as_ref() != Some(&after)).then_some(Setting {
        key: DEPLOY_DIR,
        before,
        after,
    }))
}

/// Sets what was planned.
///
/// # Errors
/// Where git cannot write it.
pub fn set_deploy_dir(source: &Utf8Path, setting: &Setting) -> Result<(), GitError> {
    let source = Checkout::open(source)?;
    source.git().run(&[
        "config",
        "--local",
        "--replace-all",
        setting.key,
        &setting.after,
    ])?;
    Ok(())
}
