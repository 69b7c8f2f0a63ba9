use crate::build::BuildError;
use crate::error::CommandError;

impl From<BuildError> for CommandError {
    fn from(error: BuildError) -> Self {
        let (kind, hints) = (error.kind(), error.hints());
        let this = match error {
            // It shows the text with the mistakes underlined.
            BuildError::Package(error) => error.into(),
            BuildError::Connect(error) => {
                let this = Self::new(kind, error.to_string());
                error.causes().into_iter().fold(this, Self::cause)
            }
            error => Self::from_error(kind, &error),
        };
        hints.into_iter().fold(this, Self::hint)
    }
}
