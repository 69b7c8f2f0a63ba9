use camino::{Utf8Path, Utf8PathBuf};

use super::NewArgs;
use crate::error::CommandError;
use crate::model::{read_stdin, read_text};
use crate::onboarding::Answers;

/// The answers that were given on the command line, read once: what comes through a pipe cannot be read again.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    file: Option<(Utf8PathBuf, String)>,
    flags: &'a [String],
}

impl<'a> Sources<'a> {
    /// Reads the file, or stdin where it is named `-`.
    pub(super) fn read(args: &'a NewArgs) -> Result<Self, CommandError> {
        let file = match args.answers.as_deref().map(Utf8Path::as_str) {
            Some("-") => Some(("stdin".into(), read_stdin()?)),
            Some(path) => Some((path.into(), read_text(path.into())?)),
            None => None,
        };
        Ok(Self {
            file,
            flags: &args.set,
        })
    }

    /// Adds them to others; those of the flags win over the file.
    pub(super) fn add_to(&self, answers: &mut Answers) -> Result<(), CommandError> {
        if let Some((path, text)) = &self.file {
            answers.take_file(path, text)?;
        }
        for flag in self.flags {
            answers.set(flag)?;
        }
        Ok(())
    }

    /// These alone.
    pub(super) fn alone(&self) -> Result<Answers, CommandError> {
        let mut answers = Answers::default();
        self.add_to(&mut answers)?;
        Ok(answers)
    }
}
