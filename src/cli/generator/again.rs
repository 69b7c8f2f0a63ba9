use camino::Utf8Path;

use super::options::GeneratorOptions;
use super::series::Chosen;
use super::{CheckoutArgs, Generator};
use crate::cli::GlobalArgs;
use crate::generate::SeriesStep;

/// The command that was given, as it would be typed again; without what says how far it goes.
#[derive(Debug)]
pub(crate) struct Again(String);

impl Again {
    /// Begins with the options that choose the model and the topic.
    pub(crate) fn new(command: &str, global: &GlobalArgs, options: &GeneratorOptions) -> Self {
        let mut this = Self::of(command, global);
        this.option("--topic", options.topic.as_deref());
        this
    }

    /// Begins with the options that choose the model.
    pub(crate) fn of(command: &str, global: &GlobalArgs) -> Self {
        let mut this = Self(format!("svcgen {command}"));
        this.path("--config", global.config.as_deref());
        this.path("--service", global.service.as_deref());
        this.option("--site", global.site.as_deref());
        this
    }

    /// Another command for the same model and checkouts: with those options of this run that it needs to mean them.
    pub(crate) fn completed(
        command: &str,
        global: &GlobalArgs,
        checkouts: &CheckoutArgs,
    ) -> String {
        let mut words = command.splitn(3, ' ');
        let (Some("svcgen"), Some(name)) = (words.next(), words.next()) else {
            return command.to_owned();
        };
        let rest = words.next();
        let mut this = Self::of(name, global);
        let generator = Generator::ALL.into_iter().find(|it| it.name() == name);
        let is_placed =
            rest.is_some_and(|rest| rest.starts_with("--repo") || rest.starts_with("--clone"));
        match generator {
            Some(generator) if !is_placed => this.path("--repo", checkouts.named(generator)),
            None if matches!(name, "check" | "status" | "generate") => this.checkouts(checkouts),
            None if matches!(name, "build" | "deploy") => {
                this.path("--deploy-repo", checkouts.named(Generator::Scap));
                let source = checkouts.named(Generator::Source);
                this.path("--source-repo", source.filter(|_| name == "build"));
            }
            Some(_) | None => {}
        }
        if let Some(rest) = rest {
            this.0.push_str(&format!(" {rest}"));
        }
        this.0
    }

    /// The command of a generator for the same model, in another checkout.
    pub(crate) fn placed(command: &str, global: &GlobalArgs, root: &Utf8Path) -> String {
        let root = shell_words::quote(root.as_str());
        let mut words = command.splitn(3, ' ');
        let name = [words.next(), words.next()].into_iter().flatten();
        let name = name.collect::<Vec<_>>().join(" ");
        let rest = words.next().map(|rest| format!(" {rest}"));
        let command = format!("{name} --repo {root}{}", rest.unwrap_or_default());
        Self::completed(&command, global, &CheckoutArgs::default())
    }

    /// Adds the checkouts that are named.
    pub(crate) fn checkouts(&mut self, checkouts: &CheckoutArgs) {
        self.path("--vagrant-repo", checkouts.named(Generator::Vagrant));
        self.path("--puppet-repo", checkouts.named(Generator::Puppet));
        self.path("--deploy-repo", checkouts.named(Generator::Scap));
        self.path("--source-repo", checkouts.named(Generator::Source));
    }

    /// Adds which patches of the series are meant.
    pub(super) fn series(&mut self, chosen: &Chosen) {
        self.0.push_str(" --series");
        let names = |steps: &[SeriesStep]| {
            let names: Vec<&str> = steps.iter().map(|step| step.name()).collect();
            names.join(",")
        };
        if !chosen.left_out.is_empty() {
            self.option("--without", Some(&names(&chosen.left_out)));
        } else if chosen.steps != SeriesStep::ALL {
            self.option("--steps", Some(&names(&chosen.steps)));
        }
    }

    /// Adds an option with a path.
    pub(crate) fn path(&mut self, option: &str, value: Option<&Utf8Path>) {
        self.option(option, value.map(Utf8Path::as_str));
    }

    /// Adds an option with a value.
    pub(crate) fn option(&mut self, option: &str, value: Option<&str>) {
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
