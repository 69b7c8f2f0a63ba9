use camino::Utf8Path;

use super::options::GeneratorOptions;
use crate::cli::GlobalArgs;
use crate::generate::Step;

/// The command that was given, as it would be typed again; without what says how far it goes.
#[derive(Debug)]
pub(crate) struct Again(String);

impl Again {
    /// Begins with the options that choose the model and the topic.
    pub(crate) fn new(command: &str, global: &GlobalArgs, options: &GeneratorOptions) -> Self {
        let mut this = Self(format!("svcgen {command}"));
        this.path("--config", global.config.as_deref());
        this.path("--service", global.service.as_deref());
        this.option("--site", global.site.as_deref());
        this.option("--topic", options.topic.as_deref());
        this
    }

    /// Adds which patches of the series are meant.
    pub(crate) fn series(&mut self, steps: &[Step]) {
        self.0.push_str(" --series");
        if steps != Step::ALL {
            let names: Vec<&str> = steps.iter().map(|step| step.name()).collect();
            self.option("--steps", Some(&names.join(",")));
        }
    }

    /// Adds an option with a path.
    pub(crate) fn path(&mut self, option: &str, value: Option<&Utf8Path>) {
        self.option(option, value.map(Utf8Path::as_str));
    }

    fn option(&mut self, option: &str, value: Option<&str>) {
        if let Some(value) = value {
            let value = shell_words::quote(value);
            self.0.push_str(&format!(" {option} {value}"));
        }
    }

    /// The command.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
