use camino::Utf8Path;
use serde_json::Value;

use crate::configuration::User;
use crate::model::{Line, MailAddress, ServiceName, Text};

/// An answer that was found on the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The path in the model.
    pub path: &'static str,
    pub value: String,
    /// Where it was found, in words.
    pub origin: &'static str,
}

/// Somebody's name and email address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) origin: &'static str,
}

/// Looks for answers in `package.json` of a folder, in the user's configuration, and in git's.
///
/// What would not be a valid answer is left out.
pub fn find_defaults(folder: &Utf8Path, user: &User) -> Vec<Found> {
    let package = fs_err::read_to_string(folder.join("package.json")).unwrap_or_default();
    let package: Value = crate::json::parse(&package).unwrap_or_default();
    let mut found = Vec::new();
    let mut take = |path, value: Option<&str>, origin, is_valid: fn(&str) -> bool| {
        if let Some(value) = value.filter(|value| is_valid(value)) {
            found.push(Found {
                path,
                value: value.to_owned(),
                origin,
            });
        }
    };
    let name = package["name"].as_str().map(named_after);
    take("name", name.as_deref(), "package.json", |text| {
        ServiceName::parse(text).is_ok()
    });
    let description = package["description"].as_str();
    take("description", description, "package.json", |text| {
        Text::parse(text).is_ok()
    });
    let configured = user.name.clone().map(|name| Person {
        name,
        email: user.email.as_ref().map(ToString::to_string),
        origin: "configuration",
    });
    if let Some(person) = author(&package["author"])
        .or(configured)
        .or_else(|| git_user(folder))
    {
        let is_line = |text: &str| Line::parse(text).is_ok();
        take("owner.name", Some(&person.name), person.origin, is_line);
        let git = git_user(folder).filter(|git| git.name == person.name);
        let (email, origin) = match (&person.email, &git) {
            (None, Some(git)) => (git.email.as_deref(), git.origin),
            (email, _) => (email.as_deref(), person.origin),
        };
        take("owner.email", email, origin, |text| {
            MailAddress::parse(text).is_ok()
        });
    }
    found
}

/// What a service is called after its package. One of an organisation is `@organisation/name`; and packages may have
/// capital letters, underscores and dots, where services have none.
pub(super) fn named_after(package: &str) -> String {
    let name = package.rsplit('/').next().unwrap_or(package);
    name.to_lowercase().replace(['_', '.'], "-")
}

/// The author of a package: `Name <mail> (address)`, or a mapping.
pub(super) fn author(value: &Value) -> Option<Person> {
    let origin = "package.json";
    let person = match value {
        Value::String(text) => {
            let name = text.split(['<', '(']).next().unwrap_or_default();
            let email = text
                .split_once('<')
                .and_then(|(_, rest)| rest.split_once('>'))
                .map(|(email, _)| email);
            Person {
                name: name.trim().to_owned(),
                email: email.map(|email| email.trim().to_owned()),
                origin,
            }
        }
        other => {
            let name = other["name"].as_str()?.trim().to_owned();
            Person {
                name,
                email: other["email"].as_str().map(|email| email.trim().to_owned()),
                origin,
            }
        }
    };
    (!person.name.is_empty()).then_some(person)
}

/// The user as git knows it, in this repository or everywhere.
pub(super) fn git_user(folder: &Utf8Path) -> Option<Person> {
    let here = git2::Repository::discover(folder).and_then(|repository| repository.config());
    let config = here
        .or_else(|_| git2::Config::open_default())
        .ok()?
        .snapshot()
        .ok()?;
    let name = config.get_str("user.name").ok()?.trim().to_owned();
    let email = config
        .get_str("user.email")
        .ok()
        .map(|email| email.trim().to_owned());
    (!name.is_empty()).then_some(Person {
        name,
        email,
        origin: "git config",
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn authors_are_written_in_two_ways() {
        let person = |value| author(&value).map(|person| (person.name, person.email));
        let ada = Some(("Ada".to_owned(), Some("ada@example.org".to_owned())));
        assert_eq!(
            person(json!("Ada <ada@example.org> (https://example.org)")),
            ada
        );
        assert_eq!(
            person(json!({"name": "Ada", "email": "ada@example.org"})),
            ada
        );
        assert_eq!(
            person(json!("Ada (https://example.org)")),
            Some(("Ada".to_owned(), None))
        );
        assert_eq!(person(json!("<ada@example.org>")), None);
        assert_eq!(person(json!(null)), None);
    }

    #[test]
    fn what_is_no_answer_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        let package = json!({"name": "@org/Not A Name", "description": "  ", "author": "Ada <ada@example.org>"});
        fs_err::write(path.join("package.json"), package.to_string()).unwrap();
        let found = find_defaults(path, &User::default());
        let found: Vec<_> = found
            .iter()
            .map(|f| (f.path, f.value.as_str(), f.origin))
            .collect();
        assert_eq!(
            found,
            [
                ("owner.name", "Ada", "package.json"),
                ("owner.email", "ada@example.org", "package.json")
            ]
        );
        fs_err::write(
            path.join("package.json"),
            r#"{"name": "@org/Good_one.js", "description": "Does it."}"#,
        )
        .unwrap();
        let user = User {
            name: Some("Grace".into()),
            ..User::default()
        };
        let found = find_defaults(path, &user);
        let found: Vec<_> = found
            .iter()
            .map(|f| (f.path, f.value.as_str(), f.origin))
            .collect();
        let expected = [
            ("name", "good-one-js", "package.json"),
            ("description", "Does it.", "package.json"),
            ("owner.name", "Grace", "configuration"),
        ];
        assert_eq!(found[..3], expected);
    }
}
