use serde_json::Value;

/// What the schema of the model says about one place in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'a> {
    schema: &'a Value,
    /// None where the schema knows no such place, or takes anything there.
    at: Option<&'a Value>,
}

impl<'a> Shape<'a> {
    /// The whole model.
    pub(super) fn root(schema: &'a Value) -> Self {
        Self {
            schema,
            at: Some(schema),
        }
    }

    /// The value of a key of a mapping.
    pub(super) fn child(self, key: &str) -> Self {
        let find = |object: &'a Value| {
            let named = object
                .get("properties")
                .and_then(|properties| properties.get(key));
            let free = || {
                object
                    .get("additionalProperties")
                    .filter(|free| free.is_object())
            };
            let patterned = || {
                object
                    .get("patternProperties")?
                    .as_object()?
                    .values()
                    .next()
            };
            named.or_else(free).or_else(patterned)
        };
        Self {
            at: self.variants().into_iter().find_map(find),
            ..self
        }
    }

    /// What a path leads to, where a thing in a list is addressed by its name; `None` where there is no such place.
    pub(super) fn at(self, path: &str) -> Option<Self> {
        path.split('.').try_fold(self, |shape, key| {
            match shape.is_named_list() {
                true => Some(shape.item()),
                false => shape.knows(key).then(|| shape.child(key)),
            }
            .filter(|_| !key.is_empty())
        })
    }

    /// An item of a list.
    pub(super) fn item(self) -> Self {
        Self {
            at: self
                .variants()
                .into_iter()
                .find_map(|list| list.get("items")),
            ..self
        }
    }

    /// Whether it is a list of things that have a name each.
    pub(super) fn is_named_list(self) -> bool {
        self.item().variants().iter().any(|item| {
            item.get("properties")
                .is_some_and(|p| p.get("name").is_some())
        })
    }

    /// Whether a mapping here may have a key.
    pub(super) fn knows(self, key: &str) -> bool {
        self.variants().into_iter().any(|object| {
            let named = object.get("properties").and_then(|p| p.get(key)).is_some();
            let free = object.get("additionalProperties");
            named
                || free.is_some_and(|free| *free != Value::Bool(false))
                || object.get("patternProperties").is_some()
        })
    }

    /// Whether a mapping here must have a key.
    pub(super) fn requires(self, key: &str) -> bool {
        let lists = self
            .followed(&["anyOf", "allOf"])
            .into_iter()
            .filter_map(|object| object.get("required")?.as_array());
        lists.flatten().any(|name| name == key)
    }

    /// Whether it is a text, and nothing but a text or nothing.
    pub(super) fn wants_text(self) -> bool {
        let kinds = self.kinds();
        kinds.contains(&"string") && kinds.iter().all(|kind| matches!(*kind, "string" | "null"))
    }

    /// Whether texts and other kinds of value are allowed alike, so that no rule of the model judges an answer.
    pub(super) fn is_free(self) -> bool {
        let kinds = self.kinds();
        kinds.is_empty() || (kinds.contains(&"string") && kinds.contains(&"number"))
    }

    /// Whether it may be nothing.
    pub(super) fn allows_null(self) -> bool {
        self.kinds().contains(&"null")
    }

    /// The schemas that are allowed here, with references followed.
    fn variants(self) -> Vec<&'a Value> {
        self.followed(&["anyOf", "oneOf", "allOf"])
    }

    fn followed(self, keys: &[&str]) -> Vec<&'a Value> {
        let mut found = Vec::new();
        let mut open: Vec<&'a Value> = self.at.into_iter().collect();
        while let Some(schema) = open.pop() {
            if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
                open.extend(
                    target
                        .strip_prefix('#')
                        .and_then(|pointer| self.schema.pointer(pointer)),
                );
            }
            for key in keys {
                open.extend(
                    schema
                        .get(*key)
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten(),
                );
            }
            found.push(schema);
        }
        found
    }

    /// The names of the kinds of value that are allowed here; none where anything is.
    pub(super) fn kinds(self) -> Vec<&'a str> {
        let types = self
            .variants()
            .into_iter()
            .filter_map(|schema| schema.get("type"));
        let names = types.flat_map(|kind| match kind {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            kind => kind.as_str().into_iter().collect::<Vec<_>>(),
        });
        names.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::model_schema;

    #[test]
    fn the_schema_tells_what_a_place_holds() {
        let schema = model_schema();
        let at = |path: &str| {
            path.split('.')
                .fold(Shape::root(&schema), |shape, key| shape.child(key))
        };
        for text in [
            "name",
            "description",
            "runtime.node_version",
            "owner.name",
            "owner.irc",
            "runtime.log_level",
            "timeline.deployment",
            "build.target",
            "puppet_name",
            "vagrant.role",
            "tickets.service_request",
        ] {
            assert!(at(text).wants_text(), "{text}");
        }
        for other in [
            "port",
            "config.environment.X",
            "runtime.extra.heap_limit",
            "deploy.groups",
            "owner",
            "nothing",
        ] {
            assert!(!at(other).wants_text(), "{other}");
        }
        for free in ["annotations.x", "config.environment.X", "runtime.extra.x"] {
            assert!(at(free).is_free(), "{free}");
        }
        assert!(!at("build.target").is_free() && !at("port").is_free());
        assert!(at("owner.irc").allows_null() && !at("description").allows_null());
        for list in [
            "deploy.groups",
            "config.parameters",
            "environments.beta.groups",
            "deploy.checks",
            "maintainers",
        ] {
            assert!(at(list).is_named_list(), "{list}");
        }
        assert!(!at("technologies").is_named_list() && at("technologies").item().wants_text());
        assert!(!at("request_flow").is_named_list());
        assert!(
            !at("deploy.groups")
                .item()
                .child("failure_limit")
                .wants_text()
        );
    }
}
