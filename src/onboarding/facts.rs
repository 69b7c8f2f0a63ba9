use camino::Utf8Path;
use serde_json::{Map, Value};

use super::person::{Person, author, git_user};
use crate::configuration::User;
use crate::model::{Refused, ServiceName};
use crate::yaml;

/// What is found on the machine, for questions that say where their answer may be found.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    package: Value,
    persons: Vec<Person>,
    /// A port that no checkout has given away.
    pub free_port: Option<u16>,
    /// The port in the service's own configuration, and the file.
    configured_port: Option<(u16, &'static str)>,
    /// Why `package.json` says nothing, where it is there.
    pub problem: Option<String>,
    /// The name of the package, where a service cannot have it.
    pub refused_name: Option<Refused>,
    /// The file that says that the folder's service is written in another language than Node's, where no `package.json` is.
    pub other_manifest: Option<&'static str>,
}

/// The manifests of languages whose services svcgen makes no unit for.
const OTHER_MANIFESTS: [&str; 6] = [
    "go.mod",
    "Cargo.toml",
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
    "composer.json",
];

/// Where a service that service-runner starts is configured, the file of its developers first.
const CONFIGURATIONS: [&str; 2] = ["config.dev.yaml", "config.yaml"];

impl Facts {
    /// The places where answers are found, as they are written in questions.
    pub(super) const SOURCES: &str =
        "`package.json PATH`, `config port`, `person name`, `person email` or `checkouts port`";

    /// Looks at `package.json` of a folder and the configuration beside it, the user's configuration, and git's.
    pub fn find(folder: &Utf8Path, user: &User) -> Self {
        let (package, problem) = package(folder);
        let configured = user.name.clone().map(|name| Person {
            name,
            email: user.email.as_ref().map(ToString::to_string),
            origin: "configuration",
        });
        let git = git_user(folder);
        let name = package["name"].as_str();
        let refused_name = name.and_then(|name| ServiceName::parse(&named_after(name)).err());
        let mut manifests = OTHER_MANIFESTS.into_iter();
        let is_there = |manifest: &&str| folder.join(manifest).is_file();
        let other_manifest = match folder.join("package.json").exists() {
            true => None,
            false => manifests.find(is_there),
        };
        let persons = [author(&package["author"]), configured, git];
        Self {
            package,
            persons: persons.into_iter().flatten().collect(),
            free_port: None,
            configured_port: configured_port(folder),
            problem,
            refused_name,
            other_manifest,
        }
    }

    /// Whether there is a source of that name.
    pub(super) fn is_source(source: &str) -> bool {
        match source.split_once(' ') {
            Some(("package.json", path)) => !path.trim().is_empty(),
            _ => [
                "config port",
                "person name",
                "person email",
                "checkouts port",
            ]
            .contains(&source),
        }
    }

    /// What a source says (`package.json name`, `person name`, ...), and where that is.
    pub(super) fn get(&self, source: &str, owner: Option<&str>) -> Option<(Value, String)> {
        let (place, what) = source.split_once(' ').unwrap_or((source, ""));
        match (place, what) {
            ("package.json", "name") => {
                let name = self.package["name"].as_str()?;
                Some((named_after(name).into(), place.into()))
            }
            ("package.json", path) => {
                let value = path
                    .split('.')
                    .try_fold(&self.package, |v, key| v.get(key))?;
                (!is_empty(value)).then(|| (value.clone(), place.into()))
            }
            ("person", "name") => {
                let person = self.persons.first()?;
                Some((person.name.as_str().into(), person.origin.into()))
            }
            ("person", "email") => {
                let mut same = self
                    .persons
                    .iter()
                    .filter(|p| Some(p.name.as_str()) == owner);
                let person = same.find(|person| person.email.is_some())?;
                Some((person.email.as_deref()?.into(), person.origin.into()))
            }
            ("config", "port") => {
                let (port, file) = self.configured_port?;
                Some((port.into(), file.into()))
            }
            ("checkouts", "port") => Some((self.free_port?.into(), "free in the checkouts".into())),
            _ => None,
        }
    }
}

