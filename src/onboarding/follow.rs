//! Answers that nobody chose: they are what other answers had by default, or what was found for them, and follow where those
//! change.

mod renamed;

use serde_json::Value;

pub(super) use self::renamed::named_still;
use self::renamed::renamed;

use super::answers::REQUIRED;
use super::facts::Facts;
use super::question::{Question, Section};
use super::reading::Reading;
use super::shape::Shape;
use super::tree;
use crate::model::{SiteError, Sites, model_schema};

/// What became of an answer that nobody chose.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// The path of the answer.
    pub id: String,
    /// The new answer; none where there is nothing to be said any more.
    pub value: Option<Value>,
    /// It in one line.
    pub shown: String,
}

/// Finds the answers that follow from others which have changed, since they are what the old ones had by default, or what was
/// found for them. Those of chosen paths stay as they are.
///
/// # Errors
/// Where the site cannot be read.
pub fn followed(
    (sections, sites): (&[Section], &Sites),
    facts: &Facts,
    (old, new): (&Value, &Value),
    is_chosen: &dyn Fn(&str) -> bool,
) -> Result<Vec<Followed>, SiteError> {
    let reading = Reading { sections, sites };
    let Some(before) = reading.model(old)? else {
        return Ok(Vec::new());
    };
    let open = reading.questions().filter(|question| {
        let is_required = REQUIRED.iter().any(|(path, _)| *path == question.id);
        let answer = tree::find(old, &question.id);
        let is_kept = answer.is_some() && answer == tree::find(new, &question.id);
        is_kept && !is_required && !is_chosen(&question.id)
    });
    let renamed = renamed(reading, (old, new), is_chosen);
    let mut bare = new.clone();
    let mut unchosen: Vec<(&Question, Origin<'_>)> = Vec::new();
    for question in open {
        if let Some(origin) = origin(reading, facts, question, (old, &before))? {
            tree::remove(&mut bare, &question.id);
            unchosen.push((question, origin));
        }
    }
    let mut followed = anew(reading, facts, bare, &before, &unchosen)?;
    followed.extend(renamed);
    Ok(followed)
}

/// Puts what follows among the answers.
pub(super) fn put(answers: &mut Value, followed: &[Followed]) {
    let schema = model_schema();
    let root = Shape::root(&schema);
    for Followed { id, value, .. } in followed {
        match value {
            Some(value) => tree::put(answers, id, value.clone(), |path| {
                root.at(path).is_some_and(Shape::is_named_list)
            }),
            None => tree::remove(answers, id),
        }
    }
}

/// Where an answer comes from that nobody chose.
enum Origin<'a> {
    /// It was found on the machine, for the owner.
    Found,
    /// The default of the question, with other answers in it.
    Template(&'a str),
    Model,
}

/// Where an answer comes from; none where somebody chose it.
fn origin<'a>(
    reading: Reading<'_>,
    facts: &Facts,
    question: &'a Question,
    (old, before): (&Value, &Value),
) -> Result<Option<Origin<'a>>, SiteError> {
    if found(facts, question, old).as_ref() == tree::find(old, &question.id) {
        return Ok(Some(Origin::Found));
    }
    let mut without = old.clone();
    tree::remove(&mut without, &question.id);
    if let Some(template) = question.default.as_ref().and_then(Value::as_str) {
        let filled = reading.filled(&without, template).map(Value::String);
        if filled.as_ref() == tree::find(old, &question.id) {
            return Ok(Some(Origin::Template(template)));
        }
    }
    let by_itself = reading.model(&without)?;
    let by_itself = by_itself.as_ref();
    let found = by_itself.and_then(|model| tree::find(model, &question.id));
    let is_same = found.is_some() && found == tree::find(before, &question.id);
    Ok(is_same.then_some(Origin::Model))
}

/// What is found for a question, where others are answered so.
fn found(facts: &Facts, question: &Question, answers: &Value) -> Option<Value> {
    let owner = tree::find(answers, "owner.name").and_then(Value::as_str);
    let mut sources = question.from.iter();
    let (value, _) = sources.find_map(|source| facts.get(source, owner))?;
    Some(value)
}

/// Answers anew what nobody chose, from the answers that are left; returns what is another now.
fn anew(
    reading: Reading<'_>,
    facts: &Facts,
    mut bare: Value,
    before: &Value,
    unchosen: &[(&Question, Origin<'_>)],
) -> Result<Vec<Followed>, SiteError> {
    let mut changed = Vec::new();
    for (question, origin) in unchosen {
        let value = match origin {
            Origin::Found => found(facts, question, &bare),
            Origin::Template(template) => reading.filled(&bare, template).map(Value::String),
            Origin::Model => continue,
        };
        if value.as_ref() != tree::find(before, &question.id) {
            changed.push(Followed::new(question, value));
        }
    }
    put(&mut bare, &changed);
    let Some(after) = reading.model(&bare)? else {
        return Ok(changed);
    };
    for (question, origin) in unchosen {
        let value = tree::find(&after, &question.id);
        if matches!(origin, Origin::Model) && value != tree::find(before, &question.id) {
            changed.push(Followed::new(question, value.cloned()));
        }
    }
    Ok(changed)
}

impl Followed {
    fn new(question: &Question, value: Option<Value>) -> Self {
        let shown = value.as_ref().map(|value| question.shown(value));
        let shown = shown.filter(|shown| !shown.is_empty());
        Self {
            id: question.id.clone(),
            shown: shown.unwrap_or_else(|| "nothing".to_owned()),
            value,
        }
    }
}
