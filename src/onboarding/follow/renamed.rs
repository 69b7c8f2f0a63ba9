//! Answers in which a service that has another name now is named by the old one.

use serde_json::Value;

use super::super::question::Question;
use super::super::reading::Reading;
use super::super::tree;
use super::Followed;
use crate::model::Check;
use crate::visible::visible;

/// The ends of an edge of the request flow.
const ENDS: [&str; 2] = ["from", "to"];

/// What names the service itself: the ends of edges, and the check that has its name by default.
pub(super) fn renamed(
    reading: Reading<'_>,
    (old, new): (&Value, &Value),
    is_chosen: &dyn Fn(&str) -> bool,
) -> Vec<Followed> {
    let name = |answers| tree::find(answers, "name").and_then(Value::as_str);
    let (Some(old), Some(name)) = (name(old), name(new)) else {
        return Vec::new();
    };
    let questions = reading.questions().filter(|question| {
        old != name
            && !is_chosen(&question.id)
            && ["request_flow", "deploy.checks"].contains(&question.id.as_str())
    });
    let followed = questions.filter_map(|question| {
        let present = tree::find(new, &question.id)?;
        let mut value = present.clone();
        for item in value.as_array_mut()?.iter_mut() {
            for end in ENDS {
                put(item, end, old, name);
            }
            put(
                item,
                "command",
                &Check::spec_command(old),
                &Check::spec_command(name),
            );
        }
        (value != *present).then(|| Followed::new(question, Some(value)))
    });
    followed.collect()
}

/// What is said of an old name that stands among words still, which may mean something else.
pub(in crate::onboarding) fn named_still(
    question: &Question,
    old: Option<&Value>,
    answers: &Value,
) -> Option<String> {
    let old = old
        .and_then(Value::as_str)
        .filter(|_| question.id == "name")?;
    let checks = tree::find(answers, "deploy.checks")?.as_array()?;
    let command = |check: &Value| check.get("command")?.as_str().map(str::to_owned);
    let mut named = checks.iter().filter_map(command);
    let found = named.find(|command| is_named(command, old))?;
    let (old, found) = (visible(old), visible(&found));
    Some(format!("`deploy.checks` still names `{old}`: `{found}`"))
}

/// Whether a name stands in a text as a word, and not within a longer one.
fn is_named(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

fn put(item: &mut Value, key: &str, old: &str, new: &str) {
    if let Some(value) = item.get_mut(key)
        && value == old
    {
        *value = new.into();
    }
}
