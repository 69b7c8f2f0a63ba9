use camino::Utf8Path;
use serde_json::Value;

/// Somebody's name and email address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) origin: &'static str,
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
}
