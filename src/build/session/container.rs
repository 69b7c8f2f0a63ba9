use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::listener::Listener;
use super::{Progress, Session};
use crate::build::complaint::Complaint;
use crate::build::engine::{Bench, digest};
use crate::build::error::BuildError;
use crate::build::image::{Contents, recipe};
use crate::build::log::BuildLog;
use crate::build::npm::{self, NpmError, QUIET};
use crate::build::npmrc::{Npmrc, SETTINGS as NPMRC};
use crate::build::packages::Packages;
use crate::build::step::StepError;
use crate::build::workshop::Workshop;
use crate::container::{
    Access, BuildError as ImageBuildError, HostNetwork, Image, Job, Mount, OutputLine, RunError,
    User,
};
use crate::interrupt;
use crate::model::ImageName;

/// Where the source is in a container: everywhere the same, so that what is compiled is the same.
const INSIDE: &str = "/opt/service";

/// Where npm keeps what it fetched.
const CACHE: &str = "/opt/npm-cache";

/// Where npm's settings are in a container; `SCRIPT` says so too.
pub(super) const SETTINGS: &str = "/opt/npm-settings";

/// The home in a container, which is gone with it.
const HOME: &str = "/home/svcgen";

/// What the line with the versions begins with.
const VERSIONS: &str = "svcgen-versions: ";

/// Tells the versions, and runs npm with the flag that this one knows; the rest are arguments of its own. The version stands
/// in npm's own `package.json`: to ask npm takes as long as a small installation.
const SCRIPT: &str = r#"
set=/opt/npm-settings/variables.sh
if [ -e $set ]; then . $set; fi
npm=$(node -e '
const { existsSync, readFileSync, realpathSync } = require("fs");
const { dirname, join } = require("path");
let place = realpathSync(process.env.PATH.split(":").map(it => join(it, "npm")).find(existsSync));
let npm = {};
while (npm.name !== "npm") {
    place = dirname(place);
    const file = join(place, "package.json");
    if (existsSync(file)) npm = JSON.parse(readFileSync(file));
    else if (place === "/") process.exit(1);
}
console.log(npm.version);
' 2>/dev/null) || npm=$(npm --version) || exit
node -e 'const p = process; console.log("svcgen-versions: node " + p.version + ", npm " + p.argv[1] + ", " + p.platform + " " + p.arch)' "$npm" || exit
case $npm in [0-6].*) without=--production ;; *) without=--omit=dev ;; esac
command=$1
shift
exec npm "$command" "$without" "$@"
"#;

/// Variables of npm's that say how it reaches its registry.
const NPM: [&str; 4] = ["registry", "fetch_retries", "fetch_timeout", "strict_ssl"];

/// Modules that are installed in a container.
pub(super) struct InContainer<'a> {
    pub(super) session: &'a Session,
    pub(super) bench: &'a Bench,
    pub(super) image: &'a ImageName,
    pub(super) network: HostNetwork,
    pub(super) npmrc: &'a Npmrc,
    /// The folder that those are written into.
    pub(super) settings: Option<Utf8PathBuf>,
    pub(super) workshop: &'a Workshop,
}

/// What came out of it.
pub(super) struct Installed {
    /// The versions of the tools.
    pub(super) with: String,
    /// The image that all was made of.
    pub(super) within: String,
}

