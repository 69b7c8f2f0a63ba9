use std::io;

use camino::Utf8PathBuf;

use super::attempt::{Attempt, Globals, Language, REALM, ROLE, write_secrets};
use super::message::Message;
use super::scratch::Scratch;
use super::tools::{INSTALL, Puppet, Tools};
use super::{Judgement, Outcome, PuppetRequest, PuppetTree, baseline};

const NAME: &str = "catalogue";
/// How many services of the tree are tried before it is said that the tree does not compile.
const MOST_BASELINES: usize = 3;

/// Compiles the catalogue of the new role in the overlay.
///
/// A failure in a generated file is the plan's. Any other is the plan's only where a service compiles that has
/// nothing of the plan: else the tree is at fault, and nothing is judged.
pub(super) fn role(request: &PuppetRequest<'_>, scratch: &Scratch<'_>, tools: &Tools) -> Judgement {
    let Some(puppet) = &tools.puppet else {
        return Judgement::new(
            NAME,
            Outcome::Skipped {
                tool: "puppet",
                install: INSTALL,
            },
        );
    };
    Compiler {
        request,
        scratch,
        puppet,
    }
    .judge()
    .unwrap_or_else(|error| {
        Judgement::not_judged(
            NAME,
            scratch.without_folders(&crate::error::reworded(&error)),
        )
    })
}

struct Compiler<'a> {
    request: &'a PuppetRequest<'a>,
    scratch: &'a Scratch<'a>,
    puppet: &'a Puppet,
}

impl Compiler<'_> {
    fn judge(&self) -> io::Result<Judgement> {
        write_secrets(self.request, self.scratch)?;
        let code = format!("include ::role::{}\n", self.request.role);
        let mut attempt = Attempt {
            name: "today",
            language: Language::Today,
            globals: Globals::OfTheTree,
            code: &code,
            manifest: None,
            role: self.request.role.as_str(),
        };
        let mut errors = self.run(&attempt)?;
        if !errors.is_empty() && !self.blames_plan(&errors) {
            attempt = Attempt {
                name: "puppet3",
                language: Language::Puppet3,
                ..attempt
            };
            errors = self.run(&attempt)?;
        }
        if errors
            .iter()
            .any(|error| self.innermost(error).is_some_and(|path| path == REALM))
        {
            attempt = Attempt {
                name: "no-globals",
                globals: Globals::None,
                ..attempt
            };
            errors = self.run(&attempt)?;
        }
        let mut step = match errors.first() {
            None => Judgement::new(NAME, Outcome::Passed),
            Some(first)
                if self.blames_plan(&errors) || self.baseline_compiles(&attempt, first)? =>
            {
                Judgement::from_findings(
                    NAME,
                    errors
                        .iter()
                        .map(|error| self.scratch.finding_of(error))
                        .collect(),
                )
            }
            Some(first) => Judgement::not_judged(NAME, self.tree_reason(first)),
        };
        if attempt.language == Language::Puppet3 && step.outcome == Outcome::Passed {
            step.notes.push(
                "the tree was read the way Puppet 3 did: it is older than the installed Puppet"
                    .into(),
            );
        }
        if attempt.globals == Globals::None {
            step.notes.push(format!(
                "`{REALM}` was left out: it does not compile on its own"
            ));
        }
        Ok(step)
    }

    fn run(&self, attempt: &Attempt<'_>) -> io::Result<Vec<Message>> {
        attempt.run(self.request, self.scratch, self.puppet)
    }

    /// Whether errors come from a generated file, or from asking for the role itself.
    fn blames_plan(&self, errors: &[Message]) -> bool {
        errors.iter().any(|error| {
            let is_library = ["LoadError", "cannot load such file", "Could not autoload"]
                .iter()
                .any(|w| error.text.contains(w));
            let place = error.places.first();
            !is_library
                && place.is_some_and(|place| match self.scratch.locate(&place.path) {
                    Some(path) => self.scratch.is_generated(&path),
                    None => place.path.ends_with(&format!("/{ROLE}")),
                })
        })
    }

    fn innermost(&self, error: &Message) -> Option<Utf8PathBuf> {
        self.scratch.locate(&error.places.first()?.path)
    }

    /// Whether a service without anything of the plan compiles in the same way; not where it fails at the same
    /// place.
    fn baseline_compiles(&self, attempt: &Attempt<'_>, error: &Message) -> io::Result<bool> {
        let mut baselines = baseline::services(self.request, self.scratch);
        if self.request.tree == PuppetTree::Production {
            baselines.insert(0, baseline::probe(self.request, self.scratch));
        }
        for (index, baseline) in baselines.iter().take(MOST_BASELINES).enumerate() {
            let name = format!("baseline-{index}");
            let manifest = baseline.manifest.as_deref();
            let attempt = Attempt {
                name: &name,
                code: &baseline.code,
                role: &baseline.role,
                manifest,
                ..*attempt
            };
            let errors = self.run(&attempt)?;
            let is_same = |other: &Message| match (other.places.first(), error.places.first()) {
                (None, None) => other.text == error.text,
                (other, place) => other == place,
            };
            if errors.is_empty() || errors.iter().any(is_same) {
                return Ok(errors.is_empty());
            }
        }
        Ok(false)
    }

    fn tree_reason(&self, error: &Message) -> String {
        let text = self.scratch.without_folders(&error.text);
        let line = error.places.first().and_then(|place| place.line);
        let place = match (self.innermost(error), line) {
            (Some(path), Some(line)) => format!(" ({path}:{line})"),
            (Some(path), None) => format!(" ({path})"),
            (None, _) => String::new(),
        };
        format!("other services of this tree do not compile here either: {text}{place}")
    }
}
