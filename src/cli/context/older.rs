//! A model in a deploy repository that is older than that of the service's source.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Context, Loaded, shown};
use crate::cli::GlobalArgs;
use crate::error::CommandError;
use crate::git::{Checkout, Head};
use crate::model::MODEL_FILE;

impl Context {
    /// Reads the model, as `load` does, for a command that writes by it or compares with it.
    ///
    /// By the model of an older commit it would take out again what was generated since.
    pub(in crate::cli) fn load_newest(&self, global: &GlobalArgs) -> Result<Loaded, CommandError> {
        let loaded = self.load(global)?;
        match self.newer_model(&loaded, global) {
            None => Ok(loaded),
            Some(newer) => Err(CommandError::conflict(older(&loaded, &newer))
                .hint(format!(
                    "`--service {}` takes the newer one",
                    shell_words::quote(shown(&newer).as_str())
                ))
                .hint("`svcgen build` brings it into the deploy repository")),
        }
    }

    /// Says that the model that was found is that of an older commit, where it is.
    pub(in crate::cli) fn older_model(
        &self,
        loaded: &Loaded,
        global: &GlobalArgs,
    ) -> Option<String> {
        let newer = self.newer_model(loaded, global)?;
        Some(older(loaded, &newer))
    }

    /// The model of the service's source, where that found in a deploy repository is of a commit before it.
    fn newer_model(&self, loaded: &Loaded, global: &GlobalArgs) -> Option<Utf8PathBuf> {
        let folder = loaded.path.parent()?;
        if global.service.is_some() || folder.file_name() != Some("src") {
            return None;
        }
        let own = self
            .configuration
            .services
            .get(loaded.service.name.as_str())?;
        let source = own.source.as_deref()?;
        let newer = source.join(MODEL_FILE);
        let text = |path: &Utf8Path| std::fs::read_to_string(path).ok();
        if text(&newer)? == text(&loaded.path)? {
            return None;
        }
        let checkout = Checkout::open(source).ok()?;
        let (built, head) = (tip(&Checkout::open(folder).ok()?)?, tip(&checkout)?);
        (built != head && checkout.is_ancestor(built, head)).then_some(newer)
    }
}

/// The commit that is checked out.
fn tip(checkout: &Checkout) -> Option<git2::Oid> {
    match checkout.head().ok()? {
        Head::Branch { tip, .. } | Head::Detached { tip } => Some(tip),
        Head::Unborn { .. } => None,
    }
}

fn older(loaded: &Loaded, newer: &Utf8Path) -> String {
    let (path, newer) = (shown(&loaded.path), shown(newer));
    format!("`{path}` is the model of an older commit than `{newer}`")
}
