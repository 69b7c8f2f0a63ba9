//! What npm is told on this machine about registries.

mod file;
mod registries;
mod secrets;

use std::collections::BTreeMap;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};

use camino::{Utf8Path, Utf8PathBuf};

use self::file::{Setting, read};
pub use self::registries::Registries;
pub(super) use self::secrets::Secrets;
use super::error::BuildError;

/// How npm reaches registries on this machine, and who asks them: of the user's `.npmrc`, that of the machine, and the
/// variables that the service's own one names. What decides what is installed is not among them: it belongs to the service.
#[derive(Default)]
pub(super) struct Npmrc {
    settings: Vec<Setting>,
    /// Variables that the service's `.npmrc` names.
    variables: BTreeMap<String, String>,
    /// Where packages come from, where that is said.
    registry: Option<String>,
    secrets: Secrets,
}

/// The name of npm's settings, in the folder that a container sees.
pub(super) const SETTINGS: &str = "npmrc";

/// The name of the script that sets variables, there.
const VARIABLES: &str = "variables.sh";

/// The settings of the whole machine, where nothing names another file.
const OF_MACHINE: [&str; 3] = ["/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc"];

/// How a setting ends whose value is a secret.
const SECRET: [&str; 4] = ["_authToken", "_auth", "_password", "key"];

/// How a setting ends whose value is the path of a file.
const FILES: [&str; 3] = ["cafile", "certfile", "keyfile"];

/// Settings that say how registries are reached, besides those of a single one.
const NETWORK: [&str; 21] = [
    "registry",
    "proxy",
    "https-proxy",
    "noproxy",
    "strict-ssl",
    "ca",
    "ca[]",
    "cafile",
    "cert",
    "key",
    "fetch-retries",
    "fetch-retry-factor",
    "fetch-retry-mintimeout",
    "fetch-retry-maxtimeout",
    "fetch-timeout",
    "maxsockets",
    "always-auth",
    "username",
    "email",
    "_auth",
    "_authToken",
];

/// The variables of a process.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Npmrc {
    /// Finds them, for a service whose files are in a folder.
    pub(super) fn find(service: &Utf8Path, variables: Variables<'_>) -> Self {
        let mut this = Self::default();
        for path in files(variables) {
            let found = read(&path, variables).into_iter();
            this.settings
                .extend(found.filter(|setting| is_of_network(&setting.name)));
        }
        for setting in &this.settings {
            this.secrets.learn(setting);
        }
        // npm reads it where it is; of what it names nobody else knows there.
        for setting in read(&service.join(".npmrc"), variables) {
            this.secrets.learn(&setting);
            this.variables.extend(setting.variables);
        }
        for name in ["http_proxy", "https_proxy"] {
            let value = either(name, variables).unwrap_or_default();
            this.secrets.learn_address(&value);
        }
        let last = this.settings.iter().rfind(|it| it.name == "registry");
        let registry = either("npm_config_registry", variables);
        this.registry = registry.or_else(|| last.map(|it| it.value.clone()));
        let address = this.registry.clone().unwrap_or_default();
        this.secrets.learn_address(&address);
        this
    }

    /// What no log may show.
    pub(super) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The registry that packages come from, where that is not npm's own and needs no password.
    pub(super) fn registry(&self) -> Option<&str> {
        let address = self.registry.as_deref();
        address.filter(|address| !address.contains('@'))
    }

    /// Writes them into a folder that only the user may look into; none where there are none. Files that they name are there
    /// too, as a container sees them in the folder `inside`.
    pub(super) fn write(
        &self,
        folder: &Utf8Path,
        inside: &Utf8Path,
    ) -> Result<Option<Utf8PathBuf>, BuildError> {
        if self.settings.is_empty() && self.variables.is_empty() {
            return Ok(None);
        }
        let failed = |source| BuildError::Write {
            path: folder.to_owned(),
            source,
        };
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(folder)
            .map_err(failed)?;
        let mut text = String::new();
        for (number, setting) in self.settings.iter().enumerate() {
            let Setting { name, value, .. } = setting;
            if !FILES.iter().any(|end| name.ends_with(end)) {
                text += &format!("{name}={}\n", serde_json::Value::from(value.as_str()));
            } else if let Ok(content) = std::fs::read(value) {
                let file = format!("file-{number}");
                write(&folder.join(&file), &content).map_err(failed)?;
                text += &format!("{name}={}\n", inside.join(file));
            }
        }
        write(&folder.join(SETTINGS), text.as_bytes()).map_err(failed)?;
        let variables = self.variables.iter();
        let lines =
            variables.map(|(name, value)| format!("export {name}={}\n", shell_words::quote(value)));
        let script: String = lines.collect();
        write(&folder.join(VARIABLES), script.as_bytes()).map_err(failed)?;
        Ok(Some(folder.to_owned()))
    }
}