impl InContainer<'_> {
    /// Runs npm.
    pub(super) fn install(
        &self,
        log: &mut BuildLog,
        tell: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<Installed, BuildError> {
        let image = self.image.as_str();
        tell(Progress::Image { image });
        let base = self
            .bench
            .obtain(image, &mut |line| drop(log.line(&line.text)))?;
        let within = format!("{image}@{}", digest(&base));
        let made = self.make(base.clone(), log, tell)?;
        // The version decides about one flag, and is not known yet.
        let stanza = self.session.inputs.stanza();
        let has_lock = self.session.manifest.lock.is_some();
        let shown = npm::shown(&npm::arguments("", has_lock, stanza));
        tell(Progress::Installing { command: &shown });
        let mut heard = self.run(made, &shown, log, tell)?;
        if let Err(RunError::NoImage { .. }) = heard.ended {
            // Another build of the service has removed it, as one of the oldest.
            let made = self.make(base, log, tell)?;
            heard = self.run(made, &shown, log, tell)?;
        }
        let path = log.path().to_owned();
        match heard.ended {
            _ if interrupt::is_pending() => Err(BuildError::Interrupted),
            Ok(()) => Ok(Installed {
                with: heard.versions,
                within,
            }),
            Err(RunError::Code { code, .. }) => Err(NpmError::Failed {
                command: shown,
                code: i32::try_from(code).ok(),
                complaint: Complaint::of(&heard.lines),
                log: path,
            }
            .into()),
            Err(source) => Err(BuildError::Run { source, log: path }),
        }
    }

    /// Makes the image; returns its id.
    fn make(
        &self,
        base: Image,
        log: &mut BuildLog,
        tell: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<String, BuildError> {
        let session = self.session;
        let stanza = session.inputs.stanza();
        let packages = Packages::of(stanza, Some(self.image));
        let (service, network) = (&session.plan.service, self.network.clone());
        let contents = Contents {
            stanza,
            packages: &packages,
            registry: self.npmrc.registry(),
        };
        let recipe = recipe(service, base, &contents, network, &session.templates)?;
        let path = log.path().to_owned();
        let mut last = Vec::new();
        let made = self.bench.make(&recipe, &mut |line: OutputLine| {
            let line = log.line(&line.text);
            let text = String::from_utf8_lossy(&line).into_owned();
            if text.to_ascii_lowercase().starts_with("step ") {
                tell(Progress::Step(&text));
                last.clear();
            } else if !text.trim().is_empty() {
                last.push(text);
            }
        });
        match made {
            _ if interrupt::is_pending() => Err(BuildError::Interrupted),
            Ok(image) => Ok(image.id),
            Err(ImageBuildError::Step { step, said }) => {
                Err(StepError::new(&step, said, &last, path).into())
            }
            Err(source) => Err(BuildError::Image { source, log: path }),
        }
    }

    /// Runs npm in a container of an image, to its end.
    fn run(
        &self,
        image: String,
        shown: &str,
        log: &mut BuildLog,
        tell: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<Heard, BuildError> {
        let job = self.job(image, shown)?;
        let mut listener = Listener::new(log, tell);
        let mut versions = String::new();
        let ended = self.bench.run(&job, &mut |line: OutputLine| {
            let text = String::from_utf8_lossy(&line.text);
            match text.strip_prefix(VERSIONS) {
                Some(found) => found.trim().clone_into(&mut versions),
                None => listener.hear(&line.text),
            }
        });
        Ok(Heard {
            ended,
            versions,
            lines: listener.into_lines(),
        })
    }

    /// The arguments of npm that decide what is installed, but for the flag that depends on its version.
    fn arguments(&self) -> Vec<String> {
        let command = match self.session.manifest.lock {
            Some(_) => "ci",
            None => "install",
        };
        let options = self.session.inputs.stanza().install_opts.iter();
        let options = options.map(|option| option.as_str().to_owned());
        std::iter::once(command.to_owned()).chain(options).collect()
    }

    fn job(&self, image: String, called: &str) -> Result<Job, BuildError> {
        let mut command: Vec<String> = ["sh", "-c", SCRIPT, "svcgen"].map(str::to_owned).to_vec();
        command.extend(self.arguments());
        command.extend(QUIET.map(str::to_owned));
        let mount = |source, target: &str| Mount {
            source,
            target: target.into(),
            access: Access::Write,
        };
        let environment = self.session.environment();
        let mut environment: BTreeMap<String, String> = environment.into_iter().collect();
        for (name, value) in [
            ("HOME", HOME),
            ("npm_config_cache", CACHE),
            ("IN_DOCKER", "1"),
        ] {
            environment.insert(name.into(), value.into());
        }
        for name in NPM.map(|name| format!("npm_config_{name}")) {
            if let Ok(value) = std::env::var(&name) {
                environment.insert(name, value);
            }
        }
        let mut mounts = vec![
            mount(self.workshop.source(), INSIDE),
            mount(self.workshop.npm_cache()?, CACHE),
        ];
        if let Some(source) = self.settings.clone() {
            environment.insert(
                "npm_config_userconfig".into(),
                format!("{SETTINGS}/{NPMRC}"),
            );
            mounts.push(Mount {
                access: Access::Read,
                ..mount(source, SETTINGS)
            });
        }
        Ok(Job {
            purpose: format!("the modules of {}", self.session.plan.service),
            image,
            command,
            called: called.to_owned(),
            user: Some(User::current()),
            directory: Some(INSIDE.into()),
            environment,
            mounts,
            scratch: vec![HOME.into()],
            network: self.network.clone(),
            memory: None,
        })
    }
}

/// What npm did and said in a container.
struct Heard {
    ended: Result<(), RunError>,
    versions: String,
    lines: Vec<String>,
}
