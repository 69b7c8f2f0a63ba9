//! The form of a call: PHP's names for what is inside of lists and mappings, as `transactions[0][type]`.

use serde_json::Value;

/// The fields of a form that says what a mapping says. What is null or empty is not said.
pub(super) fn fields(parameters: &Value) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    if let Value::Object(map) = parameters {
        for (key, value) in map {
            add(key.clone(), value, &mut fields);
        }
    }
    fields
}

fn add(name: String, value: &Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::String(text) => fields.push((name, text.clone())),
        Value::Number(number) => fields.push((name, number.to_string())),
        // PHP knows them as numbers.
        Value::Bool(is) => fields.push((name, u8::from(*is).to_string())),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                add(format!("{name}[{index}]"), item, fields);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                add(format!("{name}[{key}]"), value, fields);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_inside_has_the_path_to_it() {
        let parameters = json!({
            "objectIdentifier": "T1",
            "transactions": [{"type": "title", "value": "a&b"}, {"type": "projects.add", "value": ["P-1", "P-2"]}],
            "limit": 100, "attachments": {"projects": true}, "after": null,
        });
        let fields = fields(&parameters);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            fields,
            [
                ("objectIdentifier", "T1"),
                ("transactions[0][type]", "title"),
                ("transactions[0][value]", "a&b"),
                ("transactions[1][type]", "projects.add"),
                ("transactions[1][value][0]", "P-1"),
                ("transactions[1][value][1]", "P-2"),
                ("limit", "100"),
                ("attachments[projects]", "1"),
            ]
        );
    }
}
