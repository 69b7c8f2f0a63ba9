use crate::env::Run;

/// A way out that an error names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hint {
    /// A command as it is typed.
    Command(String),
    /// An option for the same command.
    Option(String),
}

impl Hint {
    /// The hints of a run that can be followed as they stand.
    pub(crate) fn of(run: &Run) -> Vec<Self> {
        let hints = run
            .stderr
            .lines()
            .filter_map(|line| line.strip_prefix("hint: "));
        hints.flat_map(Self::read).collect()
    }

    fn read(hint: &str) -> Vec<Self> {
        let is_command = |text: &str| {
            ["git ", "svcgen ", "rm "]
                .iter()
                .any(|it| text.starts_with(it))
        };
        if is_command(hint) {
            // What it is for comes after it.
            let command = hint.split("    ").next().unwrap();
            return vec![Self::Command(command.to_owned())];
        }
        let quoted = hint.split('`').skip(1).step_by(2);
        // What is to be filled in is no command yet.
        let whole = quoted.filter(|text| !text.contains("NAME") && !text.contains("DIR"));
        whole
            .filter_map(|text| match text {
                text if is_command(text) => Some(Self::Command(text.to_owned())),
                "--force" => Some(Self::Option(text.to_owned())),
                text if text.starts_with("--conflicts ") => Some(Self::Option(text.to_owned())),
                _ => None,
            })
            .collect()
    }
}
