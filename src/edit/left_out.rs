use super::record::Index;
use super::rendered::{Rendered, replace};

impl Rendered {
    /// Whether the user left out what this store would remember.
    pub(crate) fn is_left_out(&self) -> bool {
        self.index().is_ok_and(|index| index.is_left_out)
    }

    /// Notes whether the user leaves it out; outside of a git repository nothing is noted.
    ///
    /// # Errors
    /// Where the list is not understood, or cannot be written.
    pub(crate) fn leave_out(&self, is_left_out: bool) -> std::io::Result<()> {
        let Some(file) = &self.index else {
            return Ok(());
        };
        let index = self.index().map_err(std::io::Error::other)?;
        if index.is_left_out == is_left_out {
            return Ok(());
        }
        let index = Index {
            version: Index::VERSION,
            is_left_out,
            ..index
        };
        let text = serde_json::to_string_pretty(&index).map_err(std::io::Error::other)?;
        replace(file, &format!("{text}\n"))
    }
}
