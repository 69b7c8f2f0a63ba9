use serde_json::{Map, Value};

/// When a question is asked: what other answers have to be, by their paths.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Condition(Map<String, Value>);

impl Condition {
    /// A condition on these paths.
    pub(super) fn new(wanted: Map<String, Value>) -> Self {
        Self(wanted)
    }

    /// Whether all of it holds; a list of values stands for any of them.
    pub fn holds(&self, answer: impl Fn(&str) -> Value) -> bool {
        self.0.iter().all(|(path, wanted)| {
            let found = answer(path);
            match wanted {
                Value::Array(values) => values.contains(&found),
                value => *value == found,
            }
        })
    }

    /// The paths that it looks at.
    #[cfg(test)]
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_paths_have_to_have_one_of_their_values() {
        let wanted = json!({"config.style": ["template", "scap"], "secret": false});
        let condition = Condition::new(wanted.as_object().unwrap().clone());
        let holds = |style: &str, secret: bool| {
            condition.holds(|path| match path {
                "secret" => json!(secret),
                _ => json!(style),
            })
        };
        assert!(holds("scap", false));
        assert!(!holds("inline", false) && !holds("scap", true));
        assert!(Condition::default().holds(|_| Value::Null));
        assert_eq!(condition.paths().count(), 2);
    }
}