/// What a service is called after its package. One of an organisation is `@organisation/name`; and packages may have
/// capital letters, underscores and dots, where services have none.
fn named_after(package: &str) -> String {
    let name = package.rsplit('/').next().unwrap_or(package);
    name.to_lowercase().replace(['_', '.'], "-")
}

/// What `package.json` of a folder says, or why it says nothing.
fn package(folder: &Utf8Path) -> (Value, Option<String>) {
    // The message names the file itself, once: hence not `fs_err`.
    let text = match std::fs::read_to_string(folder.join("package.json")) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (Value::Null, None),
        Err(error) => return (Value::Null, Some(crate::error::reworded(&error))),
    };
    match crate::json::parse::<Value>(&text) {
        Ok(package) if package.is_object() => (package, None),
        Ok(_) => (Value::Null, Some("it is not an object".into())),
        Err(error) => (Value::Null, Some(error.to_string())),
    }
}

/// The port in the configuration of the first service that service-runner starts, `services[].conf.port`.
fn configured_port(folder: &Utf8Path) -> Option<(u16, &'static str)> {
    CONFIGURATIONS.into_iter().find_map(|file| {
        // Another program's file: what cannot be read says nothing.
        let text = fs_err::read_to_string(folder.join(file)).ok()?;
        let value = yaml::parse(&text).ok()?.to_value();
        let mut ports = value["services"].as_array()?.iter();
        let port = ports.find_map(|service| service["conf"]["port"].as_u64())?;
        Some((u16::try_from(port).ok()?, file))
    })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => Map::is_empty(map),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_found_where_the_questions_say() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        let package = r#"{"name": "@org/trends", "author": "Ada <ada@example.org>",
            "deploy": {"target": "debian", "dependencies": {"_all": []}, "env": {}}}"#;
        fs_err::write(path.join("package.json"), package).unwrap();
        let facts = Facts::find(path, &User::default());
        let get = |source| facts.get(source, Some("Ada")).map(|(value, _)| value);
        assert_eq!(get("package.json name"), Some("trends".into()));
        assert_eq!(get("package.json deploy.target"), Some("debian".into()));
        assert_eq!(get("package.json deploy.env"), None);
        assert_eq!(get("package.json version"), None);
        assert_eq!(get("person name"), Some("Ada".into()));
        assert_eq!(get("person email"), Some("ada@example.org".into()));
        assert_eq!(facts.get("person email", Some("Grace")), None);
        assert_eq!(get("checkouts port"), None);
        assert_eq!(get("something else"), None);
        assert_eq!(facts.problem, None);
    }

    #[test]
    fn the_port_of_the_services_own_configuration_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        let port = || Facts::find(path, &User::default()).get("config port", None);
        assert_eq!(port(), None);
        let config = "num_workers: 1\nservices:\n  - name: trends\n    module: ./app.js\n    conf:\n      port: 6927 # own\n";
        fs_err::write(path.join("config.yaml"), config).unwrap();
        assert_eq!(port(), Some((6927.into(), "config.yaml".into())));
        fs_err::write(path.join("config.dev.yaml"), "services: {}\n").unwrap();
        assert_eq!(port(), Some((6927.into(), "config.yaml".into())));
        fs_err::write(path.join("config.dev.yaml"), config.replace("6927", "8888")).unwrap();
        assert_eq!(port(), Some((8888.into(), "config.dev.yaml".into())));
        fs_err::write(
            path.join("config.dev.yaml"),
            config.replace("6927", "99999"),
        )
        .unwrap();
        assert_eq!(port(), Some((6927.into(), "config.yaml".into())));
    }

    #[test]
    fn a_package_that_says_nothing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        let problem = || Facts::find(path, &User::default()).problem;
        assert_eq!(problem(), None);
        fs_err::write(path.join("package.json"), "{\"name\": \"x\",\n}").unwrap();
        assert_eq!(
            problem().unwrap(),
            "line 2: a comma follows the last item of a list or object"
        );
        fs_err::write(path.join("package.json"), "[]").unwrap();
        assert_eq!(problem().unwrap(), "it is not an object");
    }
}