/// The files of this machine, the one that wins last.
fn files(variables: Variables<'_>) -> Vec<Utf8PathBuf> {
    let named = |name: &str| either(name, variables).map(Utf8PathBuf::from);
    let machine = named("npm_config_globalconfig").or_else(|| {
        let mut known = OF_MACHINE.iter().map(Utf8PathBuf::from);
        known.find(|path| path.is_file())
    });
    let home = variables("HOME").map(|home| Utf8PathBuf::from(home).join(".npmrc"));
    let user = named("npm_config_userconfig").or(home);
    machine.into_iter().chain(user).collect()
}

/// A variable in small letters, or in capital ones.
fn either(name: &str, variables: Variables<'_>) -> Option<String> {
    let value = variables(name).or_else(|| variables(&name.to_ascii_uppercase()));
    value.filter(|value| !value.is_empty())
}

fn is_of_network(name: &str) -> bool {
    let is_of_scope = name.starts_with('@') && name.ends_with(":registry");
    name.starts_with("//") || is_of_scope || NETWORK.contains(&name)
}

fn write(path: &Utf8Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    std::io::Write::write_all(&mut file, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().into()).unwrap();
        (folder, path)
    }

    /// What a container gets of a home and a service.
    fn written(home: &str, service: &str) -> (String, String, Npmrc) {
        let (_guard, root) = folder();
        std::fs::create_dir(root.join("service")).unwrap();
        std::fs::write(root.join(".npmrc"), home.replace("ROOT", root.as_str())).unwrap();
        std::fs::write(root.join("authority.pem"), "trusted").unwrap();
        std::fs::write(root.join("service/.npmrc"), service).unwrap();
        let npmrc = Npmrc::find(&root.join("service"), &|name| match name {
            "HOME" => Some(root.to_string()),
            "TEA_TOKEN" => Some("it's secret".into()),
            "npm_config_globalconfig" => Some("/nonexistent".into()),
            _ => None,
        });
        let folder = npmrc.write(&root.join("there"), "/run/npm".into());
        let folder = folder.unwrap().unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        (read(SETTINGS), read(VARIABLES), npmrc)
    }

    #[test]
    fn only_what_tells_how_a_registry_is_reached_is_taken_over() {
        let home = "; mine\nregistry = https://npm.example.org/ ; ours\n//npm.example.org/:_authToken=${TEA_TOKEN}\n\
                    @tea:registry=\"https://tea.example.org/\"\nignore-scripts=true\nprefix=/home/ada/npm\n\
                    cafile=~/authority.pem\n//npm.example.org/:certfile=ROOT/none.pem\n";
        let (settings, _, npmrc) = written(home, "");
        insta::assert_snapshot!(settings, @r#"
        registry="https://npm.example.org/"
        //npm.example.org/:_authToken="it's secret"
        @tea:registry="https://tea.example.org/"
        cafile=/run/npm/file-3
        "#);
        assert_eq!(npmrc.registry(), Some("https://npm.example.org/"));
    }

    #[test]
    fn variables_that_the_service_names_are_set() {
        let service = "//npm.example.org/:_authToken=${TEA_TOKEN}\nlegacy-peer-deps=${OTHER}\n";
        let (_, variables, npmrc) = written("", service);
        assert_eq!(variables, "export TEA_TOKEN='it'\\''s secret'\n");
        assert_eq!(npmrc.secrets().hidden(b"<it's secret>"), b"<***>");
    }

    #[test]
    fn a_registry_with_a_password_is_for_nobody_else() {
        let (_, _, npmrc) = written("registry=https://ada:secret@npm.example.org/\n", "");
        assert_eq!(npmrc.registry(), None);
        assert_eq!(npmrc.secrets().hidden(b"ada:secret@"), b"ada:***@");
    }
}
